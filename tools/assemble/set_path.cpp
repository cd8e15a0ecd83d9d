#include "tools/assemble/set_path.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace haven::assemble {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

std::string_view take_word(std::string_view text, std::size_t& at) {
  const std::size_t start = at;
  while (at < text.size() && is_word(text[at])) ++at;
  return text.substr(start, at - start);
}

// Reads "..." with \" and \\ from text[at] == '"'; false if it does not end.
bool take_quoted(std::string_view text, std::size_t& at, std::string& out) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') {
      ++at;
      return true;
    }
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    out += text[at];
  }
  return false;
}

template <class Number>
bool read_number(const std::string& text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end && !text.empty();
}

}  // namespace

std::variant<std::vector<PathStep>, Misfit> parse_path(std::string_view path) {
  std::vector<PathStep> steps;
  std::size_t at = 0;
  const auto bad = [&](std::string expected) {
    std::string found = at < path.size() ? fmt::format("\"{}\"", path.substr(at, 30)) : "its end";
    return Misfit{fmt::format("{} at character {} of the path", found, at + 1), std::move(expected)};
  };
  while (true) {
    PathStep step;
    step.field = take_word(path, at);
    if (step.field.empty()) return bad("the name of a field");
    if (at < path.size() && path[at] == '[') {
      ++at;
      if (at < path.size() && path[at] == '*') {
        ++at;
        step.select = PathStep::Select::all;
      } else {
        const std::size_t start = at;
        const std::string word(take_word(path, at));
        if (at < path.size() && path[at] == '=' && !word.empty()) {
          ++at;
          step.select = PathStep::Select::match;
          step.match_field = word;
          if (at < path.size() && path[at] == '"') {
            if (!take_quoted(path, at, step.match_value)) return bad("a closing quote");
          } else {
            const std::size_t end = path.find(']', at);
            if (end == std::string_view::npos) return bad("]");
            step.match_value = path.substr(at, end - at);
            at = end;
          }
        } else {
          step.select = PathStep::Select::index;
          if (!read_number(word, step.index) || step.index < 0) {
            at = start;
            return bad("an index, *, or name=value");
          }
        }
      }
      if (at >= path.size() || path[at] != ']') return bad("]");
      ++at;
    }
    steps.push_back(std::move(step));
    if (at == path.size()) return steps;
    if (path[at] != '.') return bad("\".\" or \"[\"");
    ++at;
  }
}

namespace {

// Where resolution has got to: a message and how it was reached.
struct Reached {
  const Message* message;
  ResolvedPath path;
};

// The elements a selector names; a misfit if there are none.
std::variant<std::vector<int>, Misfit> select(const Message& message, const FieldDescriptor& field,
                                              const PathStep& step) {
  const Reflection& reflection = *message.GetReflection();
  const int count = reflection.FieldSize(message, &field);
  std::vector<int> chosen;
  if (step.select == PathStep::Select::index) {
    if (step.index >= count) {
      return Misfit{fmt::format("{}[{}]", field.name(), step.index), fmt::format("an index below {}", count)};
    }
    return std::vector<int>{step.index};
  }
  if (step.select == PathStep::Select::all) {
    for (int i = 0; i < count; ++i) chosen.push_back(i);
    if (chosen.empty()) return Misfit{field.name() + "[*] of an empty list", "an element"};
    return chosen;
  }
  if (!is_message(field)) {
    return Misfit{fmt::format("{}[{}=...]", field.name(), step.match_field), "an index: the list holds plain values"};
  }
  const Descriptor& type = *field.message_type();
  const FieldDescriptor* by = type.FindFieldByName(step.match_field);
  if (by == nullptr || by->is_repeated() || is_message(*by)) {
    return Misfit{fmt::format("the field \"{}\" in {}[...]", step.match_field, field.name()),
                  suggest_field(step.match_field, type)};
  }
  std::vector<std::string> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(value_text(reflection.GetRepeatedMessage(message, &field, i), *by, -1));
    if (values.back() == step.match_value) chosen.push_back(i);
  }
  if (chosen.empty()) {
    return Misfit{fmt::format("no {} whose {} is \"{}\"", field.name(), by->name(), step.match_value),
                  suggest(step.match_value, std::move(values))};
  }
  return chosen;
}

}  // namespace

