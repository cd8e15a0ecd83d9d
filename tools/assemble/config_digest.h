// The digest of a config: what decides whether two runs had the same input.
#pragma once

#include <google/protobuf/message.h>

#include "engine/base/digest.h"

namespace haven::assemble {

/// Hash over the effective values, walked by field number, defaults included; never over serialized bytes.
/// Equal for: fields in another order, named elements in another order, a value spread over other files, a default
/// written out, `source` texts changed (they document, they do not act). Different for any other change of a value, and
/// for whether a block, or a scalar without a default, is set at all. -0.0 counts as 0.
base::Digest config_digest(const google::protobuf::Message& effective);

}  // namespace haven::assemble
