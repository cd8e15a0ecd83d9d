#include <fmt/format.h>

#include <map>

#include "engine/base/check.h"
#include "tools/assemble/calibration_plan.h"
#include "tools/assemble/set_path.h"

namespace haven::assemble {
namespace {

/// A block of the overlay: what it is opened with, its fields, its blocks.
struct Block {
  std::string opening;  ///< `population { name: "noise"`
  std::vector<std::string> lines;
  std::vector<std::string> fields;
  std::map<std::string, Block> blocks;  ///< by step of the path
};

void write(const Block& block, int depth, const std::string& source, std::string& out) {
  const std::string indent(static_cast<std::size_t>(2 * depth), ' ');
  for (const auto& line : block.lines) out += indent + line + "\n";
  for (const auto& [step, inner] : block.blocks) {
    out += indent + inner.opening + "\n";
    write(inner, depth + 1, source, out);
    out += indent + "}\n";
  }
  if (block.fields.empty()) return;
  std::string fields;
  for (const auto& field : block.fields) fields += (fields.empty() ? "" : ", ") + quoted(field);
  out += fmt::format("{}source {{ field: [{}] tag: COMPUTED text: {} }}\n", indent, fields, quoted(source));
}

}  // namespace

std::string overlay_text(const std::string& name, const std::vector<std::string>& about, const std::vector<FittedValue>& values, const std::string& source) {
  Block top;
  for (const auto& value : values) {
    const auto parsed = parse_path(value.path);
    const auto* steps = std::get_if<std::vector<PathStep>>(&parsed);
    HAVEN_CHECK(steps != nullptr && !steps->empty(), "not a path: " + value.path);
    Block* block = &top;
    for (std::size_t i = 0; i + 1 < steps->size(); ++i) {
      const PathStep& step = (*steps)[i];
      const bool named = step.select == PathStep::Select::match;
      Block& inner = block->blocks[step.field + " " + step.match_value];
      inner.opening = step.field + " {" + (named ? fmt::format(" {}: {}", step.match_field, quoted(step.match_value)) : "");
      block = &inner;
    }
    const std::string& field = steps->back().field;
    block->lines.push_back(fmt::format("{}: {}  # {}", field, value.value, value.comment));
    block->fields.push_back(field);
  }
  std::string out = "# proto-file: configs/schema/run.proto\n# proto-message: haven.config.Run\n";
  for (const auto& line : about) out += "# " + line + "\n";
  out += "name: " + quoted(name) + "\n";
  write(top, 0, source, out);
  return out;
}

}  // namespace haven::assemble
