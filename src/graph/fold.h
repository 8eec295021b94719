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
/// also where layers lie between that the map may pass, as flatten. Not before a convolution that pads with zeros: the
/// zeros are not mapped. The outputs are those of the network, but for rounding.
class FoldedNetwork {
 public:
  FoldedNetwork(const Network& network, const Weights& weights);

  /// Takes over the values of the weights once more; `network` is the one given before.
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

  static std::vector<Fold> find_folds(const Network& network);
  static std::vector<LayerSpec> without_folded(const Network& network, const std::vector<Fold>& folds);
  void copy_tensors(const Network& given, const Weights& weights);
  void apply(const Fold& fold, const Network& given, const Weights& weights);

  std::vector<Fold> folds_;
  Network network_;
  Weights weights_;
};

}  // namespace convoy
