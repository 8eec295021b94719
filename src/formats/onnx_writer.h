#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "formats/onnx_proto.h"

namespace convoy::formats::onnx {

using AttributeValue = std::variant<std::int64_t, float, std::string, Extents>;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

/// Writes a graph node by node, as protocol buffers. A node's first output is called as the node.
class GraphWriter {
 public:
  /// Adds a node and returns the name of its output. An input "" is left out.
  std::string add(const std::string& op, const std::string& name, const std::vector<std::string>& inputs,
                  const Attributes& attributes = {});
  /// Add a constant and return its name.
  std::string floats(const std::string& name, const Extents& dims, std::span<const float> values);
  std::string integers(const std::string& name, const Extents& values);
  /// One number.
  std::string number(const std::string& name, float value);

  /// Sets an input or output; an extent of -1 is the batch, of any size.
  void input(const std::string& name, const Extents& dims);
  void output(const std::string& name, const Extents& dims);

  /// The file. Throws Error{failed} where it would be larger than protocol buffers can be.
  std::string file(const std::string& graph_name, const std::map<std::string, std::string>& metadata) const;

 private:
  std::string graph_;
};

}  // namespace convoy::formats::onnx
