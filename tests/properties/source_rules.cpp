#include "tests/properties/source_rules.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace haven::tests {
namespace {

bool is_code(const std::string& path) {
  return path.ends_with(".h") || path.ends_with(".hpp") || path.ends_with(".cpp") || path.ends_with(".cc");
}

bool inside(const std::string& path, const std::string& folder) { return path.starts_with(folder + "/"); }

bool is_simulation(const std::string& path) {
  return inside(path, "engine") || inside(path, "agents") || inside(path, "networks");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string place(const SourceFile& file, std::size_t line) { return file.path + ":" + std::to_string(line + 1) + ": "; }

/// "engine/markets", "agents/dealer", "agents" for a file of agents itself, "networks", "tools", "tests".
std::string layer_of(const std::string& path) {
  const auto first = path.find('/');
  if (first == std::string::npos) return path;
  const std::string top = path.substr(0, first);
  if (top != "engine" && top != "agents") return top;
  const auto second = path.find('/', first + 1);
  return second == std::string::npos ? top : path.substr(0, second);
}

const std::set<std::string>& may_include(const std::string& layer) {
  static const std::set<std::string> base = {"engine/base"};
  static const std::set<std::string> instruments_and_ledger = {"engine/base", "engine/ledger", "engine/instruments"};
  static const std::set<std::string> on_markets = {"engine/base", "engine/ledger", "engine/instruments", "engine/markets"};
  static const std::set<std::string> below_world = {"engine/base",    "engine/ledger",  "engine/instruments",
                                                    "engine/markets", "engine/funding", "engine/regulation"};
  static const auto with = [](std::set<std::string> layers, std::initializer_list<const char*> more) {
    layers.insert(more.begin(), more.end());
    return layers;
  };
  static const std::map<std::string, std::set<std::string>> table = {
      {"engine/base", {}},
      {"engine/ledger", base},
      {"engine/instruments", base},
      {"networks", base},
      {"engine/markets", instruments_and_ledger},
      {"engine/funding", on_markets},
      {"engine/regulation", on_markets},
      {"engine/world", below_world},
      {"engine/scenario", with(below_world, {"engine/world"})},
      {"engine/metrics", with(below_world, {"engine/world", "networks"})},
      {"agents", with(below_world, {"engine/world"})},
      {"engine/loop", with(below_world, {"engine/world", "engine/scenario", "engine/metrics", "agents", "networks"})},
  };
  static const std::set<std::string> unknown;
  const auto row = table.find(layer.starts_with("agents") ? "agents" : layer);
  return row == table.end() ? unknown : row->second;
}

bool is_kind(const std::string& layer) { return layer.starts_with("agents/"); }

bool include_allowed(const std::string& from, const std::string& target) {
  const std::string layer = layer_of(from), wanted = layer_of(target);
  if (!is_simulation(from)) return true;
  if (wanted == layer) return !(is_kind(layer) && target == "agents/list.h");
  if (is_kind(layer) && wanted == "agents") return target != "agents/list.h";
  if (from == "agents/list.h" && is_kind(wanted)) return true;
  if (layer == "engine/loop" && is_kind(wanted)) return true;
  return may_include(layer).contains(wanted);
}

}  // namespace

std::string code_only(const std::string& text) {
  std::string out = text;
  enum class In { code, line_comment, block_comment, literal, character, raw } in = In::code;
  std::string raw_end;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i], next = i + 1 < text.size() ? text[i + 1] : '\0';
    const bool line_start = i == 0 || text[i - 1] == '\n';
    switch (in) {
      case In::code:
        if (line_start && text.compare(i, 8, "#include") == 0) {
          while (i < text.size() && text[i] != '\n') ++i;
        } else if (c == '/' && next == '/') {
          in = In::line_comment;
          out[i] = ' ';
        } else if (c == '/' && next == '*') {
          in = In::block_comment;
          out[i] = out[i + 1] = ' ';
          ++i;
        } else if (c == 'R' && next == '"') {
          const auto open = text.find('(', i);
          raw_end = ")" + text.substr(i + 2, open - i - 2) + "\"";
          in = In::raw;
        } else if (c == '"') {
          in = In::literal;
        } else if (c == '\'' && (i == 0 || std::isalnum(static_cast<unsigned char>(text[i - 1])) == 0)) {
          in = In::character;
        }
        break;
      case In::line_comment:
        if (c == '\n') in = In::code; else out[i] = ' ';
        break;
      case In::block_comment:
        if (c == '*' && next == '/') {
          out[i] = out[i + 1] = ' ';
          ++i;
          in = In::code;
        } else if (c != '\n') {
          out[i] = ' ';
        }
        break;
      case In::literal:
      case In::character:
        if (c == '\\' && next != '\0') {
          out[i] = out[i + 1] = ' ';
          ++i;
        } else if (c == (in == In::literal ? '"' : '\'')) {
          in = In::code;
        } else if (c != '\n') {
          out[i] = ' ';
        }
        break;
      case In::raw:
        if (text.compare(i, raw_end.size(), raw_end) == 0) {
          i += raw_end.size() - 1;
          in = In::code;
        } else if (c != '\n') {
          out[i] = ' ';
        }
        break;
    }
  }
  return out;
}

