#include "tools/cli/study_cast.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tools/assemble/field_rules.h"
#include "tools/assemble/named_by.h"

namespace haven::cli {

std::string variant_name(const std::vector<std::string>& overlays) {
  if (overlays.empty()) return "base";
  std::string name;
  for (const auto& overlay : overlays) name += (name.empty() ? "" : " + ") + std::filesystem::path(overlay).stem().string();
  return name;
}

std::vector<std::string> changed(const assemble::Proof& proof) {
  auto overlays = proof.scenario;
  overlays.push_back(proof.with);
  return overlays;
}

StudyCast study_cast(const assemble::StudyPlan& plan, const ConfigOptions& configs) {
  StudyCast cast;
  const auto add = [&](const Variant& variant) {
    for (const auto& v : cast.variants) {
      if (v.name == variant.name) return;
    }
    cast.experiments.push_back(assembled(variant));
    cast.variants.push_back(variant);
    cast.variants.back().experiment = &cast.experiments.back();
  };
  const auto laid_over = [&](const std::vector<std::string>& overlays) { return Variant{variant_name(overlays), plan.run, {configs.configs_dir, configs.sets, overlays}, nullptr}; };
  assemble::named_by(plan.config, "run", plan.run, [&] {
    add(laid_over({}));
    add(null_twin(cast.variants.front()));
  });
  for (const auto& proof : plan.proofs) {
    const std::string path = "proof[name=" + proof.name + "]";
    if (!proof.scenario.empty()) assemble::named_by(plan.config, path + ".scenario", fmt::format("{}", fmt::join(proof.scenario, "\", \"")), [&] { add(laid_over(proof.scenario)); });
    assemble::named_by(plan.config, path + ".with", proof.with, [&] { add(laid_over(changed(proof))); });
  }
  std::vector<std::string> metrics = {kRowsInside};
  for (const auto& metric : cast.experiments.front().metrics) metrics.push_back(metric.name);
  std::vector<assemble::Fault> faults;
  for (const auto& proof : plan.proofs) {
    if (std::find(metrics.begin(), metrics.end(), proof.metric) != metrics.end()) continue;
    faults.push_back(plan.config.fault("proof[name=" + proof.name + "].metric", "the metric \"" + proof.metric + "\", which the run does not have", assemble::suggest(proof.metric, metrics)));
  }
  if (!faults.empty()) throw assemble::ConfigError(std::move(faults));
  return cast;
}

}  // namespace haven::cli
