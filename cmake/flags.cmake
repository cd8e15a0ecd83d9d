# Compiler flags that every target of haven shares, and the one function that declares a library.
#
# -ffp-contract=off, no -ffast-math and a fixed -march make a floating-point result the same in every build
# (docs/determinism.md).
add_library(haven_flags INTERFACE)
target_compile_options(haven_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror
  -ffp-contract=off -march=x86-64-v2)
target_include_directories(haven_flags INTERFACE ${PROJECT_SOURCE_DIR})

option(HAVEN_ASAN "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
if(HAVEN_ASAN)
  target_compile_options(haven_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(haven_flags INTERFACE -fsanitize=address,undefined)
endif()

# haven_library(NAME DEPENDS...): every .cpp of the calling folder, as a static library. A folder of headers alone
# becomes an interface library.
function(haven_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC haven_flags ${ARGN})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE haven_flags ${ARGN})
  endif()
endfunction()
