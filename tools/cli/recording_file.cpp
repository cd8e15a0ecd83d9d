#include "tools/cli/recording_file.h"

#include <fmt/format.h>

#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "tools/cli/command.h"

namespace haven::cli {
namespace {

using base::Side;
using metrics::Recorded;
using metrics::RecordedKind;
using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr const char* kFormat = "haven recording";
constexpr const char* kBegin = R"({"format":"haven recording",)";
constexpr std::size_t kLongestHeader = 64'000'000;  // bytes

const std::vector<std::pair<const char*, const char*>> kColumns = {
    {"time_ns", "<i8"}, {"order", "<u4"}, {"who", "<u4"}, {"other", "<u4"}, {"price", "<i4"}, {"ask", "<i4"},
    {"kind", "u1"},     {"book", "u1"},   {"side", "u1"}, {"type", "u1"},   {"lots", "<i8"},  {"ask_lots", "<i8"}};
const std::vector<const char*> kKinds = {"", "order", "cancel", "trade", "quote", "level", "request", "end", "work_up"};
const std::vector<const char*> kOrderTypes = {"limit", "market", "ioc", "fok", "post_only"};

/// A recorded book, built anew.
class Rebuilt {
 public:
  explicit Rebuilt(const markets::BookRules& rules) : book_(rules) {}

  void order(const Recorded& r) {
    if (live_.contains(r.order)) throw BadInput(fmt::format("order {}, which rests already", r.order));
    const markets::NewOrder order{{r.who}, r.order, static_cast<Side>(r.side), static_cast<markets::OrderType>(r.type), {r.price}, r.lots, 0};
    const auto result = book_.submit(
        order,
        [&](const markets::Fill& fill) {
          Recorded& trade = expect(RecordedKind::trade, r, fill.maker_tag, fill.price, fill.lots);
          trade.who = r.who;
          trade.other = fill.maker.v;
          trade.side = r.side;
          if (fill.remaining == 0) live_.erase(fill.maker_tag);
        },
        [&](const markets::SelfCancel& gone) {
          Recorded& cancel = expect(RecordedKind::cancel, r, gone.tag, gone.price, gone.lots);
          cancel.who = r.who;
          cancel.side = static_cast<std::uint8_t>(base::opposite(order.side));
          cancel.type = 1;
          live_.erase(gone.tag);
        });
    if (result.resting > 0) live_[r.order] = result.handle;
  }

  void cancel(const Recorded& r) {
    const auto resting = live_.find(r.order);
    if (resting == live_.end()) throw BadInput(fmt::format("cancel of order {}, which does not rest", r.order));
    const auto order = book_.find(resting->second);
    Recorded& cancel = expect(RecordedKind::cancel, r, r.order, order->price, order->shown + order->hidden);
    cancel.who = order->owner.v;
    cancel.side = static_cast<std::uint8_t>(order->side);
    book_.cancel(resting->second);
    live_.erase(resting);
  }

  /// The book has done all that it was expected to.
  void settled() const {
    if (!expected_.empty()) throw BadInput(fmt::format("before it the book {}, which was not recorded", describe(expected_.front())));
  }
  void happened(const Recorded& r) {
    if (expected_.empty()) throw BadInput(fmt::format("recorded: {}; the book does nothing", describe(r)));
    if (expected_.front() != r) throw BadInput(fmt::format("recorded: {}; the book {}", describe(r), describe(expected_.front())));
    expected_.pop_front();
  }
  void quote(const Recorded& r) const { compare(r, 1); }
  void level(const Recorded& r) const {
    if (r.type == 0) throw BadInput("level 0, expected 1 to 255");
    compare(r, r.type);
  }

  std::size_t live_orders() const { return book_.live_orders(); }

