// Optimizers and schedules beside those of Keras and PyTorch: peers.json, made by peers.py.

#include "support/peers.h"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "optim/stepper.h"

using namespace convoy;
using test::peer_spec;
using test::peers;

TEST_CASE("optimizers step as their peers do") {
  const auto start = peers().at("start").get<std::vector<float>>();
  const auto gradients = peers().at("gradients").get<std::vector<std::vector<float>>>();
  int seen = 0;
  for (const auto& row : peers().at("optimizers")) {
    CAPTURE(row.at("type").get<std::string>());
    CAPTURE(row.at("keys").dump());
    ThreadPool pool(1);
    const int size = static_cast<int>(start.size());
    Stepper stepper(peer_spec(row, optimizer_types(), common_optimizer_keys()),
                    {{0, start.size(), {.name = "w", .shape = Shape{size}, .decayed = true}, true}}, start.size(),
                    pool);
    std::vector<float> w = start;
    for (std::size_t step = 0; step < gradients.size(); ++step) {
      std::vector<float> g = gradients[step];
      stepper.step(w, g, row.at("rates").at(step).get<double>());
      const auto want = row.at("weights").at(step).get<std::vector<double>>();
      // Keras computes in float32 itself: a few ulp of the largest weight from both sides.
      for (std::size_t i = 0; i < w.size(); ++i) CHECK(std::abs(static_cast<double>(w[i]) - want[i]) < 2e-6);
    }
    ++seen;
  }
  CHECK(seen >= 14);
}

TEST_CASE("schedules go where their peers go") {
  int seen = 0;
  for (const auto& row : peers().at("schedules")) {
    CAPTURE(row.at("type").get<std::string>());
    CAPTURE(row.at("keys").dump());
    const auto schedule = make_schedule(peer_spec(row, schedule_types(), common_schedule_keys()));
    const auto want = row.at("factors").get<std::vector<double>>();
    for (std::size_t step = 0; step < want.size(); ++step) {
      CAPTURE(step);
      CHECK(schedule->factor({step, want.size(), want.size()}) == doctest::Approx(want[step]).epsilon(1e-6));
    }
    ++seen;
  }
  CHECK(seen >= 8);
}
