#include "agents/central_bank/central_bank.h"

namespace haven::agents::central_bank {

void plan(const world::View& view, const Parameters& p, Desk& desk, world::Intents& out) {
  desk.program.clear();
  for (std::size_t s = 0; s < world::kSecurities; ++s) desk.program.cash[s] -= view.own().need_lots[s];
  wake(view, p, desk, out);
}

void wake(const world::View& view, const Parameters& p, Desk& desk, world::Intents& out) {
  for (const std::int64_t lots : desk.program.cash) {
    if (lots != 0) return world::work_program(view, desk, p.purchase_looks, p.child_bn, p.tolerance_bp, out);
  }
}

}  // namespace haven::agents::central_bank