 private:
  Recorded& expect(RecordedKind kind, const Recorded& cause, std::uint32_t order, base::Price price, std::int64_t lots) {
    Recorded& r = expected_.emplace_back();
    r.time_ns = cause.time_ns;
    r.kind = static_cast<std::uint8_t>(kind);
    r.book = cause.book;
    r.order = order;
    r.price = price.v;
    r.lots = lots;
    return r;
  }
  static std::string describe(const Recorded& r) {
    return fmt::format("{} {} lots of order {} at {} ({} of institution {}, {} {}) at {} ns", r.kind == static_cast<std::uint8_t>(RecordedKind::trade) ? "trades" : "cancels",
                       r.lots, r.order, r.price, r.side == 0 ? "buy" : "sell", r.who, r.type == 1 ? "by self-trade prevention, other" : "other", r.other, r.time_ns);
  }
  void compare(const Recorded& r, std::size_t level) const {
    Recorded seen;
    const auto nth = [&](Side side, std::int32_t& price, std::int64_t& lots) {
      std::size_t i = 0;
      book_.for_each_level(side, level, [&](base::Price at, std::int64_t displayed) {
        if (++i == level) price = at.v, lots = displayed;
      });
    };
    nth(Side::buy, seen.price, seen.lots);
    nth(Side::sell, seen.ask, seen.ask_lots);
    if (seen.price == r.price && seen.lots == r.lots && seen.ask == r.ask && seen.ask_lots == r.ask_lots) return;
    throw BadInput(fmt::format("recorded at level {}: {} lots at {}, {} lots at {}; the book holds {} at {}, {} at {}", level, r.lots, r.price, r.ask_lots, r.ask, seen.lots, seen.price,
                               seen.ask_lots, seen.ask));
  }

  markets::OrderBook book_;
  std::unordered_map<std::uint32_t, markets::OrderHandle> live_;  // never walked
  std::deque<Recorded> expected_;
};

std::vector<Rebuilt> books_of(const std::string& path, const std::string& line) {
  const auto refuse = [&](const std::string& what) { throw BadInput(fmt::format("{}: line 1: {}", path, what)); };
  std::vector<Rebuilt> books;
  try {
    const Json header = Json::parse(line);
    if (header.at("format") != kFormat) refuse(fmt::format("format {}, expected \"{}\"", header.at("format").dump(), kFormat));
    if (header.at("version") != kVersion) refuse(fmt::format("version {}, expected {}", header.at("version").dump(), kVersion));
    for (const auto& book : header.at("books")) {
      markets::BookRules rules;
      rules.lot = book.at("lot_multiple").get<std::int32_t>();
      if (rules.lot < 1) refuse(fmt::format("lot_multiple {}, expected 1 or more", rules.lot));
      books.emplace_back(rules);
    }
    if (books.size() > 256) refuse(fmt::format("{} books, expected at most 256", books.size()));
  } catch (const Json::exception& error) {
    refuse(error.what());
  }
  return books;
}

class Check {
 public:
  explicit Check(std::vector<Rebuilt> books) : books_(std::move(books)) {}

  void apply(const Recorded& r) {
    const auto kind = static_cast<RecordedKind>(r.kind);
    if (!found_.digest.empty()) throw BadInput("a record after the end");
    if (r.side > 1) throw BadInput(fmt::format("side {}, expected 0 or 1", r.side));
    if (r.time_ns < time_ns_) throw BadInput(fmt::format("time {}, before the {} of the record before", r.time_ns, time_ns_));
    time_ns_ = r.time_ns;
    switch (kind) {
      case RecordedKind::order:
        if (r.type >= kOrderTypes.size()) throw BadInput(fmt::format("order type {}, expected 0 to {}", r.type, kOrderTypes.size() - 1));
        book(r).settled();
        book(r).order(r);
        ++found_.orders;
        return;
      case RecordedKind::cancel:
        if (r.type == 0) {
          book(r).settled();
          book(r).cancel(r);
        }
        book(r).happened(r);
        ++found_.cancels;
        return;
      case RecordedKind::trade:
        book(r).happened(r);
        ++found_.trades;
        found_.traded_lots += static_cast<std::uint64_t>(r.lots);
        return;
      case RecordedKind::quote:
        book(r).settled();
        book(r).quote(r);
        ++found_.quotes;
        return;
      case RecordedKind::level:
        book(r).settled();
        book(r).level(r);
        ++found_.levels;
        return;
      case RecordedKind::request: ++found_.requests; return;
      case RecordedKind::work_up:
        book(r).settled();
        ++found_.work_ups;
        return;
      case RecordedKind::end:
        for (const Rebuilt& each : books_) each.settled();
        found_.digest = base::to_hex({static_cast<std::uint64_t>(r.lots), static_cast<std::uint64_t>(r.ask_lots)});
        return;
    }
    throw BadInput(fmt::format("kind {}, expected 1 to {}", r.kind, kKinds.size() - 1));
  }

