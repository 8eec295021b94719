#include "graph/footprint.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "convoy/error.h"
#include "graph/memory_plan.h"
#include "graph/work_plan.h"

namespace convoy {
namespace {

/// The number of elements of a shape.
double numbers_in(const Shape& shape) {
  double product = 1;
  for (int axis = 0; axis < shape.rank(); ++axis) product *= shape[axis];
  return product;
}

/// The number of elements of the largest input or output of a layer.
double largest_activation(const Network& network) {
  double largest = numbers_in(network.input_shape());
  for (const Node& node : network.nodes()) largest = std::max(largest, numbers_in(node.declaration.output));
  return largest;
}

/// "12 MB", rounded up; "1.2e+15 MB" for very many.
std::string megabytes(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, bytes < 1e18 ? "%.0f MB" : "%.1e MB", std::ceil(bytes / (1U << 20U)));
  return text;
}

}  // namespace

double stored_numbers(const Network& network) {
  double sum = 0;
  for (const Node& node : network.nodes()) {
    for (const TensorPlace& place : node.parameters) sum += numbers_in(place.shape);
    for (const TensorPlace& place : node.states) sum += numbers_in(place.shape);
  }
  return sum;
}

double bytes_a_sample(const Network& network) {
  constexpr double countable = 1e12;  // the plan counts in integers
  const double largest = largest_activation(network);
  if (largest > countable) return largest * sizeof(float);
  const WorkPlan work = plan_work(network, Mode::predict, network.output());
  const MemoryPlan plan = plan_memory(network, work, Mode::predict, network.output(), 1, 1);
  double floats = static_cast<double>(plan.floats);
  double bytes = 0;
  double scratch = 0;
  for (const Node& node : network.nodes()) {
    floats += static_cast<double>(node.declaration.shared_floats);
    bytes += static_cast<double>(node.declaration.saved_bytes);
    scratch = std::max(scratch, static_cast<double>(node.declaration.scratch_floats));
  }
  return bytes + (floats + scratch) * sizeof(float);
}

void require_modest(const Network& network) {
  constexpr double most = 1U << 30U;
  const double bytes = bytes_a_sample(network);
  if (bytes <= most) return;
  throw Error(ErrorKind::config, "the network takes " + megabytes(bytes) + " to predict one sample, expected at most " +
                                     megabytes(most) + "; make the input or the layers smaller");
}

}  // namespace convoy
