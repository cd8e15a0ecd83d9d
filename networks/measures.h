// What a supervisor reads off the network: re-use of collateral, length of chains, core and periphery, who is critical.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "networks/clearing.h"
#include "networks/snapshot.h"

namespace haven::networks {

/// Re-use of collateral over the legs whose chain is known. Amounts in the snapshot's unit.
struct Reuse {
  std::int64_t pledged = 0;   // over all legs
  std::int64_t own = 0;       // by owners themselves: depth 0
  std::vector<std::int64_t> ending_after;  // [k]: collateral whose chain is exactly k+1 legs long

  /// Legs a unit of collateral is on, on average. None when nothing is pledged.
  std::optional<double> mean_chain_length() const;
  /// Share of what was received that was pledged on, counting every receiver: 1 - 1/mean_chain_length().
  std::optional<double> reuse_rate() const;
};
/// Requires no chain_faults().
Reuse reuse(const Snapshot& collateral);

/// Re-use seen from the institutions of one role, dealers as a rule.
struct RoleReuse {
  std::int64_t delivered = 0;          // collateral they give, own and received
  std::int64_t own_delivered = 0;      // of it, their own holdings
  std::int64_t received = 0;           // from anyone
  std::int64_t received_at_source = 0; // from owners outside the role, at the head of a chain
  std::int64_t passed_on = 0;          // of what they received

  /// Secured funding over own holdings financed by it. Source: Infante, Press, Saravay (2020), "Understanding
  /// collateral re-use in the US financial system", AEA Papers and Proceedings 110 (collateral multiplier).
  std::optional<double> collateral_multiplier() const;
  /// Collateral received over its primary sources. Source: Singh (2011), "Velocity of pledged collateral", IMF WP/11/256.
  std::optional<double> velocity() const;
  /// Share of the collateral received that is passed on.
  std::optional<double> reuse_rate() const;
};
RoleReuse reuse_by(const Snapshot& collateral, Role role);

/// What passes through one institution. Amounts in the snapshot's unit, over all legs.
struct NodeFlow {
  std::int64_t given = 0;
  std::int64_t received = 0;
  std::int64_t passed_on = 0;   // of what it gives, what others own: at depth 1 or more
  std::uint32_t partners = 0;   // others that it shares a leg with, in either direction
  bool operator==(const NodeFlow&) const = default;
};
/// By node.
std::vector<NodeFlow> node_flows(const Snapshot& snapshot);

/// A place where more collateral of one owner and security leaves at a depth than came in: collateral was created.
struct ChainFault {
  NodeIndex node = 0;
  NodeIndex owner = 0;
  base::SecurityId security{};
  std::uint8_t depth = 0;       // of the legs that leave
  std::int64_t received = 0;    // at depth - 1
  std::int64_t passed_on = 0;   // at depth
};
std::vector<ChainFault> chain_faults(const Snapshot& collateral);

/// The split into a core, all of whose members deal with each other, and a periphery that deals with the core alone,
/// that the links contradict least. Directions and amounts are not looked at. Ties go to the smaller core, then to the
/// earlier node. Source: Craig and von Peter (2014), "Interbank tiering and money center banks", Journal of Financial
/// Intermediation 23; exact by degree order: Lip (2011), "A fast algorithm for the discrete core/periphery
/// bipartitioning problem", arXiv:1102.5511.
struct CorePeriphery {
  std::vector<NodeIndex> core;   // by falling number of partners
  std::uint64_t links = 0;       // linked pairs
  std::uint64_t errors = 0;      // core pairs that lack a link plus periphery pairs that have one
  /// 1 when the links are those of a core and a periphery exactly. None without links.
  std::optional<double> fit() const;
};
CorePeriphery core_periphery(const Snapshot& snapshot);

/// What the others lose when one institution pays nothing.
struct Criticality {
  NodeIndex node = 0;
  double loss_to_others = 0.0;          // fall of the others' wealth after clearing, in the snapshot's unit
  std::uint32_t defaults_caused = 0;    // others that default only then
};
/// Every institution is removed in turn; the worst first, ties by node. One clearing a node.
std::vector<Criticality> rank_by_criticality(const Snapshot& obligations, std::span<const std::int64_t> outside_assets,
                                             Recovery recovery = {});

}  // namespace haven::networks
