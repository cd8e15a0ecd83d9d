#include "tools/assemble/overlay.h"

#include "configs/schema/rules.pb.h"
#include "tools/assemble/set_path.h"

namespace haven::assemble {

bool is_rule(const std::string& name, const LoadOptions& options) {
  LoadOptions plain = options;
  plain.sets.clear();
  try {
    load<config::RuleSet>(name, plain);
    return true;
  } catch (const ConfigError&) {
    return false;
  }
}

Located<config::Run> load_run_with(const std::string& run, const std::vector<std::string>& with, const LoadOptions& options) {
  if (with.empty()) return load<config::Run>(run, options);
  std::string text = "base: " + quoted(run) + "\n", rule, shown = run;
  for (const auto& overlay : with) {
    shown += " with " + overlay;
    if (is_rule(overlay, options)) rule = "rule: " + quoted(overlay) + "\n";
    else text += "base: " + quoted(overlay) + "\n";
  }
  return load_text<config::Run>(shown, text + rule, options);
}

}  // namespace haven::assemble
