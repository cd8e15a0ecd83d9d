#include <fmt/format.h>

#include "tools/assemble/assemble.h"
#include "tools/assemble/calibration_plan.h"
#include "tools/assemble/moments.h"
#include "tools/assemble/posterior.h"
#include "tools/assemble/schema_of.h"
#include "tools/cli/command.h"
#include "tools/cli/study_cast.h"

namespace haven::cli {
namespace {

std::string of_run(const std::string& name, const assemble::LoadOptions& options) {
  const auto experiment = assemble::assemble(name, options);
  return fmt::format("{} institutions, {} trading days, {} scored moments, digest {}", experiment.spec.world.institutions.size(), experiment.spec.world.days.size(), experiment.moments.size(),
                     base::to_hex(experiment.config_digest));
}

std::string of_sweep(const std::string& name, const assemble::LoadOptions& options) {
  const assemble::SweepPlan plan(name, options);
  const std::int64_t points = plan.plan().design.points();
  const auto& seeds = plan.plan().seeds;
  const std::string digest = base::to_hex(plan.digest());
  if (plan.plan().frontier) return fmt::format("{} searches along {}, digest {}", points, plan.plan().frontier->along.name, digest);
  return fmt::format("{} points, {}{} runs, digest {}", points, points * seeds.first, seeds.adaptive() ? fmt::format(" to {}", points * seeds.most) : "", digest);
}

std::string of_study(const std::string& name, const ConfigOptions& configs) {
  const auto plan = assemble::study_plan(name, configs.load());
  return fmt::format("{} proofs, {} runs a seed", plan.proofs.size(), study_cast(plan, configs).variants.size());
}

std::string of_calibration(const std::string& name, const assemble::LoadOptions& options) {
  const assemble::CalibrationPlan plan(name, options);
  const auto& c = plan.calibration();
  return fmt::format("{} parameters, {} targets, at most {} points of {} seeds, digest {}", c.parameters.size(), c.targets.size(), c.evaluations, c.seeds, base::to_hex(plan.digest()));
}

/// What a config is made of, when nothing is wrong with it. Throws ConfigError.
std::string contents(const std::string& name, const ConfigOptions& configs) {
  const auto options = configs.load();
  switch (assemble::schema_of(name, options)) {
    case assemble::Schema::run: return of_run(name, options);
    case assemble::Schema::sweep: return of_sweep(name, options);
    case assemble::Schema::study: return of_study(name, configs);
    case assemble::Schema::calibration: return of_calibration(name, options);
    case assemble::Schema::posterior: return fmt::format("{} draws; whether its fields are the run's is seen where a run draws from it", assemble::Posterior(name, options).size());
    case assemble::Schema::line: {
      const auto line = assemble::load<config::Line>(name, options);
      return fmt::format("a line over {} through {} days", assemble::line_of(line).of.volatility, line->days());
    }
    case assemble::Schema::reference: {
      const auto reference = assemble::load<config::Reference>(name, options);
      assemble::check(reference);
      return fmt::format("{} moments, {} observed series; whether their days are the run's is seen where a run names it", reference->moment_size(), reference->observed_size());
    }
    case assemble::Schema::metric_list: {
      const auto list = assemble::load<config::MetricList>(name, options);
      assemble::check(list);
      return fmt::format("{} metrics", list->metric_size());
    }
    case assemble::Schema::collapse: {
      const auto collapse = assemble::collapse_of(name, options);
      return fmt::format("a collapse of {} signs", collapse.all.size() + collapse.any.size());
    }
    case assemble::Schema::rule_set: {
      const auto rule = assemble::load<config::RuleSet>(name, options);
      if (!rule->has_holding_company() && !rule->has_bank()) return "a partial rule, to be laid over a regime";
      return "the regime \"" + assemble::rule_set(*rule, rule).name + "\"";
    }
    case assemble::Schema::firms: return fmt::format("{} banking groups", assemble::banking_groups(*assemble::load<config::Firms>(name, options)).size());
  }
  return "";
}

}  // namespace

void add_check(CLI::App& app, int& code) {
  struct Options {
    std::string config;
    ConfigOptions configs;
  };
  auto* o = new Options;
  auto* command = app.add_subcommand("check", "say what is wrong with a config of any kind, with line and column; exit 2 if anything is");
  command->footer("Example: haven check my_scenario.textproto\n"
                  "Runs, sweeps and frontiers, studies, calibrations, posteriors, references, lines, metric lists, collapses, rules and firms: as the comment \"# proto-message: haven.config.Run\" at\n"
                  "the top of the file says, else by the fields it has. Of a plan, the run and everything laid over it are checked as well; nothing is simulated.");
  command->add_option("config", o->config, "name or path")->required();
  add_config_options(*command, o->configs);
  command->callback([o, &code] {
    fmt::print("{}: good, {}\n", o->config, contents(o->config, o->configs));
    code = kGood;
  });
}

}  // namespace haven::cli
