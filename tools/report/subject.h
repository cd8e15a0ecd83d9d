// What every section of the page is about: one slice of one result file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/results/result_file.h"

namespace haven::report {

struct Subject {
  const results::ResultFile& file;
  results::Slice model;
  std::optional<results::Slice> null;
  std::size_t runs = 0;                                               ///< finished runs of `model`
  std::map<std::string, std::vector<results::ObservedRow>> observed;  ///< by series
  std::map<std::string, results::Band> bands;                         ///< of `model`, without empty ones
  std::map<std::string, results::Summary> metrics, null_metrics;
  std::string peak_day;            ///< "2025-04-08"; empty when no series shows one
  std::string peak_reason;         ///< "lowest ten-year depth"
  std::vector<std::string> kinds;  ///< by how much they traded or held, largest first
};

Subject subject_of(const results::ResultFile& file);

/// The values of a statement's rows for the model slice; the statement has two parameters, variant and point.
template <class Row>
void for_each_row(const Subject& subject, std::string_view sql, Row row) {
  results::Statement statement(subject.file.database(), sql);
  statement.bind(subject.model.variant, subject.model.point);
  while (statement.step()) row(statement);
}

}  // namespace haven::report
