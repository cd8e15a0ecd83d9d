#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/cli/book_stream.h"
#include "tools/cli/command.h"
#include "tools/cli/recording_file.h"

namespace haven::cli {

void add_book(CLI::App& app, int& code) {
  struct Options {
    std::string file;
    int repeat = 5;
    bool json = false;
  };
  auto* o = new Options;
  auto* command = app.add_subcommand("book", "drive the order book with an order-message file, or with a recorded market and see that the same trades come of it; JSON");
  command->footer("Example: haven book stream.bin --repeat 5 --json\nExample: haven book noon.recording");
  command->add_option("file", o->file, "order-message file, or what haven run --record wrote")->required();
  command->add_option("--repeat", o->repeat, "timed repeats of an order-message file; the median is printed")->capture_default_str()->check(CLI::Range(1, 1000));
  command->add_flag("--json", o->json, "accepted; the output is always one JSON object");
  command->callback([o, &code] {
    if (is_recording(o->file)) {
      const auto r = check_recording(o->file);
      nlohmann::ordered_json j = {{"orders", r.orders}, {"cancels", r.cancels}, {"trades", r.trades}, {"traded_quantity", r.traded_lots}, {"quotes", r.quotes}, {"levels", r.levels},
                                  {"requests", r.requests}, {"work_ups", r.work_ups}, {"live_orders", r.live_orders}, {"whole", !r.digest.empty()}, {"digest", r.digest}};
      fmt::print("{}\n", j.dump(2));
      code = kGood;
      return;
    }
    try {
      const auto r = run_book_stream(o->file, o->repeat);
      nlohmann::ordered_json j = {{"messages", r.messages}, {"ns_per_message", r.ns_per_message}, {"trades", r.trades}, {"traded_quantity", r.traded_quantity},
                                  {"price_quantity_sum", r.price_quantity_sum}, {"live_orders", r.live_orders}};
      fmt::print("{}\n", j.dump(2));
      code = kGood;
    } catch (const BookStreamError& error) {
      throw BadInput(error.what());
    }
  });
}

}  // namespace haven::cli
