#include "optim/schedule.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "convoy/error.h"
#include "convoy/schedules.h"

using namespace convoy;

namespace {

std::unique_ptr<Schedule> make(const std::string& type,
                               const std::vector<std::pair<std::string, Value>>& settings = {}) {
  Spec spec{type, {}};
  for (const auto& [name, value] : settings) spec.settings.set(name, value);
  for (const ScheduleType& row : schedule_types()) {
    if (row.schema.name != type) continue;
    std::vector<KeySchema> keys = row.schema.keys;
    for (const KeySchema& key : common_schedule_keys()) keys.push_back(key);
    spec.settings.complete(keys, type);
  }
  return make_schedule(spec);
}

}  // namespace

TEST_CASE("schedules at known points") {
  CHECK(make("constant")->factor({77, 100}) == 1);
  const auto step = make("step", {{"every", std::int64_t{10}}, {"gamma", 0.5}});
  CHECK(step->factor({9, 100}) == 1);
  CHECK(step->factor({10, 100}) == 0.5);
  CHECK(step->factor({29, 100}) == 0.25);
  const auto smooth = make("exponential", {{"decay_rate", 0.9}, {"decay_steps", std::int64_t{10}}});
  CHECK(smooth->factor({5, 100}) == doctest::Approx(std::pow(0.9, 0.5)));
  const auto stairs =
      make("exponential", {{"decay_rate", 0.9}, {"decay_steps", std::int64_t{10}}, {"staircase", true}});
  CHECK(stairs->factor({19, 100}) == doctest::Approx(0.9));
  const auto cosine = make("cosine", {{"alpha", 0.1}});
  CHECK(cosine->factor({0, 101}) == 1);
  CHECK(cosine->factor({50, 101}) == doctest::Approx(0.55));
  CHECK(cosine->factor({100, 101}) == doctest::Approx(0.1));
  CHECK(cosine->factor({0, 2}) == 1);
  CHECK(cosine->factor({1, 2}) == doctest::Approx(0.1));
  CHECK(cosine->factor({0, 1}) == doctest::Approx(0.1));
  const auto cycle = make("one_cycle", {{"peak", 0.25}, {"start_divisor", 20.0}, {"end_divisor", 100.0}});
  CHECK(cycle->factor({0, 101}) == doctest::Approx(0.05));
  CHECK(cycle->factor({25, 101}) == doctest::Approx(1));
  CHECK(cycle->factor({100, 101}) == doctest::Approx(0.01));
}

TEST_CASE("lengths may count epochs") {
  const auto step = make("step", {{"every", std::int64_t{2}}, {"gamma", 0.5}, {"unit", std::string("epochs")}});
  CHECK(step->factor({.step = 19, .total = 100, .steps_an_epoch = 10}) == 1);
  CHECK(step->factor({.step = 20, .total = 100, .steps_an_epoch = 10}) == 0.5);
}

TEST_CASE("warm-up rises to the schedule, which then runs over what is left") {
  const auto warm = make("cosine", {{"warmup_steps", std::int64_t{4}}});
  CHECK(warm->factor({0, 105}) == doctest::Approx(0.2));
  CHECK(warm->factor({3, 105}) == doctest::Approx(0.8));
  CHECK(warm->factor({4, 105}) == 1);
  CHECK(warm->factor({104, 105}) == doctest::Approx(0).epsilon(1e-9));
}

TEST_CASE("plateau waits for patience, then reduces, and its state can be restored") {
  const auto plateau = make("plateau", {{"factor", 0.5}, {"patience", std::int64_t{2}}, {"min_factor", 0.2}});
  plateau->epoch_ended({.loss = 1.0});
  plateau->epoch_ended({.loss = 1.0});
  CHECK(plateau->factor({0, 1}) == 1);
  const auto twin = make("plateau", {{"factor", 0.5}, {"patience", std::int64_t{2}}, {"min_factor", 0.2}});
  twin->restore(plateau->state());
  for (auto* schedule : {plateau.get(), twin.get()}) {
    schedule->epoch_ended({.loss = 1.0});
    CHECK(schedule->factor({0, 1}) == 0.5);
    schedule->epoch_ended({.loss = 0.5});
    for (int i = 0; i < 10; ++i) schedule->epoch_ended({.loss = 0.5});
    CHECK(schedule->factor({0, 1}) == 0.2);
  }
  CHECK_THROWS_AS(twin->restore({1}), Error);
}

TEST_CASE("plateau takes an improvement of min_delta for none, and waits anew after each reduction") {
  const auto plateau =
      make("plateau", {{"factor", 0.5}, {"patience", std::int64_t{2}}, {"min_delta", 0.25}, {"min_factor", 0.0}});
  const auto after = [&](double loss) {
    plateau->epoch_ended({.loss = loss});
    return plateau->factor({0, 1});
  };
  CHECK(after(2) == 1);
  CHECK(after(1.75) == 1);
  CHECK(after(1.75) == 0.5);
  CHECK(after(1.75) == 0.5);
  CHECK(after(1.75) == 0.25);
  CHECK(after(1.5) == 0.25);
  CHECK(after(1.5) == 0.25);
  CHECK(after(1.5) == 0.125);
}

TEST_CASE("milestones must be given") {
  CHECK_THROWS_WITH_AS(make("multi_step"),
                       "multi_step: missing key \"milestones\": a list of one to four whole numbers", Error);
}

TEST_CASE("plateau watches validation where there is one, and the accuracy if it should") {
  const auto loss = make("plateau", {{"patience", std::int64_t{1}}});
  const auto accuracy = make("plateau", {{"patience", std::int64_t{1}}, {"monitor", std::string("accuracy")}});
  // The training loss falls, the validation loss rises, the validation accuracy rises too.
  const EpochLog first{.loss = 1, .validation_loss = 1, .validation_accuracy = 0.5, .has_validation = true};
  const EpochLog second{.loss = 0.5, .validation_loss = 2, .validation_accuracy = 0.6, .has_validation = true};
  for (const EpochLog& log : {first, second}) {
    loss->epoch_ended(log);
    accuracy->epoch_ended(log);
  }
  CHECK(loss->factor({0, 1}) == doctest::Approx(0.1));
  CHECK(accuracy->factor({0, 1}) == 1);
  accuracy->epoch_ended(second);
  CHECK(accuracy->factor({0, 1}) == doctest::Approx(0.1));
}

TEST_CASE("the public structs name every key") {
  const std::vector<Spec> specs = {Constant{},         StepDecay{},       MultiStepDecay{.milestones = {1}},
                                   ExponentialDecay{}, PolynomialDecay{}, CosineDecay{},
                                   CosineRestarts{},   OneCycle{},        Plateau{}};
  CHECK(specs.size() == schedule_types().size());
  for (Spec spec : specs) {
    CAPTURE(spec.type);
    const std::size_t given = spec.settings.entries().size();
    std::vector<KeySchema> keys = row_named(spec.type, schedule_types(), "schedule").schema.keys;
    for (const KeySchema& key : common_schedule_keys()) keys.push_back(key);
    spec.settings.complete(keys, "");
    CHECK(spec.settings.entries().size() == given);
    CHECK(make_schedule(spec)->factor({0, 100}) > 0);
  }
  CHECK(make_schedule(CosineDecay{.alpha = 0.1, .warmup_steps = 4})->factor({3, 105}) == doctest::Approx(0.8));
}

TEST_CASE("an unknown schedule is an error with the nearest name") {
  CHECK_THROWS_AS(make_schedule({"cosin", {}}), Error);
}
