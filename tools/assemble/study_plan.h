// From a study config to a plan.
#pragma once

#include <string>
#include <vector>

#include "tools/assemble/loader.h"

namespace haven::assemble {

enum class Section { scrambled, doubled, removed, compared };
enum class Expect { lower, higher, finite, same };

struct Proof {
  std::string name;
  Section section = Section::scrambled;
  std::vector<std::string> scenario;  ///< overlays of both sides
  std::string with;                   ///< overlay of one side
  std::string metric;
  Expect expect = Expect::finite;
  std::string why;
  double within = 0;                  ///< same: how far off, over the base
};

struct StudyPlan {
  std::string name, title, run;
  std::vector<std::string> preface;
  std::vector<Proof> proofs;
  LoadedConfig config;  ///< for the places of faults
};

/// Throws ConfigError.
StudyPlan study_plan(const std::string& plan, const LoadOptions& options);

}  // namespace haven::assemble
