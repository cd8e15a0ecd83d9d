#include "networks/graphml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <expat.h>

#include "networks/measures.h"

namespace haven::networks {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#10;"; break;
      case '\t': out += "&#9;"; break;
      case '\r': out += "&#13;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string_view unit_text(Unit unit) { return unit == Unit::money ? "money" : "face"; }

/// The attributes that mean something here: element, name, type.
struct KnownKey {
  std::string_view element;
  std::string_view name;
  std::string_view type;
};
constexpr std::array<KnownKey, 11> kKnownKeys = {{{"graph", "unit", "string"},
                                                 {"node", "role", "string"},
                                                 {"edge", "amount", "long"},
                                                 {"edge", "segment", "string"},
                                                 {"edge", "security", "int"},
                                                 {"edge", "owner", "string"},
                                                 {"edge", "depth", "int"},
                                                 {"edge", "cash_bn", "double"},
                                                 {"edge", "haircut_pct", "double"},
                                                 {"edge", "rate_pct", "double"},
                                                 {"edge", "instrument", "string"}}};
constexpr std::size_t kWritten = 7;  // of them, what a snapshot holds

bool is_whole_type(std::string_view type) { return type == "int" || type == "long"; }
/// Whether what is declared `type` can stand where `wanted` is meant.
bool serves_as(std::string_view type, std::string_view wanted) {
  if (wanted == "double") return type == "double" || type == "float" || is_whole_type(type);
  return type == wanted || (is_whole_type(type) && is_whole_type(wanted));
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool has_type(std::string_view text, std::string_view type) {
  if (type == "string") return true;
  if (type == "boolean") return text == "true" || text == "false" || text == "0" || text == "1";
  if (type == "int") return whole_number<std::int32_t>(text).has_value();
  if (type == "long") return whole_number<std::int64_t>(text).has_value();
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

struct Key {
  std::string element;  // graph, node, edge, all, ...
  std::string name;
  std::string type;
  std::optional<std::string> fallback;
};

struct Datum {
  std::string text;
  std::uint64_t line = 0;
};

struct ReadEdge {
  std::string source;
  std::string target;
  std::map<std::string, Datum> data;  // by attribute name
  std::uint64_t line = 0;
};

/// Invariants: `path_` holds the open elements; `data_` those of the graph, node or edge that is open.
/// Handlers are called from C: the first fault is kept and parsing stopped, nothing is thrown through the parser.
class Reading {
 public:
  Reading(std::string file, XML_Parser parser) : file_(std::move(file)), parser_(parser) {}

  void open(std::string_view element, const XML_Char** attributes);
  void close(std::string_view element);
  void text(std::string_view piece) {
    if (wants_text_) text_.append(piece);
  }
  void fault(const std::string& message) { fault_at(line(), message); }
  void fault_at(std::uint64_t where, const std::string& message) {
    if (fault_) return;
    fault_.emplace(file_, where, 0, message);
    XML_StopParser(parser_, XML_FALSE);
  }
  const std::optional<FileError>& first_fault() const { return fault_; }
  NetworkFile finish();

 private:
  std::uint64_t line() const { return XML_GetCurrentLineNumber(parser_); }
  void open_key(const std::map<std::string_view, std::string_view>& attribute);
  void open_data(const std::map<std::string_view, std::string_view>& attribute);
  void close_data();
  std::optional<Datum> datum(const std::map<std::string, Datum>& data, std::string_view element, std::string_view name) const;
  EdgeRow row_of(const ReadEdge& edge);
  std::map<std::string, std::string> more_of(const ReadEdge& edge) const;

  std::string file_;
  XML_Parser parser_;
  std::optional<FileError> fault_;
  std::vector<std::string> path_;
  bool wants_text_ = false;
  std::string text_;
  std::uint64_t text_line_ = 0;

  std::map<std::string, Key, std::less<>> keys_;
  std::string open_key_;
  std::string data_key_;
  bool graph_seen_ = false;
  std::string carrier_;  // graph, node or edge: what the data being read belong to
  std::map<std::string, Datum> graph_data_;
  std::map<std::string, Datum> node_data_;
  std::vector<Node> nodes_;
  std::vector<std::uint64_t> node_lines_;
  std::map<std::string, NodeIndex, std::less<>> index_;
  std::vector<ReadEdge> edges_;
  std::set<std::string> edge_ids_;
};

void Reading::open_key(const std::map<std::string_view, std::string_view>& attribute) {
  const auto get = [&](std::string_view name) {
    const auto found = attribute.find(name);
    return found == attribute.end() ? std::string_view{} : found->second;
  };
  const std::string id(get("id"));
  if (id.empty()) return fault("a key has no id");
  Key key{std::string(get("for").empty() ? "all" : get("for")), std::string(get("attr.name")), std::string(get("attr.type")), std::nullopt};
  if (key.type.empty()) key.type = "string";
  constexpr std::array<std::string_view, 8> kElements = {"all", "graph", "node", "edge", "graphml", "hyperedge", "port", "endpoint"};
  if (std::find(kElements.begin(), kElements.end(), key.element) == kElements.end()) {
    return fault("key '" + id + "' is for '" + key.element + "', expected graph, node, edge or all");
  }
  constexpr std::array<std::string_view, 6> kTypes = {"boolean", "int", "long", "float", "double", "string"};
  if (std::find(kTypes.begin(), kTypes.end(), key.type) == kTypes.end()) {
    return fault("key '" + id + "' has type '" + key.type + "', expected boolean, int, long, float, double or string");
  }
  for (const KnownKey& known : kKnownKeys) {
    if (key.name != known.name || (key.element != "all" && key.element != known.element)) continue;
    if (!serves_as(key.type, known.type)) {
      return fault("key '" + id + "' declares " + key.name + " as " + key.type + ", expected " + std::string(known.type));
    }
  }
  for (const auto& [other_id, other] : keys_) {
    if (!key.name.empty() && other.name == key.name && (other.element == key.element || other.element == "all" || key.element == "all")) {
      return fault("keys '" + other_id + "' and '" + id + "' both declare " + key.name);
    }
  }
  if (!keys_.emplace(id, key).second) return fault("key '" + id + "' is declared twice");
  open_key_ = id;
}

void Reading::open_data(const std::map<std::string_view, std::string_view>& attribute) {
  const auto found = attribute.find("key");
  if (found == attribute.end()) return fault("data without a key");
  const auto key = keys_.find(found->second);
  if (key == keys_.end()) return fault("data under key '" + std::string(found->second) + "', which is not declared before the graph");
  if (key->second.element != "all" && key->second.element != carrier_) {
    return fault("key '" + key->first + "' is declared for " + key->second.element + " and used on " + (carrier_ == "edge" ? "an edge" : "a " + carrier_));
  }
  data_key_ = key->first;
  wants_text_ = true;
  text_.clear();
  text_line_ = line();
}

void Reading::close_data() {
  wants_text_ = false;
  const Key& key = keys_.find(data_key_)->second;
  std::string value(key.type == "string" ? std::string_view(text_) : trimmed(text_));
  if (!has_type(value, key.type)) return fault_at(text_line_, "key '" + data_key_ + "' (" + key.name + ") is declared " + key.type + ", found '" + value + "'");
  auto& data = carrier_ == "edge" ? edges_.back().data : carrier_ == "node" ? node_data_ : graph_data_;
  if (!data.emplace(key.name.empty() ? data_key_ : key.name, Datum{std::move(value), text_line_}).second) {
    return fault_at(text_line_, "key '" + data_key_ + "' appears twice in one " + carrier_);
  }
}

void Reading::open(std::string_view element, const XML_Char** attributes) {
  if (fault_) return;
  std::map<std::string_view, std::string_view> attribute;
  for (std::size_t k = 0; attributes[k] != nullptr; k += 2) attribute[attributes[k]] = attributes[k + 1];
  const auto need = [&](std::string_view name) -> std::string {
    const auto found = attribute.find(name);
    if (found != attribute.end() && !found->second.empty()) return std::string(found->second);
    fault("<" + std::string(element) + "> without " + std::string(name));
    return {};
  };
  const std::string parent = path_.empty() ? "" : path_.back();
  path_.emplace_back(element);

  if (path_.size() == 1) {
    if (element != "graphml") fault("the file starts with <" + std::string(element) + ">, expected <graphml>");
  } else if (element == "key" && parent == "graphml") {
    if (graph_seen_) return fault("a key after the graph");
    open_key(attribute);
  } else if (element == "default" && parent == "key") {
    wants_text_ = true;
    text_.clear();
    text_line_ = line();
  } else if (element == "graph") {
    if (parent != "graphml") return fault("a graph inside a " + parent + ": nested graphs are not networks");
    if (graph_seen_) return fault("a second graph; one network a file");
    graph_seen_ = true;
    carrier_ = "graph";
    if (need("edgedefault") != "directed") fault("the graph is not directed: who owes whom is not said");
  } else if (element == "node" && parent == "graph") {
    carrier_ = "node";
    node_data_.clear();
    const std::string id = need("id");
    if (fault_) return;
    if (!index_.emplace(id, static_cast<NodeIndex>(nodes_.size())).second) {
      return fault("node '" + id + "' appears twice, first in line " + std::to_string(node_lines_[index_[id]]));
    }
    nodes_.push_back({id, Role::other});
    node_lines_.push_back(line());
  } else if (element == "edge" && parent == "graph") {
    carrier_ = "edge";
    ReadEdge edge;
    edge.source = need("source");
    edge.target = need("target");
    edge.line = line();
    const auto id = attribute.find("id");
    if (id != attribute.end() && !edge_ids_.insert(std::string(id->second)).second) return fault("edge id '" + std::string(id->second) + "' appears twice");
    const auto directed = attribute.find("directed");
    if (directed != attribute.end() && directed->second != "true") return fault("the edge from '" + edge.source + "' to '" + edge.target + "' is not directed");
    edges_.push_back(std::move(edge));
  } else if (element == "data" && (parent == "graph" || parent == "node" || parent == "edge")) {
    open_data(attribute);
  } else if (element == "hyperedge" || element == "port" || element == "endpoint") {
    fault("<" + std::string(element) + "> is not supported: edges join two institutions");
  } else if (element != "desc" && !(element == "data" && parent == "graphml")) {
    fault("<" + std::string(element) + "> inside <" + parent + ">, which GraphML does not have");
  }
}

void Reading::close(std::string_view element) {
  if (fault_) return;
  path_.pop_back();
  const std::string parent = path_.empty() ? "" : path_.back();
  if (element == "default" && parent == "key") {
    wants_text_ = false;
    Key& key = keys_.find(open_key_)->second;
    std::string value(key.type == "string" ? std::string_view(text_) : trimmed(text_));
    if (!has_type(value, key.type)) return fault_at(text_line_, "the default of key '" + open_key_ + "' is not of type " + key.type + ": '" + value + "'");
    key.fallback = std::move(value);
  } else if (element == "data" && parent != "graphml") {
    close_data();
  } else if (element == "node") {
    if (const auto role = datum(node_data_, "node", "role")) {
      const auto known = role_from_text(role->text);
      if (!known) return fault_at(role->line > 0 ? role->line : line(), "node '" + nodes_.back().name + "' has the unknown role '" + role->text + "'");
      nodes_.back().role = *known;
    }
    carrier_ = "graph";
  } else if (element == "edge") {
    carrier_ = "graph";
  }
}

std::optional<Datum> Reading::datum(const std::map<std::string, Datum>& data, std::string_view element, std::string_view name) const {
  if (const auto found = data.find(std::string(name)); found != data.end()) return found->second;
  for (const auto& [id, key] : keys_) {
    if (key.name == name && (key.element == element || key.element == "all") && key.fallback) return Datum{*key.fallback, 0};
  }
  return std::nullopt;
}

EdgeRow Reading::row_of(const ReadEdge& edge) {
  const std::string which = "the edge from '" + edge.source + "' to '" + edge.target + "' ";
  const auto wrong = [&](const std::string& message) { return FileError(file_, edge.line, 0, message); };
  const auto node = [&](const std::string& id, const std::string& what) {
    const auto found = index_.find(id);
    if (found == index_.end()) throw wrong(which + "names the unknown " + what + " '" + id + "'");
    return found->second;
  };
  EdgeRow row;
  row.from = node(edge.source, "node");
  row.to = node(edge.target, "node");
  if (row.from == row.to) throw wrong("an edge from '" + edge.source + "' to itself");
  const auto amount = datum(edge.data, "edge", "amount");
  if (!amount) throw wrong(which + "has no amount");
  row.amount = *whole_number<std::int64_t>(amount->text);
  if (row.amount < 0) throw wrong(which + "has the negative amount " + amount->text);
  if (const auto segment = datum(edge.data, "edge", "segment")) {
    const auto known = segment_from_text(segment->text);
    if (!known) throw wrong(which + "has the unknown segment '" + segment->text + "'");
    row.segment = *known;
  }
  if (const auto security = datum(edge.data, "edge", "security")) {
    const auto number = whole_number<std::uint16_t>(security->text);
    if (!number) throw wrong(which + "has security " + security->text + ", expected 0 to 65535");
    row.security.v = *number;
  }
  if (const auto owner = datum(edge.data, "edge", "owner")) row.owner = node(owner->text, "owner");
  if (const auto depth = datum(edge.data, "edge", "depth")) {
    const auto number = whole_number<std::uint8_t>(depth->text);
    if (!number) throw wrong(which + "has depth " + depth->text + ", expected 0 to 255");
    row.depth = *number;
  }
  if (row.owner != kUnknownOwner && row.depth == 0 && row.owner != row.from) {
    throw wrong(which + "starts a chain (depth 0) of collateral that '" + nodes_[row.owner].name + "' owns");
  }
  return row;
}

std::map<std::string, std::string> Reading::more_of(const ReadEdge& edge) const {
  std::map<std::string, std::string> more;
  for (const auto& [id, key] : keys_) {
    if ((key.element == "edge" || key.element == "all") && key.fallback) more[key.name.empty() ? id : key.name] = *key.fallback;
  }
  for (const auto& [name, datum] : edge.data) more[name] = datum.text;
  for (std::size_t k = 0; k < kWritten; ++k) {
    if (kKnownKeys[k].element == "edge") more.erase(std::string(kKnownKeys[k].name));
  }
  return more;
}

NetworkFile Reading::finish() {
  if (!graph_seen_) throw FileError(file_, line(), 0, "no graph in the file");
  NetworkFile network;
  if (const auto text = datum(graph_data_, "graph", "unit")) {
    if (text->text != "money" && text->text != "face") throw FileError(file_, text->line, 0, "unit '" + text->text + "', expected money or face");
    if (text->text == "face") network.unit = Unit::face;
  }
  std::vector<EdgeRow> rows;
  std::map<std::tuple<NodeIndex, NodeIndex, Segment, base::SecurityId, std::string, NodeIndex, std::uint8_t>, std::uint64_t> seen;
  for (const ReadEdge& edge : edges_) {
    const EdgeRow row = row_of(edge);
    auto more = more_of(edge);
    const auto instrument = more.find("instrument");
    const auto [other, fresh] = seen.emplace(std::tuple(row.from, row.to, row.segment, row.security, instrument == more.end() ? "" : instrument->second, row.owner, row.depth), edge.line);
    if (!fresh) {
      throw FileError(file_, edge.line, 0, "the edge from '" + edge.source + "' to '" + edge.target + "' repeats that of line " + std::to_string(other->second));
    }
    rows.push_back(row);
    network.edges.push_back({row, edge.line, std::move(more)});
  }
  const auto faults = chain_faults(Snapshot(network.unit, nodes_, rows));
  if (!faults.empty()) {
    const ChainFault& fault = faults.front();
    throw FileError(file_, node_lines_[fault.node], 0,
                    "node '" + nodes_[fault.node].name + "' passes on " + std::to_string(fault.passed_on) + " of what '" + nodes_[fault.owner].name +
                        "' owns of security " + std::to_string(fault.security.v) + ", at depth " + std::to_string(fault.depth) + ", and received " +
                        std::to_string(fault.received));
  }
  network.nodes = std::move(nodes_);
  network.node_lines = std::move(node_lines_);
  return network;
}

}  // namespace

void write_graphml(const Snapshot& snapshot, std::ostream& out, const std::vector<Column>& of_nodes, const std::vector<Column>& of_edges) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n";
  const auto key = [&](std::string_view name, std::string_view element, std::string_view type) {
    out << "  <key id=\"" << name << "\" for=\"" << element << "\" attr.name=\"" << name << "\" attr.type=\"" << type << "\"/>\n";
  };
  for (std::size_t k = 0; k < kWritten; ++k) key(kKnownKeys[k].name, kKnownKeys[k].element, kKnownKeys[k].type);
  for (const Column& column : of_nodes) key(column.name, "node", column.type);
  for (const Column& column : of_edges) key(column.name, "edge", column.type);
  const auto data = [&](const std::vector<Column>& columns, std::size_t row) {
    for (const Column& column : columns) {
      if (!column.values[row].empty()) out << "<data key=\"" << column.name << "\">" << escaped(column.values[row]) << "</data>";
    }
  };
  out << "  <graph edgedefault=\"directed\">\n    <data key=\"unit\">" << unit_text(snapshot.unit()) << "</data>\n";
  for (NodeIndex n = 0; n < snapshot.node_count(); ++n) {
    const Node& node = snapshot.node(n);
    out << "    <node id=\"" << escaped(node.name) << "\"><data key=\"role\">" << to_text(node.role) << "</data>";
    data(of_nodes, n);
    out << "</node>\n";
  }
  std::size_t edge = 0;
  snapshot.for_each_edge([&](NodeIndex from, NodeIndex to, const Leg& leg) {
    out << "    <edge source=\"" << escaped(snapshot.node(from).name) << "\" target=\"" << escaped(snapshot.node(to).name) << "\"><data key=\"amount\">"
        << leg.amount << "</data><data key=\"segment\">" << to_text(leg.segment) << "</data><data key=\"security\">" << leg.security.v << "</data>";
    if (leg.owner != kUnknownOwner) {
      out << "<data key=\"owner\">" << escaped(snapshot.node(leg.owner).name) << "</data><data key=\"depth\">" << static_cast<int>(leg.depth) << "</data>";
    }
    data(of_edges, edge++);
    out << "</edge>\n";
  });
  out << "  </graph>\n</graphml>\n";
}

Snapshot read_graphml(std::istream& in, const std::string& name) {
  NetworkFile file = read_graphml_file(in, name);
  std::vector<EdgeRow> rows;
  for (const FileEdge& edge : file.edges) rows.push_back(edge.row);
  return Snapshot(file.unit, std::move(file.nodes), rows);
}

NetworkFile read_graphml_file(std::istream& in, const std::string& name) {
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr), &XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  Reading reading(name, parser.get());
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(
      parser.get(), [](void* user, const XML_Char* element, const XML_Char** attributes) { static_cast<Reading*>(user)->open(element, attributes); },
      [](void* user, const XML_Char* element) { static_cast<Reading*>(user)->close(element); });
  XML_SetCharacterDataHandler(parser.get(), [](void* user, const XML_Char* piece, int length) {
    static_cast<Reading*>(user)->text({piece, static_cast<std::size_t>(length)});
  });
  XML_SetStartDoctypeDeclHandler(parser.get(), [](void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    static_cast<Reading*>(user)->fault("a document type: entities are not read");
  });
  std::array<char, 1 << 16> buffer;
  for (bool last = false; !last;) {
    in.read(buffer.data(), buffer.size());
    last = !in;
    if (XML_Parse(parser.get(), buffer.data(), static_cast<int>(in.gcount()), last) == XML_STATUS_ERROR) {
      if (reading.first_fault()) throw *reading.first_fault();
      throw FileError(name, XML_GetCurrentLineNumber(parser.get()), XML_GetCurrentColumnNumber(parser.get()) + 1,
                      std::string("not XML: ") + XML_ErrorString(XML_GetErrorCode(parser.get())));
    }
  }
  return reading.finish();
}

}  // namespace haven::networks
