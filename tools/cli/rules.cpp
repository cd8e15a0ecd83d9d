#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/assemble/assemble.h"
#include "tools/cli/command.h"

namespace haven::cli {

void add_rules(CLI::App& app, int& code) {
  struct Options {
    std::string against, firms = "baseline/firms_2025q1";
    bool json = false;
    ConfigOptions configs;
  };
  auto* o = new Options;
  auto* command = app.add_subcommand("rules", "requirement, headroom and theoretical capacity of every leverage rule and firm");
  command->footer("Example: haven rules --against eslr_2014");
  command->add_option("--against", o->against, "rule to compare with, a name under rules/");
  command->add_option("--firms", o->firms, "balance sheets")->capture_default_str();
  command->add_flag("--json", o->json, "JSON on standard output");
  add_config_options(*command, o->configs);
  command->callback([o, &code] {
    const auto options = o->configs.load();
    const auto firms = assemble::banking_groups(*assemble::load<config::Firms>(o->firms, options));
    const auto one = [&](const std::string& name) {
      const auto loaded = assemble::load<config::RuleSet>(name, options);
      return assemble::rule_set(*loaded, loaded);
    };
    std::vector<regulation::RuleSet> rules;
    for (const auto& file : assemble::embedded_configs()) {
      const std::string name(file.name);
      if (name.starts_with("rules/")) {
        try {
          rules.push_back(one(name.substr(0, name.find(".textproto"))));
        } catch (const assemble::ConfigError&) {
          continue;  // a partial rule: it changes a regime and is none by itself
        }
      }
    }
    std::optional<regulation::RuleSet> against;
    if (!o->against.empty()) against = one(o->against.find('/') == std::string::npos ? "rules/" + o->against : o->against);
    const auto rows = regulation::rule_table(rules, firms, against ? &*against : nullptr);
    using Json = nlohmann::ordered_json;
    const auto value = [](const auto& x) { return x ? Json(*x) : Json(nullptr); };
    if (o->json) {
      Json list = Json::array();
      for (const auto& r : rows) {
        list.push_back({{"rule", r.rule}, {"firm", r.firm}, {"level", regulation::to_string(r.level) == "bank" ? "bank" : "holding_company"}, {"requirement_pct", r.requirement_pct},
                        {"required_tier1_bn", value(r.required_tier1_bn)}, {"headroom_bn", value(r.headroom_bn)}, {"binding", value(r.binding)}, {"capacity_bn", value(r.capacity_bn)},
                        {"required_tier1_change_bn", value(r.required_tier1_change_bn)}, {"capacity_change_bn", value(r.capacity_change_bn)}});
      }
      fmt::print("{}\n", list.dump(2));
    } else {
      const auto text = [](const std::optional<double>& x) { return x ? fmt::format("{:.1f}", *x) : std::string("-"); };
      fmt::print("{:<28} {:<18} {:<16} {:>6} {:>10} {:>10} {:>10} {:>10} {:>10}  {}\n", "rule", "firm", "level", "pct", "tier1 bn", "headroom", "capacity", "d tier1", "d capac.", "binding");
      for (const auto& r : rows) {
        fmt::print("{:<28} {:<18} {:<16} {:>6.2f} {:>10} {:>10} {:>10} {:>10} {:>10}  {}\n", r.rule, r.firm, regulation::to_string(r.level), r.requirement_pct, text(r.required_tier1_bn),
                   text(r.headroom_bn), text(r.capacity_bn), text(r.required_tier1_change_bn), text(r.capacity_change_bn), r.binding.value_or("-"));
      }
      for (const auto& t : regulation::totals(rows)) {
        fmt::print("{:<28} {:<18} {:<16} {:>6} {:>10.1f} {:>10.1f} {:>10.1f} {:>10.1f} {:>10.1f}\n", t.rule, fmt::format("sum of {}", t.firms), regulation::to_string(t.level), "", t.required_tier1_bn,
                   t.headroom_bn, t.capacity_bn, t.required_tier1_change_bn, t.capacity_change_bn);
      }
    }
    code = kGood;
  });
}

}  // namespace haven::cli
