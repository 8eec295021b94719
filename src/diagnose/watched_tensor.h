#pragma once

#include <string>
#include <vector>

#include "convoy/diagnostics.h"
#include "graph/session.h"

namespace convoy {

/// A tensor that DiagnosticsOptions::percentiles names (a parameter, or the output or input of a layer), and its values
/// over a probe.
class WatchedTensor {
 public:
  /// `last` is the last node that runs. Throws Error{config} for a name that does not exist.
  WatchedTensor(const std::string& name, const Network& network, int last);

  void clear() { values_.clear(); }
  /// Adds the values of a batch, after a forward pass with Retain::everything; a parameter's only once.
  void collect(const Session& session, const Weights& weights, int batch);
  /// The percentiles of the values so far, which it reorders.
  PercentileBand percentiles();

 private:
  /// Sets node_ and shape_ for the output or input of a layer. Throws Error{config}.
  void find_layer(const std::string& layer, bool input, const Network& network, int last);
  /// Sets offset_, shape_ and is_parameter_ for a parameter. Throws Error{config}.
  void find_parameter(const std::string& parameter, const Network& network);
  /// Adds the values of the watched unit, or of all units, to values_.
  void append(const float* values);

  std::string name_;
  int node_ = 0;   ///< the node whose output is watched, or Network::input
  int unit_ = -1;  ///< index in the last axis; -1: all
  Shape shape_;    ///< of one sample, or of the parameter
  bool is_parameter_ = false;
  std::size_t offset_ = 0;  ///< of a parameter
  std::vector<float> values_;
};

}  // namespace convoy
