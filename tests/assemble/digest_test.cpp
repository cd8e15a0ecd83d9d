#include <catch2/catch.hpp>

#include <set>

#include "tests/assemble/fixture.h"
#include "tools/assemble/config_digest.h"

using namespace haven::assemble;
using namespace haven::assemble::test;

namespace {

std::string digest_of(const std::string& text, std::vector<std::string> sets = {}) {
  return haven::base::to_hex(config_digest(load_one(text, std::move(sets)).message()));
}

const std::string kText =
    "title: \"t\" days: 5 dealer { name: \"a\" limit_bn: 3 ladder_bp: [1, 2] } dealer { name: \"b\" } "
    "step { size_bn: 1 } step { size_bn: 2 } tri_party { rate_bp: 1 }";

}  // namespace

TEST_CASE("the digest does not see the order of fields or of named elements", "[assemble]") {
  CHECK(digest_of(kText) ==
        digest_of("tri_party { rate_bp: 1 } dealer { name: \"b\" } step { size_bn: 1 } days: 5 step { size_bn: 2 } "
                  "dealer { ladder_bp: 1 name: \"a\" ladder_bp: 2 limit_bn: 3 } title: \"t\""));
}

TEST_CASE("the digest does not see over how many files a config is spread", "[assemble]") {
  const Files files{{{"base.textproto", "title: \"old\" days: 5 dealer { name: \"b\" } dealer { name: \"x\" } tri_party { }"},
                     {"top.textproto",
                      "base: \"base\" title: \"t\" dealer { name: \"x\" remove: true } tri_party { rate_bp: 1 } "
                      "dealer { name: \"a\" limit_bn: 3 ladder_bp: [1, 2] } step { size_bn: 1 } step { size_bn: 2 }"}}};
  CHECK(haven::base::to_hex(config_digest(files.load("top").message())) == digest_of(kText));
}

TEST_CASE("the digest does not see a default written out, nor a source", "[assemble]") {
  CHECK(digest_of(kText) == digest_of(kText + "steered: false source { text: \"a book\" }", {"dealer[name=b].desks=1"}));
}

TEST_CASE("the digest sees every value, whether it is set, and --set", "[assemble]") {
  std::set<std::string> digests = {digest_of(kText)};
  const std::vector<std::string> changes = {
      "title=u", std::string("title=t\0", 8), "days=6", "steered=true", "start=2025-04-02", "cap_bn=0", "dealer[name=a].limit_bn=3.0000000000000004",
      "dealer[name=a].desks=2", "dealer[name=a].mode=FROZEN", "dealer[name=a].repo={}", "dealer[name=a].ladder_bp[1]=3",
      "dealer[name=a].ladder_bp=[1]", "dealer[name=a].ladder_bp=[2, 1]", "dealer[name=b].remove=true",
      "dealer={name: \"c\"}", "dealer[name=b].stop_loss_bn=0", "dealer[name=b].fallback={}", "step[0].size_bn=2",
      "step[1].size_bn=1", "tri_party.haircut_pct=3", "tag=[a]", "tag=[\"\"]", "tag=[a, b]", "tag=[ab]",
      "path={date: \"2025-04-02\"}"};
  for (const std::string& change : changes) {
    INFO(change);
    CHECK(digests.insert(digest_of(kText, {change})).second);
  }
}

TEST_CASE("the digest sees which of two blocks holds a value", "[assemble]") {
  CHECK(digest_of("days: 1 dealer { name: \"a\" desks: 2 } dealer { name: \"b\" }") !=
        digest_of("days: 1 dealer { name: \"a\" } dealer { name: \"b\" desks: 2 }"));
}

TEST_CASE("the effective config, printed and loaded again, has the same digest", "[assemble]") {
  const auto config = load_one(kText, {"dealer[name=a].limit_bn=0.1", "title=\"\xc3\xa9 \\\"q\\\"\""});
  const std::string text = effective_text(config);
  CHECK(digest_of(text) == haven::base::to_hex(config_digest(config.message())));
}
