#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tools/cli/clear_file.h"
#include "tools/cli/command.h"

namespace haven::cli {

void add_clear(CLI::App& app, int& code) {
  struct Options {
    std::string file;
    double alpha = 1, beta = 1;
    bool json = false;
  };
  auto* o = new Options;
  auto* command = app.add_subcommand("clear", "clear a network of obligations (Eisenberg-Noe; Rogers-Veraart with --alpha, --beta)");
  command->footer("Example: haven clear network.csv --alpha 0.5 --beta 0.5 --json\nRows: node,NAME,OUTSIDE_ASSETS and edge,FROM,TO,AMOUNT_OWED");
  command->add_option("file", o->file, "CSV file")->required();
  command->add_option("--alpha", o->alpha, "share of outside assets recovered in default")->capture_default_str()->check(CLI::Range(0.0, 1.0));
  command->add_option("--beta", o->beta, "share of payments due recovered in default")->capture_default_str()->check(CLI::Range(0.0, 1.0));
  command->add_flag("--json", o->json, "JSON on standard output");
  command->callback([o, &code] {
    std::ifstream in(o->file);
    if (!in) throw BadInput(o->file + ": cannot be opened");
    try {
      networks::Recovery recovery;
      recovery.alpha = o->alpha;
      recovery.beta = o->beta;
      const auto cleared = clear_file(in, o->file, recovery);
      if (o->json) {
        nlohmann::ordered_json j;
        j["payments"] = nlohmann::ordered_json::object();
        for (const auto& [name, amount] : cleared.payments) j["payments"][name] = amount;
        j["defaulted"] = cleared.defaulted;
        j["rounds"] = cleared.rounds;
        fmt::print("{}\n", j.dump(2));
      } else {
        for (const auto& [name, amount] : cleared.payments) fmt::print("{:<24} {:>16.4f}\n", name, amount);
        fmt::print("defaulted: {}; rounds: {}\n", cleared.defaulted.empty() ? "none" : fmt::format("{}", fmt::join(cleared.defaulted, ", ")), cleared.rounds);
      }
      code = kGood;
    } catch (const networks::FileError& error) {
      throw BadInput(error.what());
    }
  });
}

}  // namespace haven::cli
