# haven_embed(TARGET NAMESPACE ns FUNCTION fn ROOT dir FILES file...): compiles text files into TARGET as
#   namespace ns { std::span<const haven::assemble::EmbeddedFile> fn(); }
# in the order of their names, which are relative to ROOT. The declaration is the caller's to write in a header. Text
# only: a line that ends in CR LF is embedded with LF, and names hold no semicolon.
#
# The file runs twice: included, it defines the function; as a script (cmake -P), it writes the .cpp at build time.
if(CMAKE_SCRIPT_MODE_FILE)
  file(STRINGS ${EMBED_LIST} names)
  set(body "// Written by cmake/embed.cmake.\n#include \"tools/assemble/embedded.h\"\n\n#include <array>\n\n")
  string(APPEND body "namespace ${EMBED_NAMESPACE} {\nnamespace {\n")
  list(LENGTH names count)
  string(APPEND body "constexpr std::array<haven::assemble::EmbeddedFile, ${count}> kFiles = {{\n")
  foreach(name IN LISTS names)
    file(READ ${EMBED_ROOT}/${name} text)
    string(FIND "${text}" ")haven_embed\"" clash)
    if(NOT clash EQUAL -1)
      message(FATAL_ERROR "${name} holds the delimiter of an embedded file")
    endif()
    string(APPEND body "    {\"${name}\", R\"haven_embed(${text})haven_embed\"},\n")
  endforeach()
  string(APPEND body "}};\n}  // namespace\n\n")
  string(APPEND body "std::span<const haven::assemble::EmbeddedFile> ${EMBED_FUNCTION}();\n")
  string(APPEND body "std::span<const haven::assemble::EmbeddedFile> ${EMBED_FUNCTION}() { return kFiles; }\n")
  string(APPEND body "}  // namespace ${EMBED_NAMESPACE}\n")
  file(WRITE ${EMBED_OUTPUT} "${body}")
  return()
endif()

function(haven_embed target)
  cmake_parse_arguments(EMBED "" "NAMESPACE;FUNCTION;ROOT" "FILES" ${ARGN})
  set(names "")
  foreach(file IN LISTS EMBED_FILES)
    file(RELATIVE_PATH name ${EMBED_ROOT} ${file})
    list(APPEND names ${name})
  endforeach()
  list(SORT names)
  string(REPLACE ";" "\n" lines "${names}")
  set(list_file ${CMAKE_CURRENT_BINARY_DIR}/${EMBED_FUNCTION}.files)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${EMBED_FUNCTION}.cpp)
  # Rewritten only when it changes: a file added or removed regenerates, a mere reconfigure does not.
  file(CONFIGURE OUTPUT ${list_file} CONTENT "${lines}\n" @ONLY)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DEMBED_LIST=${list_file} -DEMBED_ROOT=${EMBED_ROOT} -DEMBED_OUTPUT=${output}
            -DEMBED_NAMESPACE=${EMBED_NAMESPACE} -DEMBED_FUNCTION=${EMBED_FUNCTION} -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
    DEPENDS ${EMBED_FILES} ${list_file} ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
    COMMENT "Embedding ${EMBED_FUNCTION}"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