Faults include_faults(const SourceFile& file) {
  Faults faults;
  if (!is_code(file.path)) return faults;
  static const std::regex include(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  const auto lines = lines_of(code_only(file.text));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (lines[i].find("include") == std::string::npos || !std::regex_search(lines[i], match, include)) continue;
    const std::string target = match[2];
    const bool test = inside(file.path, "tests");
    if (target.ends_with(".pb.h")) {
      if (!inside(file.path, "tools/assemble") && !test) faults.push_back(place(file, i) + "only tools/assemble sees " + target);
      continue;
    }
    if (target.starts_with("ql/")) {
      const bool own = inside(file.path, "engine/instruments") && file.path.ends_with(".cpp");
      if (!own && !test) faults.push_back(place(file, i) + "QuantLib belongs in engine/instruments/*.cpp");
      if (target == "ql/quantlib.hpp") faults.push_back(place(file, i) + "include QuantLib's narrow headers");
      continue;
    }
    if (match[1] == "<") continue;
    if (is_simulation(file.path) && target.find('/') == std::string::npos) {
      faults.push_back(place(file, i) + target + " must be included from the root of the project");
    } else if (!include_allowed(file.path, target)) {
      faults.push_back(place(file, i) + layer_of(file.path) + " may not include " + target);
    }
  }
  return faults;
}

