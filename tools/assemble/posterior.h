// A sample of parameters from their joint uncertainty: written by a calibration, drawn from by runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "configs/schema/posterior.pb.h"
#include "configs/schema/run.pb.h"
#include "engine/base/digest.h"
#include "tools/assemble/loader.h"

namespace haven::assemble {

/// Invariants: at least one draw; every draw has a value for every parameter.
class Posterior {
 public:
  /// Throws ConfigError.
  Posterior(const std::string& name, const LoadOptions& options);

  const std::string& name() const { return config_->name(); }
  std::size_t size() const { return static_cast<std::size_t>(config_->draw_size()); }
  base::Digest digest() const;

  /// The run with the seed's draw: the first for seed 1, and from the beginning again after the last. Throws ConfigError when the run lacks a field, has
  /// it in another unit, or does not take the value.
  Located<config::Run> drawn(const Located<config::Run>& run, std::uint64_t seed) const;
  /// The same values as metrics of the run: parameter_NAME.
  std::map<std::string, double> values(std::uint64_t seed) const;

 private:
  const config::ParameterDraw& draw(std::uint64_t seed) const { return config_->draw(static_cast<int>((seed - 1) % size())); }
  Located<config::Posterior> config_;
};

/// What is sampled, best point first, and the draws, each in the order of the parameters and in their fields' units.
struct PosteriorSample {
  struct Parameter {
    std::string name, path, unit;
    double best = 0;
  };
  std::vector<Parameter> parameters;
  std::vector<std::vector<double>> draws;
};

/// A config of the sample; numbers read back to the same bits. `source` becomes its provenance (tag COMPUTED).
std::string posterior_text(const std::string& plan, const std::string& run, const std::string& method, const PosteriorSample& sample, const std::string& source);

}  // namespace haven::assemble
