// Sealed bids for equal pieces of a cleared position, each paid as bid: how a clearing house places what a defaulter left.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/units.h"

namespace haven::markets {

/// `bidder` takes `lots` over at `ticks`.
struct PieceBid {
  base::InstitutionId bidder;
  std::uint64_t name = 0;  ///< stable key of the bidder's name: ties do not depend on ids
  std::int32_t ticks = 0;
  std::int64_t lots = 0;   ///< > 0
};

/// Accepts the best bids until `offered` lots are placed; the last one may be cut. `bidders_buy`: they take a long position, so a higher
/// price is better, else a lower one. None worse than `worst_ticks`. Bids of one price go by name, and those of one bidder in their order.
/// Sorts `bids` and leaves in it those accepted, each with the lots it gets. Requires offered >= 0.
void place_pieces(std::vector<PieceBid>& bids, bool bidders_buy, std::int32_t worst_ticks, std::int64_t offered);

}  // namespace haven::markets