std::variant<std::vector<ResolvedPath>, Misfit> resolve_path(const Message& root, std::string_view path) {
  auto parsed = parse_path(path);
  if (auto* wrong = std::get_if<Misfit>(&parsed)) return *wrong;
  const auto& steps = std::get<std::vector<PathStep>>(parsed);
  std::vector<Reached> here = {{&root, {}}};
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const PathStep& step = steps[s];
    const bool last = s + 1 == steps.size();
    std::vector<Reached> next;
    for (const Reached& reached : here) {
      const Descriptor& type = *reached.message->GetDescriptor();
      const FieldDescriptor* field = type.FindFieldByName(step.field);
      if (field == nullptr) {
        return Misfit{fmt::format("the field \"{}\" in {}", step.field, type.name()), suggest_field(step.field, type)};
      }
      if (!last && !is_message(*field)) {
        return Misfit{fmt::format("\"{}\" below {}", steps[s + 1].field, field->name()),
                      fmt::format("nothing: {} is a {}", field->name(), describe_type(*field))};
      }
      const Reflection& reflection = *reached.message->GetReflection();
      const auto extend = [&](int index, const std::string& selector) {
        Reached grown{nullptr, reached.path};
        grown.path.steps.emplace_back(field, index);
        grown.path.canonical = join_path(reached.path.canonical, field->name()) + selector;
        if (is_message(*field) && (index >= 0 || !field->is_repeated())) {
          grown.message = index >= 0 ? &reflection.GetRepeatedMessage(*reached.message, field, index)
                                     : &reflection.GetMessage(*reached.message, field);
        }
        next.push_back(std::move(grown));
      };
      if (step.select == PathStep::Select::whole) {
        if (field->is_repeated() && !last) {
          const FieldDescriptor* key = element_key(*field);
          const std::string how = key == nullptr ? "0" : key->name() + "=...";
          return Misfit{fmt::format("the list {} as a whole", field->name()),
                        fmt::format("one element, {}[{}], or all, {}[*]", field->name(), how, field->name())};
        }
        extend(-1, "");
        continue;
      }
      if (!field->is_repeated()) {
        return Misfit{fmt::format("[...] after {}", field->name()), "nothing: it is not a list"};
      }
      auto selected = select(*reached.message, *field, step);
      if (auto* wrong = std::get_if<Misfit>(&selected)) return *wrong;
      const FieldDescriptor* key = element_key(*field);
      for (const int i : std::get<std::vector<int>>(selected)) {
        const bool named = key != nullptr;
        extend(i, named ? key_selector(*key, value_text(reflection.GetRepeatedMessage(*reached.message, field, i),
                                                        *key, -1))
                        : fmt::format("[{}]", i));
      }
    }
    here = std::move(next);
  }
  std::vector<ResolvedPath> result;
  for (Reached& reached : here) result.push_back(std::move(reached.path));
  return result;
}

std::string key_selector(const FieldDescriptor& key, const std::string& value) {
  bool bare = !value.empty();
  for (const char c : value) bare = bare && (is_word(c) || c == '-' || c == '.' || c == '/' || c == ':' || c == ' ');
  if (bare) return fmt::format("[{}={}]", key.name(), value);
  return fmt::format("[{}={}]", key.name(), quoted(value));
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string join_path(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

std::string enclosing_path(std::string_view canonical) {
  std::size_t cut = 0;
  for (std::size_t at = 0; at < canonical.size(); ++at) {
    if (canonical[at] == '.') cut = at;
    if (canonical[at] != '[') continue;
    cut = at;
    // Skip the selector, in which dots and brackets may stand in quotes.
    for (++at; at < canonical.size() && canonical[at] != ']'; ++at) {
      std::string ignored;
      if (canonical[at] != '"') continue;
      if (!take_quoted(canonical, at, ignored)) return "";
      --at;
    }
  }
  return std::string(canonical.substr(0, cut));
}

std::optional<Setting> parse_setting(const std::string& text, std::vector<Fault>& faults) {
  const Place place = {"--set " + text, 0, 0};
  bool in_brackets = false;
  bool in_quotes = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_quotes) {
      if (c == '\\') ++at;
      in_quotes = c != '"';
    } else if (in_brackets) {
      in_quotes = c == '"';
      in_brackets = c != ']';
    } else if (c == '[') {
      in_brackets = true;
    } else if (c == '=') {
      return Setting{text.substr(0, at), text.substr(at + 1), place};
    }
  }
  faults.push_back({place, "no = after a path", "path=value"});
  return std::nullopt;
}

