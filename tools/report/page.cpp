#include "tools/report/page.h"

#include <fmt/format.h>

#include <utility>

#include "tools/report/embedded.h"
#include "tools/report/text.h"

namespace haven::report {

void Page::open_section(const std::string& id, const std::string& title, const std::string& lede) {
  body_ += fmt::format("<section id=\"{}\"><h2>{}</h2>\n", id, escape_html(title));
  if (!lede.empty()) body_ += fmt::format("<p class=\"lede\">{}</p>\n", escape_html(lede));
  index_ += fmt::format("<a href=\"#{}\">{}</a>", id, escape_html(title));
}

void Page::close_section() { body_ += "</section>\n"; }

void Page::chart(nlohmann::json data, const std::string& title, const std::string& unit, ChartSize size,
                 const std::string& note) {
  static constexpr const char* classes[] = {"small", "medium", "large"};
  data["title"] = title;
  data["unit"] = unit;
  body_ += fmt::format(
      "<figure class=\"{}\" data-chart=\"{}\"><figcaption><b>{}</b>{}<span class=\"picks\"></span></figcaption>"
      "<div class=\"plot\"></div>{}</figure>\n",
      classes[static_cast<int>(size)], charts_.size(), escape_html(title),
      unit.empty() ? "" : fmt::format("<span class=\"unit\">{}</span>", escape_html(unit)),
      note.empty() ? "" : fmt::format("<p class=\"note\">{}</p>", escape_html(note)));
  charts_.push_back(std::move(data));
}

std::string Page::finish(const std::string& title, const std::string& header, const std::string& footer) const {
  const nlohmann::json data = {{"charts", charts_}, {"kinds", kinds_}};
  std::string out;
  out += "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n";
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n";
  out += fmt::format("<title>{}</title>\n<style>\n", escape_html(title));
  out += page_css();
  out += "</style></head>\n<body>\n";
  out += header;
  out += fmt::format("<nav aria-label=\"Sections\">{}</nav>\n<main>\n", index_);
  out += body_;
  out += "</main>\n";
  out += footer;
  out += "<script id=\"data\" type=\"application/json\">";
  out += script_json(data);
  out += "</script>\n<script>";
  out += echarts_js();
  out += "</script>\n<script>";
  out += page_js();
  out += "</script>\n</body></html>\n";
  return out;
}

}  // namespace haven::report
