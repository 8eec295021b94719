#pragma once

#include "io/run_record.h"

namespace convoy::test {

/// A record as a run of `epochs` epochs of 100 steps leaves it, with logs every 10 steps and diagnostics every 50.
inline RunRecord sample_run(int epochs, double better = 0) {
  RunRecord record{.folder = "runs/sample", .name = "sample", .config = "name = \"<script>\"\n"};
  record.environment.started = "2026-01-02T03:04:05Z";
  for (int step = 10; step <= 100 * epochs; step += 10) {
    const auto at = static_cast<std::uint64_t>(step);
    const int epoch = (step - 1) / 100 + 1;
    const double loss = 20.0 / step - better;
    record.steps.push_back({at, epoch, loss, 1 - loss / 10, 1e-3, step * 0.05});
    if (step % 50 == 0) {
      record.diagnostics.push_back({.step = at,
                                    .epoch = epoch,
                                    .layers = {{.name = "conv1",
                                                .gradient_norm = loss,
                                                .weight_norm = 2,
                                                .dead = 0.1,
                                                .forward_us = 2,
                                                .backward_us = 3}},
                                    .percentiles = {{"conv1[7]", -1, 0, 1}},
                                    .batch_norms = {{"bn1", 0.1, 1, 1}},
                                    .train_mode_loss = loss,
                                    .predict_mode_loss = 2 * loss});
    }
    if (step % 100 == 0) {
      record.history.push_back({.epoch = epoch,
                                .loss = loss,
                                .accuracy = 1 - loss / 10,
                                .validation_loss = 1.5 * loss,
                                .validation_accuracy = 1 - loss / 5,
                                .has_validation = true,
                                .learning_rate = 1e-3,
                                .seconds = 5,
                                .images_per_second = 1000,
                                .step = at});
    }
  }
  record.outcome = RunOutcome{.loss = 0.5 - better, .accuracy = 0.9 + better, .best_epoch = epochs, .seconds = 61};
  return record;
}

}  // namespace convoy::test
