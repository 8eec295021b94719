#include "report/timeline.h"

#include <doctest/doctest.h>

#include <cmath>
#include <tuple>

namespace convoy {
namespace {

/// Epochs of 10 steps that took 2, 4 and 6 seconds.
RunRecord three_epochs() {
  RunRecord record;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    EpochLog log;
    log.epoch = epoch;
    log.step = static_cast<std::uint64_t>(10 * epoch);
    log.seconds = 2.0 * epoch;
    record.history.push_back(log);
  }
  return record;
}

}  // namespace

TEST_CASE("a step has the epoch and the seconds between those of the points around it") {
  const Timeline timeline(three_epochs());
  for (const auto& [step, epoch, seconds] : {std::tuple{0U, 0.0, 0.0},
                                             {5U, 0.5, 1.0},
                                             {10U, 1.0, 2.0},
                                             {15U, 1.5, 4.0},
                                             {20U, 2.0, 6.0},
                                             {25U, 2.5, 9.0},
                                             {30U, 3.0, 12.0}}) {
    const TrainingTime time = timeline.at_step(step);
    CAPTURE(time.step);
    CHECK(time.step == step);
    CHECK(time.epoch == doctest::Approx(epoch));
    CHECK(time.seconds == doctest::Approx(seconds));
  }
}

TEST_CASE("after the last point its line goes on") {
  const TrainingTime time = Timeline(three_epochs()).at_step(35);
  CHECK(time.epoch == doctest::Approx(3.5));
  CHECK(time.seconds == doctest::Approx(15));
}

TEST_CASE("logged steps refine the seconds") {
  RunRecord record = three_epochs();
  StepsLog log;
  log.step = 12;
  log.seconds = 5;
  record.steps.push_back(log);
  const Timeline timeline(record);
  CHECK(timeline.at_step(12).seconds == 5);
  CHECK(timeline.at_step(11).seconds == doctest::Approx(3.5));
  CHECK(timeline.at_step(16).seconds == doctest::Approx(5.5));
  CHECK(timeline.at(log).seconds == 5);
  CHECK(timeline.at(log).epoch == doctest::Approx(1.2));
}

TEST_CASE("one epoch is enough, since training begins at 0") {
  RunRecord record = three_epochs();
  record.history.resize(1);
  const TrainingTime time = Timeline(record).at_step(5);
  CHECK(time.epoch == doctest::Approx(0.5));
  CHECK(time.seconds == doctest::Approx(1));
}

TEST_CASE("a moment that is logged twice, or without a time, does no harm") {
  RunRecord record = three_epochs();
  for (const auto& [step, seconds] : {std::pair{20U, 6.5}, {25U, NAN}, {30U, 12.5}})
    record.steps.push_back({.step = step, .seconds = seconds});
  const Timeline timeline(record);
  CHECK(timeline.at_step(20).seconds == doctest::Approx(6));
  CHECK(timeline.at_step(25).seconds == doctest::Approx(9));
  CHECK(timeline.at_step(35).seconds == doctest::Approx(15));
}

TEST_CASE("without an epoch, epochs and seconds are unknown") {
  const TrainingTime time = Timeline(RunRecord{}).at_step(3);
  CHECK(time.step == 3);
  CHECK(std::isnan(time.epoch));
  CHECK(std::isnan(time.seconds));
}

TEST_CASE("an epoch has its seconds, and its step where it logged one") {
  const RunRecord record = three_epochs();
  const Timeline timeline(record);
  CHECK(timeline.at(record.history[1]).seconds == doctest::Approx(6));
  CHECK(timeline.at(record.history[1]).step == 20);
  EpochLog without_step = record.history[1];
  without_step.step = 0;
  CHECK(std::isnan(timeline.at(without_step).step));
}

}  // namespace convoy
