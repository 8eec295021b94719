#include "train/monitor.h"

#include <doctest/doctest.h>

#include "support/errors.h"

using namespace convoy;

TEST_CASE("a monitor judges an epoch by its own number, of validation or training") {
  const EpochLog log{.loss = 1, .accuracy = 0.5, .validation_loss = 2, .validation_accuracy = 0.25};
  CHECK(Monitor("validation_accuracy").score(log).accuracy == 0.25);
  CHECK(Monitor("validation_loss").score(log).loss == 2);
  CHECK(Monitor("accuracy").score(log).accuracy == 0.5);
  CHECK(Monitor("loss").score(log).loss == 1);
}

TEST_CASE("a loss should fall, an accuracy rise, by more than min_delta") {
  const Score best{.accuracy = 0.5, .loss = 1};
  for (const char* name : {"loss", "validation_loss"}) {
    CHECK(Monitor(name).is_better({.accuracy = 0, .loss = 0.99}, best));
    CHECK_FALSE(Monitor(name).is_better({.accuracy = 1, .loss = 1.01}, best));
    CHECK_FALSE(Monitor(name, 0.25).is_better({.accuracy = 0.5, .loss = 0.75}, best));
    CHECK(Monitor(name, 0.25).is_better({.accuracy = 0.5, .loss = 0.74}, best));
  }
  for (const char* name : {"accuracy", "validation_accuracy"}) {
    CHECK(Monitor(name).is_better({.accuracy = 0.51, .loss = 9}, best));
    CHECK_FALSE(Monitor(name).is_better({.accuracy = 0.49, .loss = 0}, best));
    CHECK_FALSE(Monitor(name, 0.25).is_better({.accuracy = 0.75, .loss = 1}, best));
    CHECK(Monitor(name, 0.25).is_better({.accuracy = 0.76, .loss = 1}, best));
  }
}

TEST_CASE("where the monitored number is equal, the other decides") {
  const Score best{.accuracy = 0.5, .loss = 1};
  CHECK(Monitor("accuracy").is_better({.accuracy = 0.5, .loss = 0.9}, best));
  CHECK_FALSE(Monitor("accuracy").is_better({.accuracy = 0.5, .loss = 1.1}, best));
  CHECK(Monitor("loss").is_better({.accuracy = 0.6, .loss = 1}, best));
  CHECK_FALSE(Monitor("loss").is_better({.accuracy = 0.4, .loss = 1}, best));
  CHECK_FALSE(Monitor("loss").is_better(best, best));
  CHECK_FALSE(Monitor("loss", 0.25).is_better({.accuracy = 0.75, .loss = 1}, best));
  CHECK(Monitor("loss", 0.25).is_better({.accuracy = 0.76, .loss = 1}, best));
}

TEST_CASE("a monitor of validation needs validation, and one of nothing is refused") {
  const auto refusal = [](const auto& work) { return test::error_of(ErrorKind::config, work); };
  CHECK_NOTHROW(Monitor("validation_loss").require(true));
  CHECK_NOTHROW(Monitor("loss").require(false));
  CHECK(refusal([] { Monitor("validation_loss").require(false); }) ==
        "monitor \"validation_loss\": there is no validation set; set samples aside (data.validation) or monitor "
        "\"loss\"");
  CHECK(refusal([] { Monitor("validation_accuracy").require(false); }) ==
        "monitor \"validation_accuracy\": there is no validation set; set samples aside (data.validation) or monitor "
        "\"accuracy\"");
  CHECK(refusal([] { Monitor("validation_los"); }) ==
        "monitor \"validation_los\": expected validation_accuracy, validation_loss, accuracy or loss; did you mean "
        "\"validation_loss\"?");
}
