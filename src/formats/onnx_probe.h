#pragma once

#include <vector>

#include "formats/onnx_graph.h"

/// Layers that an exporter has written with several operators: layer_norm as ReduceMean, Sub, Pow and so on. As
/// activation functions are, they are recognised by their values: the nodes compute some samples, as if these were
/// constants, and the results are compared with those of convoy's layers.
namespace convoy::formats::onnx {

/// The numbers of an expression for one sample, in the order of its array.
struct Probe {
  std::vector<float> input;
  std::vector<float> output;
};

/// What nodes do, and what is known of them.
struct Probed {
  Place place;
  ExpressionPtr input;
  Extents extents;                     ///< ONNX's, of the input
  std::vector<std::size_t> places;     ///< for each of ONNX's numbers, its place in the array
  std::vector<Probe> probes;           ///< of amplitudes 1, 0.02 and 60
  std::vector<ConstantPtr> constants;  ///< that the nodes take
  std::vector<const StoredNode*> nodes;
};

/// About how many numbers recognised_layer makes.
std::size_t recognition_cost(const Probed& probed);

/// The layer whose values these are; null where there is none.
ExpressionPtr recognised_layer(Layers& layers, const Probed& probed);

/// Looks for a layer that node number `first` and some after it make together. If there is one, sets its value, and
/// returns the numbers of its nodes, which are not to be run any more; none if there is none.
std::vector<std::size_t> run_as_one_layer(GraphState& state, std::size_t first);

}  // namespace convoy::formats::onnx
