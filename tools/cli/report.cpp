#include "tools/report/report.h"

#include <fmt/format.h>

#include "tools/cli/output_place.h"

namespace haven::cli {

void add_report(CLI::App& app, int& code) {
  struct Options {
    std::string result, out;
  };
  auto* o = new Options;
  auto* command = app.add_subcommand("report", "write a result file's page, self-contained");
  command->footer("Example: haven report april_2025.sqlite -o april_2025.html");
  command->add_option("result", o->result, "result file")->required();
  command->add_option("-o,--out", o->out, "page to write")->required();
  command->callback([o, &code] {
    write_for_user([&] { report::write_report(o->result, o->out); });
    fmt::print("{}\n", o->out);
    code = kGood;
  });
}

}  // namespace haven::cli
