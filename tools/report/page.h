// A page under construction: sections of HTML with charts in them, and the data of the charts.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace haven::report {

enum class ChartSize { small, medium, large };

/// Invariants: every opened section was closed before the next one opens; every chart's data is in `charts_` under the
/// number that its figure carries.
class Page {
 public:
  /// `id` names the section in the page's index and in links.
  void open_section(const std::string& id, const std::string& title, const std::string& lede = "");
  void close_section();
  /// Raw HTML; what came from data must have been escaped.
  void html(const std::string& text) { body_ += text; }
  /// A figure. `data["type"]` names the drawing function in page.js: band, stack, lines, matrix, bars, convergence, graph, sweep.
  void chart(nlohmann::json data, const std::string& title, const std::string& unit, ChartSize size,
             const std::string& note = "");

  /// The order in which kinds of institutions take their colours; one order for the whole page.
  void set_kinds(const std::vector<std::string>& kinds) { kinds_ = kinds; }

  /// The whole document.
  std::string finish(const std::string& title, const std::string& header, const std::string& footer) const;

 private:
  std::string body_, index_;
  nlohmann::json charts_ = nlohmann::json::array();
  std::vector<std::string> kinds_;
};

}  // namespace haven::report
