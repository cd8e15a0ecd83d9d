#include "tools/assemble/study_plan.h"

#include "configs/schema/study.pb.h"

namespace haven::assemble {

StudyPlan study_plan(const std::string& plan, const LoadOptions& options) {
  LoadOptions plain = options;
  plain.sets.clear();  // --set is about the run
  const auto m = load<config::Study>(plan, plain);
  StudyPlan out{m->name(), m->title(), m->run(), {m->preface().begin(), m->preface().end()}, {}, m};
  for (const auto& p : m->proof()) {
    const Section section = p.section() == config::Proof::SCRAMBLED ? Section::scrambled : p.section() == config::Proof::DOUBLED ? Section::doubled : Section::removed;
    const Expect expect = p.expect() == config::Proof::LOWER ? Expect::lower : p.expect() == config::Proof::HIGHER ? Expect::higher : Expect::finite;
    out.proofs.push_back({p.name(), section, {p.scenario().begin(), p.scenario().end()}, p.with(), p.metric(), expect, p.why()});
  }
  if (out.proofs.empty()) throw ConfigError({m.fault("proof", "no proof", "one or more")});
  return out;
}

}  // namespace haven::assemble
