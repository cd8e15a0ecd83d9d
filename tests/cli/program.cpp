#include "tests/cli/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tools/results/result_file.h"

namespace haven::cli::test {

namespace fs = std::filesystem;

namespace {

std::string read_all(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

Desk::Desk() {
  std::string name = (fs::temp_directory_path() / "haven_cli_XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  root_ = name;
  folder_ = root_ / "desk";
  fs::create_directory(folder_);
}

Desk::~Desk() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void Desk::write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name, std::ios::binary) << text; }

std::string Desk::read(const std::string& name) const { return read_all(folder_ / name); }

std::vector<std::string> Desk::files() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) names.push_back(fs::relative(entry.path(), folder_).string());
  std::sort(names.begin(), names.end());
  return names;
}

pid_t Desk::start(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words = {HAVEN_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::string out = (root_ / "out").string(), err = (root_ / "err").string();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_addchdir_np(&actions, folder_.c_str());
  pid_t program = 0;
  const int failed = posix_spawn(&program, HAVEN_PROGRAM, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error(std::string("cannot start ") + HAVEN_PROGRAM);
  return program;
}

Outcome Desk::wait(pid_t program) const {
  int status = 0;
  if (waitpid(program, &status, 0) != program) throw std::runtime_error("waitpid failed");
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_all(root_ / "out"), read_all(root_ / "err")};
}

Outcome Desk::haven(const std::vector<std::string>& arguments) const { return wait(start(arguments)); }

Outcome Desk::haven_with_room(const std::vector<std::string>& arguments, std::size_t bytes) const {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{bytes, before.rlim_max};  // what is started inherits it
  setrlimit(RLIMIT_FSIZE, &small);
  const pid_t program = start(arguments);
  setrlimit(RLIMIT_FSIZE, &before);
  return wait(program);
}

std::string short_lines(const std::optional<std::string>& reference) {
  return "base: \"baseline/2025q1\"\n"
         "name: \"short\"" + (reference ? " reference: \"" + *reference + "\"\n" : "\n") +
         "calendar { from: \"2025-01-06\" scored_from: \"2025-01-07\" to: \"2025-01-07\" burn_in_days: 0 }\n";
}

void write_short_config(const Desk& desk) {
  desk.write("short.textproto", short_lines("observed"));
  const std::string window = "series: \"yield_10y_bp\" statistic: \"change\" from: \"2025-01-06\" to: \"2025-01-07\" observed: 0 flag: OUTCOME ";
  desk.write("observed.textproto", "name: \"observed\"\n"
                                   "moment { name: \"always_inside_bp\" " + window + "low: -100000 high: 100000 }\n"
                                   "moment { name: \"never_inside_bp\" " + window + "low: 900000 high: 1000000 }\n");
}

std::string tables(const Desk& desk, const std::string& file) {
  const auto out = desk.haven({"export", file, "--csv", file + ".csv"});
  REQUIRE(out.code == 0);
  std::string all;
  for (const auto& name : desk.files()) {
    if (name.starts_with(file + ".csv/")) all += name.substr(file.size()) + "\n" + desk.read(name);
  }
  return all;
}

std::size_t rows(const Desk& desk, const std::string& file) {
  try {
    return results::ResultFile(desk / file).runs().size();
  } catch (const results::StoreError&) {
    return 0;  // not there yet
  }
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace haven::cli::test
