#include "report/network_drawing.h"

#include <doctest/doctest.h>

#include <set>

#include "support/markup.h"

using namespace convoy;
using test::count;

namespace {

SummaryRow layer(const std::string& name, const std::vector<std::string>& inputs) {
  return {.name = name, .type = "relu", .output = {8, 8, 4}, .inputs = inputs};
}

/// The x of each box.
std::set<std::string> columns(const std::string& drawing) {
  std::set<std::string> found;
  for (std::size_t at = drawing.find("<rect x=\""); at != std::string::npos; at = drawing.find("<rect x=\"", at + 1)) {
    found.insert(drawing.substr(at + 9, drawing.find('"', at + 9) - at - 9));
  }
  return found;
}

}  // namespace

TEST_CASE("a chain of layers is one column, joined by arrows") {
  const Summary summary{.name = "", .rows = {layer("a", {"input"}), layer("b", {"a"}), layer("c", {"b"})}};
  const std::string drawing = network_drawing(summary, {8, 8, 1});
  CHECK(count(drawing, "class=\"name\"") == 4);
  CHECK(count(drawing, "class=\"edge\"") == 3);
  CHECK(columns(drawing).size() == 1);
}

TEST_CASE("branches stand side by side, and a connection that skips layers passes beside them") {
  const Summary summary{.name = "",
                        .rows = {layer("left", {"input"}), layer("right", {"input"}), layer("sum", {"left", "right"}),
                                 layer("a", {"sum"}), layer("b", {"a"}), layer("end", {"b", "sum"})}};
  const std::string drawing = network_drawing(summary, {8, 8, 1});
  CHECK(columns(drawing).size() == 2);
  CHECK(count(drawing, "class=\"edge\"") == 8);
  CHECK(count(drawing, "class=\"head\"") == 8);
}

TEST_CASE("a long network goes on in another column, from where everything passes one layer") {
  Summary summary{.name = "", .rows = {layer("l0", {"input"})}};
  for (int i = 1; i < 60; ++i) summary.rows.push_back(layer("l" + std::to_string(i), {"l" + std::to_string(i - 1)}));
  CHECK(columns(network_drawing(summary, {8, 8, 1})).size() == 3);
  for (int i = 1; i < 60; ++i) summary.rows[static_cast<std::size_t>(i)].inputs.emplace_back("input");
  CHECK(columns(network_drawing(summary, {8, 8, 1})).size() == 1);  // nowhere
}

TEST_CASE("the same input twice is one arrow; long names are cut and escaped") {
  const Summary summary{.name = "", .rows = {layer("<" + std::string(60, 'x'), {"input", "input", "unknown"})}};
  const std::string drawing = network_drawing(summary, {8, 8, 1});
  CHECK(count(drawing, "class=\"edge\"") == 1);
  CHECK(drawing.find("<x") == std::string::npos);
  CHECK(drawing.find("...") != std::string::npos);
}
