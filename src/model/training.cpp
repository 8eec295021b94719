#include "model/training.h"

#include "config/fit_keys.h"
#include "convoy/error.h"
#include "train/recalibrate.h"

namespace convoy {
namespace {

/// Throws Error{config} where train.recalibrate is set but there is no batch norm to recalibrate. The trainer would
/// throw too, but cannot name the place of the key.
void require_batch_norm(const Config& config, const Network& network) {
  if (config.train.integer("recalibrate") == 0 || has_trained_batch_norm(network)) return;
  const std::string where = config.train.where("recalibrate");
  throw Error(ErrorKind::config, (where.empty() ? "" : where + ": ") +
                                     "train.recalibrate: the network has no batch norm that is trained; leave the key "
                                     "out, or set it to 0");
}

int outputs_of(const Network& network) { return static_cast<int>(network.shape_of(network.output()).size()); }

/// Sets scaling and class names of the model from the training data and returns the task. Throws Error.
TrainingTask prepared(Model::Impl& model, const Dataset& data, const Dataset& validation) {
  const Network& network = model.network();
  require_batch_norm(model.config, network);
  const Dataset train = model.class_names.empty() ? data : data.with_classes(model.class_names, outputs_of(network));
  model.scaling = scaling_for(model.config.data.text("scaling"), train);
  model.class_names = train.storage().class_names;
  return {.network = network,
          .weights = model.weights(),
          .loss = model.loss(),
          .optimizer = model.config.optimizer,
          .schedule = model.config.schedule,
          .pool = model.pool,
          .train = train,
          .validation = validation,
          .scaling = model.scaling,
          .seed = model.seed()};
}

}  // namespace

Training::Training(Model::Impl& model, const Dataset& train, const Dataset& validation, const std::string& run)
    : options_(fit_options(model.config)), trainer_(prepared(model, train, validation), options_) {
  if (options_.diagnostics.every == 0) return;
  diagnoser_.emplace(trainer_.task(), options_.diagnostics, trainer_.batches(), run);
  trainer_.observe(*diagnoser_);
}

}  // namespace convoy
