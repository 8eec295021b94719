#include "diagnose/evaluation_gap.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "convoy/number_text.h"
#include "diagnose/mode_gap.h"
#include "diagnose/probe.h"
#include "train/batch.h"

namespace convoy {
namespace {

/// The mean loss of all images in one pass through a session.
double mean_loss(const TrainingTask& task, Session& session, Loader& images, std::uint64_t seed) {
  std::vector<double> losses(static_cast<std::size_t>(images.largest_batch()));
  double sum = 0;
  images.start(0);
  while (const Batch* batch = images.next()) {
    copy_inputs(*batch, session);
    session.forward(batch->size, seed);
    compute_losses(task.loss, *batch, session, 1, losses);
    sum += std::accumulate(losses.begin(), losses.begin() + batch->size, 0.0);
  }
  return sum / images.samples();
}

/// The mean loss in train mode. Puts back the moving statistics, which every forward pass moves.
double loss_in_training(const TrainingTask& task, Session& training, Loader images, std::uint64_t seed) {
  const std::span<float> states = task.weights.states.span();
  const std::vector<float> before(states.begin(), states.end());
  const double loss = mean_loss(task, training, images, seed);
  std::ranges::copy(before, states.begin());
  return loss;
}

/// The mean loss in predict mode, in a new session.
double loss_in_prediction(const TrainingTask& task, Loader images) {
  Session session(task.network, task.weights, Mode::predict, images.largest_batch(), task.last_node(), task.pool);
  return mean_loss(task, session, images, 0);
}

}  // namespace

Diagnostics compare_modes(Trainer& trainer) {
  constexpr int images = 128;
  const TrainingTask& task = trainer.task();
  const LoaderOptions& batches = trainer.batches();
  Diagnostics found;
  found.train_mode_loss = loss_in_training(task, trainer.session(), probe_loader(task, images, batches), batches.seed);
  trainer.session().forget_activations();
  found.predict_mode_loss = loss_in_prediction(task, probe_loader(task, images, batches));
  if (explain_mode_gap(found).empty()) return found;
  Probe(task, {.probe = images}, batches).observe(found);  // keeps the outputs of all layers, so it is not done always
  return found;
}

std::string explain_evaluation(const Diagnostics& modes, const std::optional<EpochLog>& kept, const Evaluation& test,
                               const std::string& run) {
  std::string figures;
  if (kept && test.classes > 1) {
    figures = "training accuracy " + percent(kept->accuracy) +
              (kept->has_validation ? ", validation " + percent(kept->validation_accuracy) : "") + ", test " +
              percent(test.accuracy) + ": ";
    // Where the classes are right all the same, the losses tell the gap.
    constexpr double near = 0.02;
    if (kept->accuracy - test.accuracy <= near) {
      figures = "training loss " + rounded(kept->loss) + ", test " + rounded(test.loss) + ": ";
    }
  }
  const std::string gap = explain_mode_gap(modes, run);
  if (!gap.empty()) return figures + gap;
  if (figures.empty()) return "";
  constexpr double wide = 0.1;
  if (kept->accuracy - test.accuracy <= wide) return "";  // even if a few validation images say otherwise
  return figures + "the network knows its training images by heart (more of them, [augmentation], dropout or a " +
         "kernel_regularizer help), or the others are of another kind (convoy data preview shows them)";
}

}  // namespace convoy
