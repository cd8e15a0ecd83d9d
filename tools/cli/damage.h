// What a failure did to the others, against the twin in which it did not happen.
#pragma once

#include <set>
#include <string>

#include "tools/cli/paired_runs.h"

namespace haven::cli {

/// Of one seed. Read off the traces of defaults (metrics::DefaultStepRow); what the twin loses as well is no damage.
struct Damage {
  double creditor_loss_bn = 0;    ///< lost when estates were cleared
  double house_loss_bn = 0;       ///< borne by houses' own capital and their members, or by nobody
  double open_claims_bn = 0;      ///< claims on estates that were not cleared before the run ended
  double shortfall_bn = 0;        ///< cash that further defaulters were short of
  std::set<std::string> further;  ///< default with the failure and not in the twin; the one that failed left out

  double loss_bn() const { return creditor_loss_bn + house_loss_bn; }
};

Damage damage(const KeptRun& failed, const KeptRun& twin, const std::string& who);

}  // namespace haven::cli
