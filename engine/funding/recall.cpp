#include "engine/funding/recall.h"

#include <algorithm>
#include <vector>

namespace haven::funding {
namespace {

// No chain of pledges is longer.
constexpr int kMostPledges = 16;

struct Recalling {
  Ledger& ledger;
  Contracts& contracts;
  Collateral& collateral;
  const RecallTerms& terms;
  Journal& journal;
  Time now;
  Recalled done;

  Face free(InstitutionId holder, SecurityId s) const { return collateral.available(contracts, holder, s, terms.today); }

  static RepoTerms same_terms(const Contract& c) {
    RepoTerms t;
    t.lender = c.lender;
    t.borrower = c.borrower;
    t.segment = c.segment;
    t.reuse = c.reuse;
    t.security = c.security;
    t.face = c.face;
    t.cash = c.cash;
    t.rate_hbp = c.rate_hbp;
    t.haircut_hbp = c.haircut_hbp;
    t.end = c.end;
    t.notice_days = c.notice_days;
    t.substitution = c.substitution;
    return t;
  }

  // A security that the borrower has free until the loan's end, enough of it for this cash. Its own face of it, or nothing.
  bool substitute_for(const Contract& c, Money cash, SecurityId& other, Face& face) const {
    for (std::uint16_t k = 0; k < terms.per_million.size(); ++k) {
      if (k == c.security.v || terms.per_million[k].v <= 0) continue;
      face = face_to_raise(cash, terms.per_million[k], c.haircut_hbp, terms.grain);
      other = SecurityId{k};
      if (face.v > 0 && collateral.available(contracts, c.borrower, other, c.end) >= face) return true;
    }
    return false;
  }

  // Its lender can give all of it back at once: it may not have passed it on, or has as much free.
  bool held(const Contract& c) const { return c.reuse == Reuse::forbidden || free(c.lender, c.security) >= c.face; }

  // Ends the loan and makes it anew without `face` of its collateral; with `other` collateral for the same cash where there is some.
  void take_out(ContractId id, Face face, bool substituted, SecurityId other, Face other_face) {
    const Contract c = contracts[id];
    const Money moved{base::mul_div(c.cash.v, face.v, c.face.v)};
    // What the lender has free may be tied to loans of its own that end sooner than what it passed on: then it fails for the rest.
    if (close_repo(ledger, contracts, collateral, id, journal, now).shortage.v > 0) return;
    RepoTerms rest = same_terms(c);
    rest.start = terms.today;
    rest.face = c.face - face;
    rest.cash = c.cash - moved;
    if (rest.face.v > 0) open_repo(ledger, contracts, collateral, rest, journal, now);
    if (!substituted) {
      done.terminated += face;
      return;
    }
    rest.security = other;
    rest.face = other_face;
    rest.cash = moved;
    open_repo(ledger, contracts, collateral, rest, journal, now);
    done.substituted += face;
  }

  void obtain(InstitutionId holder, SecurityId s, Face wanted, int pledges) {
    if (pledges > kMostPledges || free(holder, s) >= wanted) return;
    std::vector<ContractId> pledged;
    contracts.for_each_borrowed(holder, [&](ContractId id, const Contract& c) {
      if (c.security == s && c.end > terms.today && c.standing == Standing::open && c.delivered == c.face && (c.substitution != 0 || c.notice_days >= 0)) pledged.push_back(id);
    });
    for (const ContractId id : pledged) {
      const Face missing = wanted - free(holder, s);
      if (missing.v <= 0) return;
      const Contract c = contracts[id];
      const Face face = std::min(missing, c.face);
      SecurityId other;
      Face other_face;
      const bool substituted = c.substitution != 0 && substitute_for(c, {base::mul_div(c.cash.v, face.v, c.face.v)}, other, other_face);
      if (!substituted && c.notice_days < 0) continue;
      if (!substituted && c.notice_days > 0) {
        if (const Date end = terms.after(c.notice_days); end < c.end) {
          contracts.set_end(id, end);
          done.notified += face;
        }
        continue;
      }
      // The whole contract is returned for a moment, so that the lender must have all of it.
      if (!held(c)) obtain(c.lender, s, c.face, pledges + 1);
      if (!held(c)) {
        if (c.notice_days == 0 && terms.tomorrow < c.end) {
          contracts.set_end(id, terms.tomorrow);
          done.notified += face;
        }
        continue;
      }
      take_out(id, face, substituted, other, other_face);
    }
  }
};

}  // namespace

Recalled recall(Ledger& ledger, Contracts& contracts, Collateral& collateral, InstitutionId holder, SecurityId s, Face wanted, const RecallTerms& terms,
                Journal& journal, Time now) {
  Recalling recalling{ledger, contracts, collateral, terms, journal, now, {}};
  recalling.obtain(holder, s, wanted, 0);
  return recalling.done;
}

}  // namespace haven::funding