  CheckedRecording found() const {
    CheckedRecording all = found_;
    for (const Rebuilt& each : books_) all.live_orders += each.live_orders();
    return all;
  }

 private:
  Rebuilt& book(const Recorded& r) {
    if (r.book >= books_.size()) throw BadInput(fmt::format("book {}, expected 0 to {}", r.book, static_cast<int>(books_.size()) - 1));
    return books_[r.book];
  }

  std::vector<Rebuilt> books_;
  CheckedRecording found_;
  std::int64_t time_ns_ = 0;
};

}  // namespace

std::string recording_header(const assemble::Experiment& experiment, std::uint64_t seed, const std::string& config, const metrics::Recorder::Settings& settings) {
  const world::WorldSpec& spec = experiment.spec.world;
  Json j;
  j["format"] = kFormat;
  j["version"] = kVersion;
  j["haven"] = version();
  j["config"] = config;
  j["config_digest"] = base::to_hex(experiment.config_digest);
  j["seed"] = seed;
  j["snapshot_levels"] = settings.levels;
  j["snapshot_ns"] = settings.every.ns;
  j["columns"] = Json::array();
  for (const auto& [name, type] : kColumns) j["columns"].push_back({name, type});
  j["kinds"] = kKinds;
  j["order_types"] = kOrderTypes;
  j["books"] = Json::array();
  for (std::size_t k = 0; k < spec.books.size(); ++k) {
    const auto& book = spec.books[k];
    j["books"].push_back({{"name", book.name},
                          {"unit", book.grid.kind == instruments::PriceKind::points ? "points" : "bp"},
                          {"ticks_per_unit", book.grid.ticks_per_unit},
                          {"lot_multiple", book.lot_multiple},
                          {"recorded", settings.books.test(k)}});
  }
  j["securities"] = Json::array();
  for (std::size_t s = 0; s < spec.securities.size(); ++s) {
    j["securities"].push_back({{"name", spec.securities[s].name}, {"unit", "points"}, {"ticks_per_unit", instruments::kQuote.ticks_per_unit}, {"recorded", settings.securities.test(s)}});
  }
  j["lot_face"] = instruments::kLotFace.v;
  j["institutions"] = Json::array();
  for (const auto& institution : spec.institutions) j["institutions"].push_back(institution.name);
  return j.dump() + "\n";
}

bool is_recording(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string begin(std::char_traits<char>::length(kBegin), ' ');
  return file.read(begin.data(), static_cast<std::streamsize>(begin.size())) && begin == kBegin;
}

CheckedRecording check_recording(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw BadInput(path + ": cannot be opened");
  std::string line;
  for (char c = 0; file.get(c) && c != '\n' && line.size() <= kLongestHeader;) line += c;
  Check check(books_of(path, line));
  std::vector<Recorded> records(4096);
  std::uint64_t number = 0;
  while (file) {
    file.read(reinterpret_cast<char*>(records.data()), static_cast<std::streamsize>(records.size() * sizeof(Recorded)));
    const auto bytes = static_cast<std::size_t>(file.gcount());
    for (std::size_t i = 0; i < bytes / sizeof(Recorded); ++i) {
      ++number;
      try {
        check.apply(records[i]);
      } catch (const BadInput& error) {
        throw BadInput(fmt::format("{}: record {} (byte {}): {}", path, number, line.size() + 1 + (number - 1) * sizeof(Recorded), error.what()));
      }
    }
    if (bytes % sizeof(Recorded) != 0 && !check.found().digest.empty()) throw BadInput(fmt::format("{}: bytes after its last record, {}", path, number));
  }
  return check.found();
}

}  // namespace haven::cli
