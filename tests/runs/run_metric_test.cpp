#include "runs/run_metric.h"

#include <doctest/doctest.h>

#include <cmath>

#include "convoy/error.h"
#include "convoy/reproduce.h"

using namespace convoy;

namespace {

RunRecord record() {
  RunRecord run;
  for (int epoch = 1; epoch <= 4; ++epoch) {
    EpochLog log{.epoch = epoch, .loss = 1.0 / epoch, .has_validation = true};
    log.validation_accuracy = epoch == 3 ? 0.7 : 0.2 * epoch;
    if (epoch == 1) log.validation_accuracy = 0.1;
    log.step = static_cast<std::uint64_t>(10 * epoch);
    run.history.push_back(log);
  }
  run.outcome = RunOutcome{.loss = 0.5, .accuracy = 0.8};
  Diagnostics early{.step = 10};
  early.layers = {{.name = "a", .gradient_norm = 1.0, .weight_norm = 2.0, .update_ratio = 0.5}};
  early.percentiles = {{"t", -3, -2, -1}};
  early.batch_norms = {{.name = "bn", .variance_shift = 0.5}};
  Diagnostics late{.step = 40};
  late.layers = {{.name = "a", .gradient_norm = 4.0, .weight_norm = 2.0, .update_ratio = 0.125}};
  late.percentiles = {{"t", -1, 0, 1}};
  late.batch_norms = {{.name = "bn", .variance_shift = 2}};
  run.diagnostics = {early, late};
  return run;
}

double of(const std::string& metric, const RunRecord& run = record()) { return RunMetric(metric).of(run); }

}  // namespace

TEST_CASE("metrics come from a run's record") {
  CHECK(of("accuracy") == 0.8);
  CHECK(of("error") == doctest::Approx(0.2));
  CHECK(of("loss") == 0.5);
  CHECK(of("training_loss") == 0.25);
  CHECK(of("diverged") == 0);
  CHECK(of("validation_accuracy.3") == 0.7);
  CHECK(of("validation_noise") == doctest::Approx((0.3 + 0.1) / 2));  // not that of the first half
  CHECK(of("gradient_norm.a") == doctest::Approx(2));
  CHECK(of("weight_norm.a") == doctest::Approx(2));
  CHECK(of("update_ratio.a") == doctest::Approx(0.25));
  CHECK(of("variance_shift.bn") == doctest::Approx(std::log(2)));
  CHECK(of("drift.t") == doctest::Approx(0.5));  // 2 away at first, 0 at last, in a band of width 2
}

TEST_CASE("a run that diverged has reached nothing") {
  RunRecord run = record();
  run.divergence = Divergence{.message = "the loss is not finite"};
  CHECK(of("accuracy", run) == 0);
  CHECK(of("error", run) == 1);
  CHECK(of("loss", run) == INFINITY);
  CHECK(of("training_loss", run) == INFINITY);
  CHECK(of("diverged", run) == 1);
}

TEST_CASE("a run that has not ended has reached nothing yet") {
  RunRecord run = record();
  run.outcome.reset();
  CHECK(of("accuracy", run) == 0);
  CHECK(of("loss", run) == INFINITY);
  CHECK(of("training_loss", run) == INFINITY);
}

TEST_CASE("what was not recorded is not a number") {
  RunRecord run = record();
  run.history[2].has_validation = false;
  run.diagnostics[0].layers[0].gradient_norm.reset();
  CHECK(std::isnan(of("validation_accuracy.3", run)));
  CHECK(of("gradient_norm.a", run) == doctest::Approx(4));
  run.history.resize(1);
  CHECK(std::isnan(of("validation_noise", run)));
  run.history.clear();
  CHECK(of("training_loss", run) == INFINITY);
  for (const char* metric : {"gradient_norm.b", "variance_shift.a", "drift.u", "validation_accuracy.9"})
    CHECK(std::isnan(of(metric)));
}

TEST_CASE("metrics that do not exist, or lack what they are about, are errors") {
  CHECK_THROWS_WITH_AS(RunMetric("acuracy"), "unknown metric \"acuracy\"; did you mean \"accuracy\"?", Error);
  CHECK_THROWS_WITH_AS(RunMetric("gradient_norm"), "metric \"gradient_norm\": expected gradient_norm.LAYER", Error);
  CHECK_THROWS_WITH_AS(RunMetric("accuracy.a"), "metric \"accuracy.a\": expected accuracy alone", Error);
  for (const auto& [name, doc] : metric_names()) CHECK_FALSE(doc.empty());
}
