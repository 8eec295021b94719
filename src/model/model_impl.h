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

/// The parts of a Model. The configuration describes it completely; network and weights are made from it.
struct Model::Impl {
  Impl(Config description, const Shape& input, int threads);

  std::uint64_t seed() const { return static_cast<std::uint64_t>(config.run.integer("seed")); }
  /// The network of config.layers, made together with its weights at first use and again after the layers changed.
  /// After keep_weights() tensors of the same name and shape keep their values. Throws Error{config}.
  const Network& network();
  /// The weights of network(), which it makes first where needed.
  Weights& weights();
  bool has_loss() const { return loss_ != nullptr; }
  /// Throws Error{config} before compile().
  const Loss& loss() const;
  /// Sets the loss here and in the configuration.
  void set_loss(const Spec& loss);
  /// The evaluator for batches of `most_together` samples, or of all of `data` where these are fewer; kept until
  /// another size is asked for. Throws Error{config} before compile().
  Evaluator& evaluator(const Dataset& data, int most_together);
  /// The index of a layer's last node: that of its activation where it has one. Throws Error{config} for an unknown
  /// layer.
  int node_of(const std::string& layer);
  /// The entry of a layer in config.layers. Throws Error{config} for an unknown layer.
  LayerSpec& layer(const std::string& name);
  /// Must be called after a change of config.layers: the network is made anew at its next use, and the next fit does
  /// not continue the last one.
  void layers_changed();
  /// From now on the weights are never drawn again: they were trained, loaded, or given to the program to write to.
  void keep_weights() { keeps_weights_ = true; }
  /// Sets the seed. Weights are drawn from it at their next use, unless keep_weights() was called.
  void set_seed(std::uint64_t seed);

  Config config;
  Shape input;
  ThreadPool pool;
  Scaling scaling;  ///< from raw data to inputs; set by training
  std::vector<std::string> class_names;
  std::optional<TrainingState> training;  ///< where the last fit ended

 private:
  /// Makes network_ and weights_ from config.layers, and completes their keys there. Throws Error{config}.
  void make_network();

  std::unique_ptr<Network> network_;
  Weights weights_;
  bool outdated_ = true;  ///< network_ is not that of config.layers
  bool keeps_weights_ = false;
  std::unique_ptr<Loss> loss_;
  std::unique_ptr<Evaluator> evaluator_;
  int evaluator_batch_ = 0;
};

/// Gives other code of the library access to the parts of a Model.
struct ModelAccess {
  static Model::Impl& impl(Model& model) { return *model.impl_; }
  static const Model::Impl& impl(const Model& model) { return *model.impl_; }
};

}  // namespace convoy
