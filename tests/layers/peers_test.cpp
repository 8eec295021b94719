// Layers beside those of Keras and PyTorch: peers.json, made by peers.py.

#include "support/peers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "layers/registry.h"
#include "support/layer_run.h"
#include "support/layer_settings.h"

using namespace convoy;

namespace {

using Json = nlohmann::json;

Shape shape_from(const Json& extents) {
  const auto numbers = extents.get<std::vector<int>>();
  return {numbers.begin(), numbers.end()};
}

std::vector<Shape> shapes_of(const Json& row) {
  std::vector<Shape> shapes;
  for (const auto& extents : row.at("shapes")) shapes.push_back(shape_from(extents));
  return shapes;
}

test::Given keys_of(const Json& row) {
  test::Given given;
  for (const auto& [key, value] : row.at("keys").items()) given.emplace_back(key, test::peer_value(value));
  return given;
}

/// The largest distance, in units of the largest number of the peer's.
double distance(const Json& peer, const std::vector<float>& found) {
  const auto want = peer.get<std::vector<double>>();
  REQUIRE(found.size() == want.size());
  double largest = 1e-3;
  double furthest = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    largest = std::max(largest, std::abs(want[i]));
    const double away = std::abs(want[i] - static_cast<double>(found[i]));
    furthest = away <= furthest ? furthest : away;  // takes NaN
  }
  return furthest / largest;
}

void check_peer(const Json& row) {
  const std::string type = row.at("type");
  const auto layer = layer_type(type).make(test::settings_of(type, keys_of(row)));
  const std::vector<Shape> shapes = shapes_of(row);
  const auto first = row.at("inputs").at(0).get<std::vector<float>>();
  test::LayerRun run(*layer, shapes, static_cast<int>(first.size() / shapes[0].size()), Mode::train);
  CHECK(run.declaration().output == shape_from(row.at("output_shape")));
  for (std::size_t i = 0; i < shapes.size(); ++i)
    run.set_input(static_cast<int>(i), row.at("inputs").at(i).get<std::vector<float>>());
  const std::size_t parameters = row.at("parameters").size();
  REQUIRE(run.declaration().parameters.size() == parameters);
  for (std::size_t i = 0; i < parameters; ++i) {
    const auto values = row.at("parameters").at(i).get<std::vector<float>>();
    auto& parameter = run.parameter(static_cast<int>(i));
    REQUIRE(values.size() == parameter.size());
    std::ranges::copy(values, parameter.begin());
  }
  run.forward();
  CHECK(distance(row.at("output"), run.output()) < 2e-6);
  run.backward(row.at("d_output").get<std::vector<float>>());
  for (std::size_t i = 0; i < shapes.size(); ++i)
    CHECK(distance(row.at("d_inputs").at(i), run.d_input(static_cast<int>(i))) < 5e-6);
  for (std::size_t i = 0; i < parameters; ++i)
    CHECK(distance(row.at("d_parameters").at(i), run.gradient(static_cast<int>(i))) < 5e-6);
}

}  // namespace

TEST_CASE("layers do what their peers do") {
  const Json all = Json::parse(std::ifstream("tests/layers/peers.json"));
  for (const Json& row : all.at("cases")) {
    CAPTURE(row.at("peer").get<std::string>());
    CAPTURE(row.at("type").get<std::string>());
    CAPTURE(row.at("keys").dump());
    check_peer(row);
  }
}
