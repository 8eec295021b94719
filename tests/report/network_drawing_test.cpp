#include "report/network_drawing.h"

#include <doctest/doctest.h>

#include <set>

#include "support/markup.h"

using namespace convoy;
using test::contains;
using test::count;

namespace {

SummaryRow layer(const std::string& name, const std::vector<std::string>& inputs) {
  return {.name = name, .type = "relu", .output = {8, 8, 4}, .inputs = inputs};
}

/// "l7".
std::string level_name(int level) { return "l" + std::to_string(level); }

/// Layers l1, l2 ... one after the other; a layer's number is its level.
Summary chain(int layers) {
  Summary summary{.name = "", .rows = {layer("l1", {"input"})}};
  for (int i = 2; i <= layers; ++i) summary.rows.push_back(layer(level_name(i), {level_name(i - 1)}));
  return summary;
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

TEST_CASE("a box has its place, its colour and its texts, and an arrow ends at the next one") {
  const Summary summary{.name = "", .rows = {layer("a", {"input"}), layer("b", {"a"})}};
  const std::string drawing = network_drawing(summary, {8, 8, 1});
  CHECK(contains(drawing, R"(viewBox="0 0 180 176")"));
  CHECK(contains(drawing, R"(<rect x="16" y="16" width="148" height="32" rx="5"/><rect class="kind c7")"));
  CHECK(contains(drawing, R"(<rect x="16" y="64" width="148" height="32" rx="5"/><rect class="kind c0")"));
  CHECK(contains(drawing, R"(<path class="edge" d="M90 48V59"/>)"));
  CHECK(contains(drawing, R"(<path class="head" d="M90 64l-4 -7h8z"/>)"));
}

TEST_CASE("a connection that skips a layer has a lane of its own beside the boxes") {
  const Summary summary{.name = "", .rows = {layer("a", {"input"}), layer("sum", {"a", "input"})}};
  const std::string drawing = network_drawing(summary, {8, 8, 1});
  CHECK(contains(drawing, R"(viewBox="0 0 212 176")"));
  CHECK(contains(drawing, R"(d="M90 48C90 56 185 56 185 64V96C185 102 90 102 90 107")"));
}

TEST_CASE("a layer stands below its inputs, in the leftmost lane of these") {
  const Summary summary{.name = "",
                        .rows = {layer("left", {"input"}), layer("right", {"input"}), layer("below", {"right"}),
                                 layer("beside", {"right"}), layer("sum", {"below", "left"})}};
  const std::string drawing = network_drawing(summary, {8, 8, 1});
  CHECK(contains(drawing, R"(<title>right: relu 8x8x4</title><rect x="174" y="64")"));
  CHECK(contains(drawing, R"(<title>below: relu 8x8x4</title><rect x="174" y="112")"));
  CHECK(contains(drawing, R"(<title>beside: relu 8x8x4</title><rect x="16" y="112")"));  // the leftmost that is free
  CHECK(contains(drawing, R"(<title>sum: relu 8x8x4</title><rect x="16" y="160")"));
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

TEST_CASE("columns are about equally long, and the connection into one comes from above") {
  const std::string drawing = network_drawing(chain(22), {8, 8, 1});
  CHECK(contains(drawing, R"(viewBox="0 0 372 608")"));
  CHECK(contains(drawing, R"(<title>l11: relu 8x8x4</title><rect x="16" y="544")"));
  CHECK(contains(drawing, R"(<title>l12: relu 8x8x4</title><rect x="208" y="40")"));
  CHECK(contains(drawing, R"(d="M90 576V588H186V10H282V35")"));
  CHECK(columns(network_drawing(chain(21), {8, 8, 1})).size() == 1);
}

TEST_CASE("a column ends at the latest where a third of its length would be left for the last one") {
  const auto with_skip_to = [](std::size_t layer) {
    Summary summary = chain(22);
    summary.rows[layer - 1].inputs.emplace_back("l10");  // no cut between them
    return columns(network_drawing(summary, {8, 8, 1})).size();
  };
  CHECK(with_skip_to(18) == 2);
  CHECK(with_skip_to(19) == 1);
}

TEST_CASE("a column does not end where two connections go on") {
  Summary summary = chain(22);
  for (int i = 1; i <= 22; ++i) {
    summary.rows.push_back(layer("m" + std::to_string(i), {i == 1 ? "input" : "m" + std::to_string(i - 1)}));
  }
  CHECK(columns(network_drawing(summary, {8, 8, 1})).size() == 2);  // side by side
}

TEST_CASE("connections that enter a column bend to their boxes, or run beside the others") {
  Summary summary = chain(11);
  for (const auto& [name, inputs] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"p", {"l11"}}, {"q", {"l11"}}, {"r", {"p", "q"}}, {"s", {"r", "l11"}}}) {
    summary.rows.push_back(layer(name, inputs));
  }
  for (int i = 15; i <= 22; ++i) summary.rows.push_back(layer(level_name(i), {i == 15 ? "s" : level_name(i - 1)}));
  const std::string drawing = network_drawing(summary, {8, 8, 1});
  CHECK(contains(drawing, R"(<title>q: relu 8x8x4</title><rect x="366" y="40")"));
  CHECK(contains(drawing, R"(d="M90 576V588H186V10H282C282 23 440 23 440 35")"));
  CHECK(contains(drawing, R"(d="M90 576V588H186V10H282C282 25 535 25 535 40V120C535 126 282 126 282 131")"));
}

TEST_CASE("the same input twice is one arrow; long names are cut and escaped") {
  const Summary summary{.name = "", .rows = {layer("<" + std::string(60, 'x'), {"input", "input", "unknown"})}};
  const std::string drawing = network_drawing(summary, {8, 8, 1});
  CHECK(count(drawing, "class=\"edge\"") == 1);
  CHECK(drawing.find("<x") == std::string::npos);
  CHECK(drawing.find("...") != std::string::npos);
}
