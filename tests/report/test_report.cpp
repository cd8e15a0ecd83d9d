#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/report/synthetic_store.h"
#include "tools/report/embedded.h"
#include "tools/report/report.h"
#include "tools/report/text.h"

namespace haven::report {
namespace {

namespace fs = std::filesystem;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "haven-report-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string read_all(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

bool has_section(const std::string& html, const std::string& id) {
  return html.find("<section id=\"" + id + "\">") != std::string::npos;
}

nlohmann::json data_of(const std::string& html) {
  const std::string open = "<script id=\"data\" type=\"application/json\">";
  const std::size_t begin = html.find(open) + open.size();
  return nlohmann::json::parse(html.substr(begin, html.find("</script>", begin) - begin));
}

const nlohmann::json* chart_of(const nlohmann::json& data, const std::string& title) {
  for (const auto& chart : data["charts"]) {
    if (chart["title"] == title) return &chart;
  }
  return nullptr;
}

constexpr const char* kSections[] = {"overview",        "scorecard",  "yields",   "swap_spreads", "liquidity",
                                     "flows",           "positions",  "headroom", "constraints", "shadow_rules", "repo",
                                     "liquidity_needs", "collateral", "defaults", "frontier", "sensitivity", "calibration", "sweep",        "other_series",
                                     "metrics",         "failed_runs"};

TEST_CASE("a full result file gives every section, each with its picture", "[report]") {
  const TemporaryFolder folder;
  write_synthetic_store(folder / "r.sqlite");
  write_report(folder / "r.sqlite", folder / "r.html");
  const std::string html = read_all(folder / "r.html");
  for (const char* id : kSections) {
    INFO(id);
    CHECK(has_section(html, id));
  }
  const nlohmann::json data = data_of(html);
  CHECK(occurrences(html, "<figure ") == data["charts"].size());
  for (const char* title : {"2-year yield", "30-year yield", "10-year swap spread", "10-year bid-ask", "10-year depth",
                            "10-year price impact", "10-year futures volume", "Net purchases by day", "Seller by buyer",
                            "Positions by kind", "Use of the binding constraint", "Headroom by rule", "Rates by segment",
                            "Refused by segment", "Cash needs by day and kind", "Pledged collateral", "SOFR"}) {
    INFO(title);
    CHECK(chart_of(data, title) != nullptr);
  }
  const auto* threshold = chart_of(data, "Threshold");
  REQUIRE(threshold != nullptr);
  CHECK((*threshold)["items"].size() == 1);
  CHECK((*threshold)["items"][0]["name"] == "rules.eslr = june_2025_proposal");
  CHECK((*threshold)["items"][0]["high"] == 44);
  CHECK(html.find("rules.eslr = final_rule: stays below 0.5 from 15 to 45") != std::string::npos);
  CHECK(html.find("Not validated") != std::string::npos);
  const auto* sensitivity = chart_of(data, "Sensitivity");
  REQUIRE(sensitivity != nullptr);
  CHECK((*sensitivity)["sets"][0]["items"].size() == 2);
  CHECK((*sensitivity)["sets"][0]["items"][0]["detail"] == "first 0.6 [0.5, 0.7]");
  const auto* convergence = chart_of(data, "Convergence");
  REQUIRE(convergence != nullptr);
  CHECK((*convergence)["best"] == nlohmann::json::parse("[[0, 90], [1, 90], [2, 40]]"));
  CHECK(html.find("3 points looked at in 2 generations; loss 90 at the start, 40 at the best.") != std::string::npos);
  CHECK(html.find("<td>haircut</td><td class=\"n\">2</td><td class=\"n\">1</td><td>pct</td><td>the targets say nothing</td><td>0 to 5</td><td>not pinned down</td>") != std::string::npos);
  CHECK(html.find("<li>+0.98 haircut </li>") != std::string::npos);
  const auto* sweep = chart_of(data, "Mean over seeds");
  REQUIRE(sweep != nullptr);
  CHECK((*sweep)["metrics"].at((*sweep)["start"].get<std::size_t>())["label"] == "Collapse share");
  CHECK((*sweep)["line"] == 0.5);
  CHECK(html.find("8 seeds of <b>april-2025</b>") != std::string::npos);
  CHECK(html.find("Not yet qualified") != std::string::npos);
  CHECK(html.find("5 of 7 scored outcomes lie inside their observed bands; 1 of them would lie there with every "
                  "feedback frozen too") != std::string::npos);
  CHECK(html.find("The market collapses in 0 of 8 seeds.") != std::string::npos);
  CHECK(html.find("0123456789abcdef0123456789abcdef") != std::string::npos);
}

TEST_CASE("a result file with one metric gives no section that has nothing to show", "[report]") {
  const TemporaryFolder folder;
  write_bare_store(folder / "r.sqlite");
  const std::string html = render_report(results::ResultFile(folder / "r.sqlite"));
  for (const char* id : kSections) {
    INFO(id);
    const bool expected = std::string(id) == "overview" || std::string(id) == "metrics";
    CHECK(has_section(html, id) == expected);
  }
  CHECK(data_of(html)["charts"].empty());
}

TEST_CASE("a sweep of more cells than a page can draw is named and not drawn", "[report]") {
  const TemporaryFolder folder;
  {
    results::ResultStore store(folder / "r.sqlite", synthetic_manifest());
    metrics::RunResult run;
    run.seed = 1;
    for (int i = 0; i < 600; ++i) run.metrics["metric_" + std::to_string(i)] = i;
    std::vector<results::PointRow> points;
    for (std::int64_t i = 0; i < 900; ++i) points.push_back({i, {{"x", static_cast<double>(i), ""}}});
    std::vector<results::ResultStore::EndedRun> runs(900);
    for (std::size_t i = 0; i < 900; ++i) {
      runs[i].key = {"model", static_cast<std::int64_t>(i), 1};
      runs[i].error = "failed";
      runs[i].point = &points[i];
    }
    runs[0].result = &run;
    store.save_all(runs);
  }
  const std::string html = render_report(results::ResultFile(folder / "r.sqlite"));
  CHECK(html.find("900 points of 600 metrics: more than a page can draw") != std::string::npos);
  CHECK(chart_of(data_of(html), "Mean over seeds") == nullptr);
}

TEST_CASE("a result file without a finished run still gives a page that says so", "[report]") {
  const TemporaryFolder folder;
  { results::ResultStore(folder / "r.sqlite", synthetic_manifest()); }
  const std::string html = render_report(results::ResultFile(folder / "r.sqlite"));
  CHECK(html.find("No finished run.") != std::string::npos);
  for (const char* id : kSections) CHECK_FALSE(has_section(html, id));
}

TEST_CASE("a chart's bounds, null and observed points are those of the result file", "[report]") {
  const TemporaryFolder folder;
  write_synthetic_store(folder / "r.sqlite");
  const results::ResultFile file(folder / "r.sqlite");
  const nlohmann::json data = data_of(render_report(file));
  const nlohmann::json* chart = chart_of(data, "10-year yield");
  REQUIRE(chart != nullptr);
  const results::Band band = file.band("yield_10y_pct");
  REQUIRE((*chart)["t"].size() == band.times.size());
  const std::size_t last = band.times.size() - 1;
  CHECK((*chart)["q"][0][last].get<double>() == Approx(band.p05[last]).epsilon(1e-5));
  CHECK((*chart)["q"][4][last].get<double>() == Approx(band.p95[last]).epsilon(1e-5));
  CHECK((*chart)["n"][last] == 8);
  CHECK((*chart)["null"].size() == band.times.size());
  REQUIRE((*chart)["observed"].size() == 9);
  // 11 April 2025, 15:30, as if New York were UTC.
  CHECK((*chart)["observed"][8][0] == 1744385400000);
  CHECK((*chart)["observed"][8][1] == 4.48);
}

TEST_CASE("net purchases of a day sum to zero over the kinds that the chart shows", "[report]") {
  const TemporaryFolder folder;
  write_synthetic_store(folder / "r.sqlite");
  const nlohmann::json data = data_of(render_report(results::ResultFile(folder / "r.sqlite")));
  const nlohmann::json* chart = chart_of(data, "Net purchases by day");
  REQUIRE(chart != nullptr);
  double gross = 0;
  for (std::size_t day = 0; day < (*chart)["days"].size(); ++day) {
    double sum = 0;
    for (const auto& series : (*chart)["sets"][0]["series"]) {
      sum += series["values"][day].get<double>();
      gross += std::abs(series["values"][day].get<double>());
    }
    CHECK(sum == Approx(0).margin(1e-3));
  }
  CHECK(gross > 1);
}

TEST_CASE("text from a run cannot close the page's script or become markup", "[report]") {
  const TemporaryFolder folder;
  write_synthetic_store(folder / "r.sqlite");
  const std::string html = render_report(results::ResultFile(folder / "r.sqlite"));
  CHECK(occurrences(html, "</script") == 3);
  CHECK(html.find("<script>alert") == std::string::npos);
  CHECK(html.find("&lt;script&gt;alert") != std::string::npos);
  CHECK(script_json({{"a", "</script><!-- & \xff"}}).find_first_of("<>&") == std::string::npos);
  CHECK(nlohmann::json::parse(script_json({{"a", "</script>&"}}))["a"] == "</script>&");
  CHECK(escape_html("<a href=\"x\">'&'") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;");
}

TEST_CASE("the page asks the network for nothing", "[report]") {
  const TemporaryFolder folder;
  write_synthetic_store(folder / "r.sqlite");
  std::string html = render_report(results::ResultFile(folder / "r.sqlite"));
  const std::string library(echarts_js());
  REQUIRE(html.find(library) != std::string::npos);
  html.erase(html.find(library), library.size());
  for (const char* loader : {"http://", "https://", "src=", "@import", "url(", "fetch("}) {
    INFO(loader);
    CHECK(html.find(loader) == std::string::npos);
  }
}

TEST_CASE("the same result file gives the same page, byte for byte", "[report]") {
  const TemporaryFolder folder;
  write_synthetic_store(folder / "a.sqlite");
  write_synthetic_store(folder / "b.sqlite");
  CHECK(render_report(results::ResultFile(folder / "a.sqlite")) ==
        render_report(results::ResultFile(folder / "b.sqlite")));
}

TEST_CASE("a page that cannot be written is an error, and leaves nothing half written", "[report]") {
  const TemporaryFolder folder;
  write_bare_store(folder / "r.sqlite");
  CHECK_THROWS_AS(write_report(folder / "r.sqlite", folder / "no/such/r.html"), results::StoreError);
  fs::create_directory(folder / "r.html");
  CHECK_THROWS_AS(write_report(folder / "r.sqlite", folder / "r.html"), results::StoreError);
  CHECK_FALSE(fs::exists(folder / "r.html.unfinished"));
}

TEST_CASE("names become words with their unit apart", "[report]") {
  const auto whole = [](const char* name) { return label_of(name).text + "|" + label_of(name).unit; };
  CHECK(whole("bid_ask_10y_multiple") == "10-year bid-ask|×");
  CHECK(whole("depth_10y_change_pct") == "10-year depth change|%");
  CHECK(whole("sofr_minus_iorb_max_bp") == "SOFR minus IORB max|bp");
  CHECK(whole("impact_10y_bp_per_bn") == "10-year price impact|bp per $bn");
  CHECK(words_of("tri_party") == "tri party");
  CHECK(number(-1234567.8) == "−1\u202f234\u202f568");
  CHECK(number(0.0) == "0");
  CHECK(signed_number(28.04) == "+28");
  CHECK(with_error(29.44, 1.31) == "29.4 ± 1.3");
  CHECK(with_error(29.44, 0.0002) == "29.44 ± <0.01");
  CHECK(number(-0.00512) == "−0.00512");
  CHECK(long_day("2025-04-09") == "Wed 9 Apr 2025");
}

TEST_CASE("write the synthetic page to the path in HAVEN_LOOK, to be looked at", "[.look]") {
  const char* path = std::getenv("HAVEN_LOOK");
  REQUIRE(path != nullptr);
  const TemporaryFolder folder;
  write_synthetic_store(folder / "r.sqlite");
  write_report(folder / "r.sqlite", path);
}

}  // namespace
}  // namespace haven::report