namespace {

enum class Where { replace, append };

// Reads `text` and stores it. The message is left as it was when the text does not fit the type; a value out of its
// range is stored and reported by the caller.
std::optional<Misfit> store(Message& message, const FieldDescriptor& field, int index, const std::string& text,
                            Where where) {
  const Reflection& reflection = *message.GetReflection();
  const bool one = index < 0;
  const Misfit wrong{fmt::format("\"{}\" for {}", text.substr(0, 60), field.name()), describe_value(field)};
  const auto number = [&](auto zero, auto set, auto set_repeated, auto add) -> std::optional<Misfit> {
    auto value = zero;
    if (!read_number(text, value)) return wrong;
    if (where == Where::append) {
      (reflection.*add)(&message, &field, value);
    } else if (one) {
      (reflection.*set)(&message, &field, value);
    } else {
      (reflection.*set_repeated)(&message, &field, index, value);
    }
    return std::nullopt;
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return number(std::int32_t{}, &Reflection::SetInt32, &Reflection::SetRepeatedInt32, &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return number(std::int64_t{}, &Reflection::SetInt64, &Reflection::SetRepeatedInt64, &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return number(std::uint32_t{}, &Reflection::SetUInt32, &Reflection::SetRepeatedUInt32, &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return number(std::uint64_t{}, &Reflection::SetUInt64, &Reflection::SetRepeatedUInt64, &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return number(float{}, &Reflection::SetFloat, &Reflection::SetRepeatedFloat, &Reflection::AddFloat);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return number(double{}, &Reflection::SetDouble, &Reflection::SetRepeatedDouble, &Reflection::AddDouble);
    case FieldDescriptor::CPPTYPE_BOOL: {
      if (text != "true" && text != "false") return wrong;
      const bool value = text == "true";
      if (where == Where::append) {
        reflection.AddBool(&message, &field, value);
      } else if (one) {
        reflection.SetBool(&message, &field, value);
      } else {
        reflection.SetRepeatedBool(&message, &field, index, value);
      }
      return std::nullopt;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = field.enum_type()->FindValueByName(text);
      if (value == nullptr) return wrong;
      if (where == Where::append) {
        reflection.AddEnum(&message, &field, value);
      } else if (one) {
        reflection.SetEnum(&message, &field, value);
      } else {
        reflection.SetRepeatedEnum(&message, &field, index, value);
      }
      return std::nullopt;
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string value = text;
      if (text.starts_with('"')) {
        value.clear();
        std::size_t at = 0;
        if (!take_quoted(text, at, value) || at != text.size()) return wrong;
      }
      if (where == Where::append) {
        reflection.AddString(&message, &field, value);
      } else if (one) {
        reflection.SetString(&message, &field, value);
      } else {
        reflection.SetRepeatedString(&message, &field, index, value);
      }
      return std::nullopt;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
  }
  return wrong;
}

}  // namespace

std::optional<Misfit> set_scalar(Message& message, const FieldDescriptor& field, int index, const std::string& text) {
  if (auto wrong = store(message, field, index, text, Where::replace)) return wrong;
  return misfit(message, field, index);
}

std::optional<Misfit> add_scalar(Message& message, const FieldDescriptor& field, const std::string& text) {
  if (auto wrong = store(message, field, 0, text, Where::append)) return wrong;
  return misfit(message, field, message.GetReflection()->FieldSize(message, &field) - 1);
}

}  // namespace haven::assemble
