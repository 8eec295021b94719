#include "runs/progress.h"

#include <doctest/doctest.h>

#include <functional>
#include <vector>

#include "support/errors.h"

using namespace convoy;

namespace {

StoredProgress two_epochs() {
  StoredProgress stored{.progress = {.step = 20, .epoch = 2, .batch = 3}, .schedule_state = {0.5}, .seconds = 7};
  stored.progress.history = {{.epoch = 1, .loss = 1.0 / 3}, {.epoch = 2, .loss = 0.25}};
  stored.progress.best_epoch = 2;
  stored.optimizer_steps = 19;
  return stored;
}

}  // namespace

TEST_CASE("progress reads back to the same bits, from the very beginning on") {
  const StoredProgress read = parse_progress(progress_json(two_epochs()), "last.ckpt");
  CHECK(read.progress.step == 20);
  CHECK(read.progress.batch == 3);
  CHECK(read.progress.history.at(0).loss == 1.0 / 3);
  CHECK(read.progress.best_epoch == 2);
  CHECK(read.schedule_state == std::vector<double>{0.5});
  CHECK(read.seconds == 7);
  CHECK(read.optimizer_steps == 19);
  CHECK(parse_progress(progress_json({}), "last.ckpt").progress.epoch == 0);
}

TEST_CASE("progress that cannot be is damage") {
  const std::vector<std::function<void(StoredProgress&)>> damages = {
      [](StoredProgress& stored) { stored.progress = {.epoch = -1}; },
      [](StoredProgress& stored) { stored.progress.batch = -1; },
      [](StoredProgress& stored) { stored.progress.of_epoch.images = -1; },
      [](StoredProgress& stored) { stored.progress.since_log.images = -1; },
      [](StoredProgress& stored) { stored.progress.history.pop_back(); },
      [](StoredProgress& stored) { stored.progress.best_epoch = -1; },
      [](StoredProgress& stored) { stored.progress.best_epoch = 3; },
      [](StoredProgress& stored) { stored.seconds = -1; }};
  for (const auto& damage : damages) {
    StoredProgress stored = two_epochs();
    damage(stored);
    CHECK(test::error_of(ErrorKind::data, [&] { parse_progress(progress_json(stored), "last.ckpt"); }) ==
          "last.ckpt: damaged metadata: \"progress\"");
  }
}
