#pragma once

#include <string>
#include <vector>

#include "convoy/diagnostics.h"
#include "graph/session.h"

namespace convoy {

/// A tensor that DiagnosticsOptions::percentiles names, and its values over a probe.
class WatchedTensor {
 public:
  /// `last` is the last node that runs. Throws Error{config} for a name of nothing.
  WatchedTensor(const std::string& name, const Network& network, int last);

  void clear() { values_.clear(); }
  /// Takes in the values of a batch after a forward pass with Retain::everything; a parameter's, if they are not there.
  void collect(const Session& session, const Weights& weights, int batch);
  PercentileBand percentiles();

 private:
  void find_layer(const std::string& layer, bool input, const Network& network, int last);
  void find_parameter(const std::string& parameter, const Network& network);
  void append(const float* values);

  std::string name_;
  int node_ = 0;   ///< whose output it is, or Network::input
  int unit_ = -1;  ///< of the last axis; -1: all
  Shape shape_;    ///< of one sample, or of the parameter
  bool is_parameter_ = false;
  std::size_t offset_ = 0;  ///< of a parameter
  std::vector<float> values_;
};

}  // namespace convoy
