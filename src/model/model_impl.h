#pragma once

#include <cstdint>
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

  std::uint64_t seed() const { return static_cast<std::uint64_t>(config.run.integer("seed")); }
  /// The network of config.layers, made at first use and again after the layers changed. Weights that the model keeps
  /// go over to it by name and shape.
  const Network& network();
  Weights& weights();
  bool has_loss() const { return loss_ != nullptr; }
  /// Throws Error{config} before compile().
  const Loss& loss() const;
  void set_loss(const Spec& loss);
  /// For batches of `batch_size`; kept until another size is asked for.
  Evaluator& evaluator(int batch_size);
  /// The node whose output a layer's is, its activation's where it has one. Throws Error{config}.
  int node_of(const std::string& layer);
  /// The description of a layer. Throws Error{config}.
  LayerSpec& layer(const std::string& name);
  /// The layers have changed.
  void layers_changed();
  /// From now on nothing draws the weights anew: they were trained, loaded, or given to the program to write to.
  void keep_weights() { keeps_weights_ = true; }
  /// Weights that nobody has seen to yet are drawn from `seed`.
  void set_seed(std::uint64_t seed);

  Config config;
  Shape input;
  ThreadPool pool;
  Scaling scaling;  ///< of the raw data; set by training
  std::vector<std::string> class_names;
  std::optional<TrainingState> training;  ///< where the last fit ended

 private:
  void make_network();

  std::unique_ptr<Network> network_;
  Weights weights_;
  bool outdated_ = true;  ///< network_ is not that of config.layers
  bool keeps_weights_ = false;
  std::unique_ptr<Loss> loss_;
  std::unique_ptr<Evaluator> evaluator_;
  int evaluator_batch_ = 0;
};

/// The library's own way to the parts of a Model.
struct ModelAccess {
  static Model::Impl& impl(Model& model) { return *model.impl_; }
  static const Model::Impl& impl(const Model& model) { return *model.impl_; }
};

}  // namespace convoy
