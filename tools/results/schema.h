// The tables of a result file, and how a series is laid out in its blob. docs/results.md describes both to users.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "engine/metrics/run_result.h"

namespace haven::results {

/// Number of the result format: PRAGMA user_version and the manifest's row `format`. Raised with every change that an
/// older reader would misread.
inline constexpr int kFormat = 6;
/// PRAGMA application_id: "HAVN". A file without it was not written by haven and is never overwritten.
inline constexpr int kApplicationId = 0x4841564e;

/// CREATE statements of every table and view.
const std::string& schema_sql();

/// n times (int64 nanoseconds of New York time since 2000-01-01), then n values (float64), little endian.
/// Requires as many times as values. `out` is overwritten.
void encode_series(const metrics::Series& series, std::vector<std::byte>& out);
/// The reverse. Requires a blob of encode_series.
metrics::Series decode_series(const std::string& name, std::span<const std::byte> blob);

}  // namespace haven::results
