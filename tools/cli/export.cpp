#include "tools/results/export_csv.h"

#include <fmt/format.h>

#include "tools/cli/output_place.h"

namespace haven::cli {

void add_export(CLI::App& app, int& code) {
  struct Options {
    std::string result, folder;
  };
  auto* o = new Options;
  auto* command = app.add_subcommand("export", "write a result file's tables as tidy CSV, sorted, without timings");
  command->footer("Example: haven export april_2025.sqlite --csv tables");
  command->add_option("result", o->result, "result file")->required();
  command->add_option("--csv", o->folder, "folder to write")->required();
  command->callback([o, &code] {
    write_for_user([&] { results::export_csv(results::ResultFile(o->result), o->folder); });
    fmt::print("{}\n", o->folder);
    code = kGood;
  });
}

}  // namespace haven::cli
