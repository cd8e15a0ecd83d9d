// Who pays what when not everybody can pay: clearing vectors of a network of obligations.
//
// Eisenberg and Noe (2001), "Systemic risk in financial systems", Management Science 47(2), 236-249:
//   p_i = min(owed_i, e_i + sum_j P_ji p_j),  P_ji = what j owes to i over all that j owes.
// Rogers and Veraart (2013), "Failure and rescue in an interbank network", Management Science 59(4), 882-898: one that
// cannot pay in full pays alpha e_i + beta sum_j P_ji p_j. The *greatest* clearing vector is found, theirs of
// Definition 3.6: nobody defaults who need not. alpha = beta = 1 is Eisenberg and Noe.
//
// Inputs, as docs define them: obligations are unsecured net cash due after close-out netting and sale of collateral;
// assets are cash and committed lines. Clearing houses follow their own waterfall and are no party here.
//
// Method. The unknown is each institution's shortfall s_i = owed_i - p_i, which starts at zero and only rises, so the
// first fixed point met is the least shortfall, hence the greatest payments. Passes run over the edges of those in
// default alone (Gauss-Seidel); nothing is ever factored. Whoever can pay if all others do is judged by integer sums,
// exactly. Between two passes with the same defaulters, residuals r0, r1 and step d satisfy (I - M) d = r0 - r1, so that
// s + d min(r1/(r0-r1)), taken over a group of defaulters that owe to no other group, never passes s*: a safe leap, which
// keeps a nearly closed ring of defaulters from needing millions of passes. At the end losses are summed afresh, and the
// same passes bound the error that the remaining residual and all rounding can have left: the certificate.
//
// Numbers. Amounts come in as integers; shortfalls are doubles. A payment's error is measured against what the
// institution owes and is due, and brought to 2^-40 of it or below (a tenth of a cent in a billion dollars). A network
// so nearly closed that doubles cannot reach that gets what they can; above 2^-30 (a dollar in a billion) `certified` is
// false. A loss must exceed what an institution can bear by more than a relative 2^-38 to make it default: rounding
// never causes a default. Bits depend on the order of the nodes, not on threads or build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "networks/snapshot.h"

namespace haven::networks {

/// What a defaulter's assets fetch. Requires both in [0, 1].
struct Recovery {
  double alpha = 1.0;  // of its outside assets
  double beta = 1.0;   // of what it receives from others
};

enum class DefaultCause : std::uint8_t {
  none,
  own_shortfall,  // would default even if everybody else paid in full
  contagion,      // defaults because others do not pay it
  silenced,       // removed by the caller: pays nothing
};

struct ClearingResult {
  std::vector<std::int64_t> owed;       // by node, in the snapshot's unit
  std::vector<std::int64_t> paid;       // to the nearest unit, 0 <= paid <= owed, and paid < owed for defaulters
  std::vector<double> payment;          // before rounding
  std::vector<double> received;         // before rounding, what others paid to the node
  std::vector<DefaultCause> cause;
  std::vector<std::uint32_t> pass;      // 0: no default; k: defaulted in the k-th pass
  std::vector<NodeIndex> defaulted;     // ascending
  std::uint32_t rounds = 0;             // passes over the defaulters' edges; 0 when nobody defaults
  double relative_error = 0.0;          // bound on |payment - exact| / (owed + due), over all nodes
  bool certified = true;                // relative_error <= 2^-30
};

/// Clears one network, many times if asked: the workspace is kept.
/// Invariants: owed_ and due_ are the exact sums of the snapshot's amounts; the snapshot outlives this.
class Clearing {
 public:
  /// Requires that no institution's assets, dues or obligations add up to 2^62 or more.
  explicit Clearing(const Snapshot& obligations);

  /// `outside_assets`: by node, in the snapshot's unit, not negative. `silenced` pays nothing whatever it holds.
  ClearingResult clear(std::span<const std::int64_t> outside_assets, Recovery recovery = {},
                       std::optional<NodeIndex> silenced = std::nullopt);

  std::span<const std::int64_t> owed() const { return owed_; }
  /// What others owe to each node.
  std::span<const std::int64_t> due() const { return due_; }

 private:
  struct Cell {
    double loss = 0.0;      // what others fall short of paying to it
    double bearable = 0.0;  // a loss above this makes it default; infinity once it has, or when it owes nothing
  };
  struct Debt {
    double amount = 0.0;
    NodeIndex to = 0;
  };
  // One in default. They and what they owe lie in the order in which they defaulted, so that a pass reads straight on.
  struct alignas(64) Debtor {
    double owed = 0.0;
    double scale = 0.0;       // owed and due
    double base = 0.0;        // shortfall at zero loss
    double share = 0.0;       // of its losses that reaches its creditors: beta, or 0 when silenced
    double shortfall = 0.0;
    double step = 0.0;        // that the last pass made
    NodeIndex node = 0;
    std::uint32_t first = 0;  // its debts are debts_[first .. end)
    std::uint32_t end = 0;
    std::uint32_t group = 0;  // the first debtor of those that are linked by what they owe each other
  };
  template <class Visit>
  void for_each_debt(const Debtor& debtor, Visit&& visit) const {
    const Debt* const end = debts_.data() + debtor.end;
    for (const Debt* debt = debts_.data() + debtor.first; debt != end; ++debt) visit(debt->to, debt->amount);
  }
  void enter(NodeIndex node, DefaultCause cause, ClearingResult& result);
  void push(const Debtor& debtor, double step, ClearingResult& result);
  double target(const Debtor& debtor) const;
  bool pass(double tolerance, ClearingResult& result);
  void group_defaulters();
  void find_leaps();
  void refresh_losses(ClearingResult& result);
  double error_bound();

  const Snapshot& obligations_;
  std::vector<std::int64_t> owed_;
  std::vector<std::int64_t> due_;
  std::vector<Cell> cells_;
  std::vector<double> base_, share_;     // by node, for those that come to default
  std::vector<Debtor> debtors_;
  std::vector<Debt> debts_;
  static constexpr std::uint32_t kNoPlace = 0xffffffff;
  std::vector<std::uint32_t> place_;     // of a defaulter among debtors_, by node; of the others kNoPlace
  // By debtor: residuals before and after a pass; under a group's first, how far it may leap.
  std::vector<double> residual_before_, residual_after_, leap_;
  std::size_t grouped_ = 0;  // debtors whose group is known
};

/// What flows along each edge, in the snapshot's edge order: each defaulter's `paid` split in proportion to what it
/// owes, by rounding the running total, so that the parts add up exactly and each is within one unit of its share.
std::vector<std::int64_t> edge_payments(const Snapshot& obligations, const ClearingResult& result);

}  // namespace haven::networks
