#include "tools/assemble/assembler.h"

#include <filesystem>
#include <variant>

#include "tools/assemble/find_config.h"
#include "tools/assemble/moments.h"
#include "tools/assemble/opening_network.h"

namespace haven::assemble {

using world::Kind;
using world::kNodes;

Experiment Assembler::build() {
  calendar();
  market();
  institutions();
  rest();
  leverage();
  scenario();
  funding();
  stop_on_faults();
  opening_network();
  stop_on_faults();
  reference();
  stop_on_faults();
  base::Digest digest = config_digest(run_.message());
  for (const auto& part : digests_) {
    digest.add(part.a);
    digest.add(part.b);
  }
  experiment_.config_digest = digest;
  experiment_.effective_text = effective_text(run_);
  return std::move(experiment_);
}

base::Date Assembler::date(const std::string& text) {
  base::Date d;
  HAVEN_CHECK(base::parse_date(text, d), "the loader let the date " + text + " through");
  return d;
}

base::Date Assembler::trading_day(const std::string& path, const std::string& text) {
  const base::Date d = date(text);
  if (!std::binary_search(world().days.begin(), world().days.end(), d)) {
    fault(path, text + ", no trading day of this run", "a New York business day from " + base::to_string(world().days.front()) + " to " + base::to_string(world().days.back()));
  }
  return d;
}

base::Date Assembler::inside(const std::string& path, const std::string& text) {
  const base::Date d = date(text);
  if (d < world().days.front() || d > world().days.back()) {
    fault(path, text + ", outside the calendar", "a date from " + base::to_string(world().days.front()) + " to " + base::to_string(world().days.back()));
  }
  return d;
}

std::size_t Assembler::tenor(const std::string& name) const {
  return static_cast<std::size_t>(std::find(kTenorNames.begin(), kTenorNames.end(), name) - kTenorNames.begin());
}

std::size_t Assembler::security(const std::string& name) {
  for (std::size_t s = 0; s < world::kSecurities; ++s) {
    if (world().securities[s].name == name) return s;
  }
  return SIZE_MAX;
}

std::optional<Kind> Assembler::kind_of(const std::string& path, const std::string& name) {
  const auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& g) { return g.name == name; });
  if (group != groups_.end()) return group->kind;
  fault(path, "\"" + name + "\"", "a population of this run");
  return std::nullopt;
}

void Assembler::opening_network() {
  const std::string path = "funding.opening_network", name = run_->funding().opening_network();
  if (name.empty()) return;
  // Beside the config that names it; for a setting or a text that is no file, in the current folder.
  const Place place = run_.locate(path);
  std::error_code ignored;
  ConfigText from;
  const std::filesystem::path named_in = place.file;
  const bool on_disk = place.line > 0 && std::filesystem::exists(named_in, ignored);
  if (on_disk) from.disk_folder = std::filesystem::weakly_canonical(named_in, ignored).parent_path().string();
  else if (place.line > 0 && place.file.starts_with("configs/")) from.embedded_folder = named_in.parent_path().lexically_relative("configs").string();
  auto found = find_config(name, on_disk || !from.embedded_folder.empty() ? &from : nullptr, {options_.configs_dir, options_.embedded});
  if (const auto* wrong = std::get_if<Misfit>(&found)) return fault(path, wrong->found, "a GraphML file");
  const auto& file = std::get<ConfigText>(found);
  for (auto& wrong : read_opening_network(file.text, file.shown, spec())) faults_.push_back(std::move(wrong));
  base::Digest digest;
  for (const char c : file.text) digest.add(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
  digests_.push_back(digest);
}

void Assembler::reference() {
  if (run_->has_reference() && !run_->reference().empty()) {
    const auto reference = part<config::Reference>("reference", run_->reference());
    const auto line = [&](const std::string& path, const std::string& name) { return named_by(reference, path, name, [&] { return line_of(plain<config::Line>(name)); }); };
    read_moments(reference, line, experiment_, faults_);
  }
  if (!run_->metrics().empty()) read_window_metrics(part<config::MetricList>("metrics", run_->metrics()), experiment_, faults_);
}

Experiment assemble(const Located<config::Run>& run, const LoadOptions& options) { return Assembler(run, options).build(); }
LoadedConfig load_run(const std::string& run, const LoadOptions& options) { return load<config::Run>(run, options); }
Experiment assemble(const std::string& run, const LoadOptions& options) { return assemble(load<config::Run>(run, options), options); }

}  // namespace haven::assemble
