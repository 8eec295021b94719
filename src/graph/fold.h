#pragma once

#include <vector>

#include "graph/network.h"
#include "graph/weights.h"

namespace convoy {

/// A network for inference without the batch norms that a neighbour can absorb. In predict mode batch norm is an affine
/// map by channel, y = s x + t, so
///
///     after a convolution or dense layer   s (x K + b) + t  =  x (K s) + (b s + t)     by output channel
///     before one                           (s x + t) K + b  =  x (s K) + (t K + b)     by input channel
///
/// also across layers between them that the map may pass, as flatten. A batch norm before a convolution that pads with
/// zeros stays, as the zeros are not mapped. The outputs are those of the network, except for rounding.
class FoldedNetwork {
 public:
  /// Builds the folded network and computes its weights.
  FoldedNetwork(const Network& network, const Weights& weights);

  /// Computes the folded weights again, from changed `weights`; `network` must be the one given before.
  void refresh(const Network& network, const Weights& weights);

  const Network& network() const { return network_; }
  Weights& weights() { return weights_; }

 private:
  /// A batch norm and the layer that absorbs it: indices of nodes in the given network.
  struct Fold {
    int affine;
    int linear;
    bool before;  ///< the batch norm comes before the layer
  };

  /// All batch norms that a neighbour can absorb; first those before their layer, since a kernel must absorb them
  /// first.
  static std::vector<Fold> find_folds(const Network& network);
  /// The layers without the folded batch norms, their inputs reconnected; layers that absorb one get a bias.
  static std::vector<LayerSpec> without_folded(const Network& network, const std::vector<Fold>& folds);
  /// Copies the tensors of the given network into weights_ by name; sets biases that only the folded layers have to 0.
  void copy_tensors(const Network& given, const Weights& weights);
  /// Changes kernel and bias of a layer in weights_ so that they include the map of its batch norm.
  void apply(const Fold& fold, const Network& given, const Weights& weights);

  std::vector<Fold> folds_;
  Network network_;
  Weights weights_;
};

}  // namespace convoy