Faults determinism_faults(const SourceFile& file) {
  struct Ban {
    std::regex pattern;
    const char* reason;
  };
  static const std::vector<std::string> names = {
      "exp",  "exp2",  "expm1", "log",  "log2", "log10", "log1p", "pow",   "sin",   "cos",   "tan",   "asin", "acos",  "atan",  "atan2",
      "sinh", "cosh",  "tanh",  "asinh", "acosh", "atanh", "cbrt", "hypot", "erf",   "erfc",  "tgamma", "lgamma", "fma"};
  static const std::string functions = [] {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "(" : "|") + name;
    return all + ")[fl]?";
  }();
  // No ban matches a line without one of these, and most lines have none: a regular expression is slow.
  static const std::vector<std::string> hints = [] {
    std::vector<std::string> list = {"std::", "unordered_", "_distribution", "rand", "clock", "gettimeofday", "#"};
    list.insert(list.end(), names.begin(), names.end());
    return list;
  }();
  static const std::vector<Ban> bans = [] {
    std::vector<Ban> list;
    const auto ban = [&list](const std::string& pattern, const char* reason) {
      list.push_back({std::regex(pattern, std::regex::optimize), reason});
    };
    ban(R"(\bunordered_(multi)?(map|set)\b)", "unordered containers have no order to rely on");
    ban(R"(\b\w+_distribution\b)", "draw by inversion from base::Draws");
    ban(R"(\bstd::(shuffle|sample|random_shuffle|hash|random_device|mt19937(_64)?|minstd_rand0?|default_random_engine)\b)",
        "draw from base::Draws, hash with base::name_key");
    ban(R"(\b(s?rand|drand48)\s*\()", "draw from base::Draws");
    ban(R"(\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday)\b|\bstd::(time|clock)\b)",
        "the wall clock belongs in tools");
    ban(R"(^\s*#\s*include\s*<(random|chrono|ctime|time\.h|unordered_map|unordered_set|thread|execution)>)",
        "randomness, clocks, unordered containers and threads stay outside");
    ban("\\bstd::" + functions + "\\b", "use engine/base/math.h");
    ban("(^|[^\\w:.>])(::\\s*)?" + functions + "\\s*\\(", "use engine/base/math.h");
    ban(R"(\bstd::(multi)?(map|set)<\s*(const\s+)?[\w:]+(\s+const)?\s*\*)", "an order of addresses");
    ban(R"(\bstd::(reduce|transform_reduce|execution)\b)", "a sum in no order");
    ban(R"(#\s*pragma\s+(GCC\s+(optimize|target)|STDC\s+FP_CONTRACT|omp))", "flags are the same for every file");
    return list;
  }();
  static const std::regex flags(R"(-ffast-math|-Ofast|-funsafe-math|-march=native|-mfma|-ffp-contract=(fast|on))");

  Faults faults;
  const bool build_file = file.path.ends_with("CMakeLists.txt") || file.path.ends_with(".cmake") || file.path == "CMakePresets.json";
  if (build_file) {
    const auto lines = lines_of(file.text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string code = lines[i].substr(0, lines[i].find('#'));
      if (std::regex_search(code, flags)) faults.push_back(place(file, i) + "a flag that changes floating point");
    }
  }
  if (!is_code(file.path) || !is_simulation(file.path)) return faults;
  const bool is_math = file.path == "engine/base/math.h" || file.path == "engine/base/math.cpp";
  const auto lines = lines_of(code_only(file.text));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto hinted = [&](const std::string& hint) { return lines[i].find(hint) != std::string::npos; };
    if (std::none_of(hints.begin(), hints.end(), hinted)) continue;
    for (const Ban& ban : bans) {
      std::smatch match;
      if (!std::regex_search(lines[i], match, ban.pattern)) continue;
      if (is_math && std::string(ban.reason) == "use engine/base/math.h" && match.str().find("std::") == std::string::npos) continue;
      faults.push_back(place(file, i) + match.str() + ": " + ban.reason);
    }
  }
  return faults;
}

Faults absolute_path_faults(const SourceFile& file) {
  // Put together here so that this file does not break its own rule.
  static const std::vector<std::string> roots = {std::string("/") + "work/", std::string("/") + "home/", std::string("/") + "root/",
                                                 std::string("..") + "/shared"};
  Faults faults;
  const auto lines = lines_of(file.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const std::string& root : roots) {
      for (auto at = lines[i].find(root); at != std::string::npos; at = lines[i].find(root, at + 1)) {
        const char before = at == 0 ? ' ' : lines[i][at - 1];
        const bool longer_path = root[0] == '/' && (std::isalnum(static_cast<unsigned char>(before)) != 0 || std::string("._-})/~").find(before) != std::string::npos);
        if (longer_path) continue;
        faults.push_back(place(file, i) + "names " + root + " of one machine");
        break;
      }
    }
  }
  return faults;
}

Faults header_guard_faults(const SourceFile& file) {
  if (!file.path.ends_with(".h") && !file.path.ends_with(".hpp")) return {};
  const auto lines = lines_of(code_only(file.text));
  if (std::find(lines.begin(), lines.end(), "#pragma once") != lines.end()) return {};
  return {place(file, 0) + "a header begins with #pragma once"};
}

std::vector<SourceFile> project_files() {
  namespace fs = std::filesystem;
  const fs::path root = PROJECT_SOURCE_DIR;
  static const std::set<std::string> skipped = {".git", "build", "out", "node_modules", ".ccache", "__pycache__"};
  std::vector<SourceFile> files;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
    if (skipped.contains(entry->path().filename().string())) {  // in a linked worktree .git is a file
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file()) continue;
    std::ifstream stream(entry->path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (text.find('\0') != std::string::npos) continue;
    files.push_back({fs::relative(entry->path(), root).generic_string(), std::move(text)});
  }
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace haven::tests
