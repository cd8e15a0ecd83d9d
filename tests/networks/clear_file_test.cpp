#include <catch2/catch.hpp>

#include <cmath>
#include <sstream>

#include "tools/cli/clear_file.h"

using haven::cli::clear_file;
using haven::cli::ClearedFile;

namespace {

ClearedFile clear(const std::string& text, haven::networks::Recovery recovery = {}) {
  std::istringstream in(text);
  return clear_file(in, "net.csv", recovery);
}

std::string fault_of(const std::string& text) {
  try {
    clear(text);
  } catch (const haven::networks::FileError& error) {
    return error.what();
  }
  return "nothing";
}

const std::string kThreeBanks =
    "# Gandy and Veraart, R package systemicrisk 0.4.3, example of default_clearing\r\n"
    "node,1,0.5\r\nnode,2,0.625\r\nnode,3,0.75\r\nnode,\"out, side\",0\r\n\r\n"
    "edge,1,2,0.5\nedge,1,3,0.5\nedge,2,1,0.5\nedge,2,3,0.5\nedge,3,1,0.5\nedge,3,2,0.5\n"
    "edge,1,\"out, side\",1.5\nedge,2,\"out, side\",0.5\nedge,3,\"out, side\",5e-1";

}  // namespace

TEST_CASE("a file of rows is cleared: payments by name in the file's own unit, defaulters, rounds", "[clear]") {
  const ClearedFile full = clear(kThreeBanks);
  REQUIRE(full.payments.size() == 4);
  CHECK(full.payments[0].first == "1");
  CHECK(full.payments[0].second == Approx(165.0 / 112.0).epsilon(1e-12));
  CHECK(full.payments[1].second == Approx(159.0 / 112.0).epsilon(1e-12));
  CHECK(full.payments[2].second == 1.5);
  CHECK(full.payments[3].first == "out, side");
  CHECK(full.payments[3].second == 0.0);
  CHECK(full.defaulted == std::vector<std::string>{"1", "2"});
  CHECK(full.rounds > 0);
  CHECK(full.certified);
  const ClearedFile costly = clear(kThreeBanks, {0.5, 0.7});
  CHECK(costly.defaulted == std::vector<std::string>{"1", "2", "3"});
  CHECK(costly.payments[0].second == Approx(4225.0 / 8416.0).epsilon(1e-12));
}

TEST_CASE("amounts far apart, with many digits, or in exponents keep their value", "[clear]") {
  CHECK(clear("node,a,0.1\nnode,b,0\nedge,a,b,0.3").payments[0].second == 0.1);
  const ClearedFile long_digits = clear("node,a,83.37498710347518\nnode,b,0.0012345678901234567\nedge,a,b,100.1234567890123456789");
  CHECK(long_digits.payments[0].second == Approx(83.37498710347518).epsilon(1e-15));
  CHECK(clear("node,a,3e12\nnode,b,0\nedge,a,b,1e13").payments[0].second == 3e12);
  CHECK(clear("node,a,2e-200\nnode,b,0\nedge,a,b,1e-199").payments[0].second == Approx(2e-200).epsilon(1e-12));
  CHECK(clear("node,a,1e200\nnode,b,1e-200\nedge,a,b,2e200\nedge,b,a,0").payments[0].second == Approx(1e200).epsilon(1e-12));
}

TEST_CASE("wrong rows are refused with file, line and column", "[clear]") {
  CHECK(fault_of("node,a,1\nnode,b,2\nedge,a,b,-3\n") == "net.csv:3:10: found '-3', expected an amount owed, a number of at least 0");
  for (const std::string lie : {"nan", "NaN", "inf", "", "1.2.3", "1e", "0x10", "--1", "1 2", "-inf", "$5"}) {
    std::string text = "node,a,";
    text += lie;
    CHECK(fault_of(text).find("net.csv:1:8: found '") == 0);
  }
  CHECK(fault_of("node,a,1e999") == "net.csv:1:8: found '1e999', expected 0 or an amount between 1e-250 and 1e250");
  CHECK(fault_of("node,a,1\nedge,a,z,1\n") == "net.csv:2:8: found the unknown node 'z', expected the name of a node row");
  CHECK(fault_of("node,a,1\nedge,a,a,1\n") == "net.csv:2:8: found an edge from 'a' to itself");
  CHECK(fault_of("node,a,1\n\nnode,a,1\n") == "net.csv:3:6: node 'a' appears twice, first in line 1");
  CHECK(fault_of("node,a,1\nnode,b,1\nedge,a,b,1\nedge,a,b,1\n") == "net.csv:4:6: the edge from 'a' to 'b' appears twice, first in line 3");
  CHECK(fault_of("node,a\n") == "net.csv:1:1: found 2 fields, expected node,NAME,OUTSIDE_ASSETS");
  CHECK(fault_of("node,a,1\nedge,a,b,1,2\n") == "net.csv:2:1: found 5 fields, expected edge,FROM,TO,AMOUNT_OWED");
  CHECK(fault_of("vertex,a,1\n") == "net.csv:1:1: found 'vertex', expected node or edge");
  CHECK(fault_of("node,,1\n") == "net.csv:1:6: found no name, expected a node's name");
  CHECK(fault_of("node,\"a,1\n") == "net.csv:1:6: a quoted name that does not end on its line");
  CHECK(fault_of("# nothing\n") == "net.csv:1: found no node, expected a row node,NAME,OUTSIDE_ASSETS");
  CHECK(fault_of("node,a,-0\nedge,b,a,1\nnode,b,2") == "nothing");
}

TEST_CASE("recovery rates outside 0 to 1 are refused", "[clear]") {
  CHECK_THROWS_AS(clear(kThreeBanks, {1.5, 1.0}), std::invalid_argument);
  CHECK_THROWS_AS(clear(kThreeBanks, {1.0, -0.1}), std::invalid_argument);
  CHECK_THROWS_AS(clear(kThreeBanks, {std::nan(""), 1.0}), std::invalid_argument);
}
