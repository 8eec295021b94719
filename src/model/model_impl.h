#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "convoy/config.h"
#include "convoy/model.h"
#include "core/thread_pool.h"
#include "graph/network.h"
#include "graph/weights.h"
#include "loss/loss.h"
#include "train/evaluator.h"
#include "train/trainer.h"

namespace convoy {

/// What a Model consists of. The configuration is the one description of it; network and weights follow from it.
struct Model::Impl {
  Impl(Config description, const Shape& input, int threads);

  /// The network of config.layers, made at first use and again after a layer was added.
  const Network& network();
  Weights& weights();
  /// Throws Error{config} before compile().
  const Loss& loss() const;
  /// For batches of `batch_size`; kept until another size is asked for.
  Evaluator& evaluator(int batch_size);
  /// Forgets the network, because the layers changed.
  void changed();

  Config config;
  Shape input;
  ThreadPool pool;
  Scaling scaling;  ///< of the raw data; set by fit
  std::vector<std::string> class_names;

 private:
  friend struct ModelAccess;
  std::unique_ptr<Network> network_;
  Weights weights_;
  std::unique_ptr<Loss> loss_;
  std::unique_ptr<Evaluator> evaluator_;
  int evaluator_batch_ = 0;
};

/// The library's own way to the parts of a Model.
struct ModelAccess {
  static Model::Impl& impl(Model& model) { return *model.impl_; }
  static const Model::Impl& impl(const Model& model) { return *model.impl_; }
  static void set_loss(Model::Impl& impl, const Spec& loss);
};

/// What training a model on these data means, by its own optimizer, schedule and scaling.
TrainingTask training_task(Model::Impl& impl, const Dataset& train, const Dataset& validation = {});

}  // namespace convoy
