#include "tools/assemble/study_plan.h"

#include "configs/schema/study.pb.h"

namespace haven::assemble {

namespace {

Section section_of(config::Proof::Section section) {
  switch (section) {
    case config::Proof::SCRAMBLED: return Section::scrambled;
    case config::Proof::DOUBLED: return Section::doubled;
    case config::Proof::REMOVED: return Section::removed;
    case config::Proof::COMPARED: break;
  }
  return Section::compared;
}

Expect expect_of(config::Proof::Expect expect) {
  switch (expect) {
    case config::Proof::LOWER: return Expect::lower;
    case config::Proof::HIGHER: return Expect::higher;
    case config::Proof::FINITE: return Expect::finite;
    case config::Proof::SAME: break;
  }
  return Expect::same;
}

}  // namespace

StudyPlan study_plan(const std::string& plan, const LoadOptions& options) {
  LoadOptions plain = options;
  plain.sets.clear();  // --set is about the run
  const auto m = load<config::Study>(plan, plain);
  StudyPlan out{m->name(), m->title(), m->run(), {m->preface().begin(), m->preface().end()}, {}, m};
  for (const auto& p : m->proof()) {
    out.proofs.push_back({p.name(), section_of(p.section()), {p.scenario().begin(), p.scenario().end()}, p.with(), p.metric(), expect_of(p.expect()), p.why(), p.within()});
  }
  if (out.proofs.empty()) throw ConfigError({m.fault("proof", "no proof", "one or more")});
  return out;
}

}  // namespace haven::assemble
