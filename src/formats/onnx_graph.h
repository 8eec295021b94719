#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "formats/onnx_constant.h"
#include "formats/onnx_layers.h"
#include "formats/onnx_proto.h"
#include "formats/onnx_view.h"

/// A graph while it is read, node by node: what its values are, and what the operators' functions take of a node.
namespace convoy::formats::onnx {

/// A value of the graph: a constant, or numbers that depend on the sample, seen through a view.
struct GraphValue {
  ConstantPtr constant = {};
  ExpressionPtr expression = {};
  View view = {};
};

/// What all nodes share.
struct GraphState {
  const GraphFile& file;
  std::filesystem::path path;
  Layers layers;
  std::int64_t batch = -1;  ///< the input's first extent as declared; convoy takes the samples one by one
  std::size_t foldable;     ///< how many numbers may still be made by folding constants
  std::size_t probing = std::size_t{1} << 27;  ///< and by trying in vain what nodes do together
  std::set<std::string> unbiased = {};  ///< nodes that an export of convoy's says to have an unbiased moving variance
  std::map<std::string, GraphValue, std::less<>> values = {};
  std::map<std::string, int, std::less<>> uses = {};
};

/// A node with its inputs. All of these throw std::runtime_error where the node is not as they expect.
class Call {
 public:
  Call(GraphState& state, const StoredNode& node) : state_(state), node_(node) {}

  const StoredNode& node() const { return node_; }
  Layers& layers() const { return state_.layers; }
  GraphState& state() const { return state_; }
  std::int64_t opset() const { return state_.file.opset; }
  Place place() const { return {name(), std::string(node_.op)}; }
  std::string name() const;
  [[noreturn]] void fail(const std::string& what) const;

  std::size_t inputs() const { return node_.inputs.size(); }
  bool has(std::size_t input) const { return input < inputs() && !node_.inputs[input].empty(); }
  const GraphValue& value(std::size_t input) const;
  /// An input that depends on the sample.
  const GraphValue& data(std::size_t input) const;
  const Constant& constant(std::size_t input) const;
  bool is_constant(std::size_t input) const { return has(input) && value(input).constant != nullptr; }
  /// Whether no other node takes this input.
  bool alone(std::size_t input) const;

  const Attribute* attribute(const std::string& name) const;
  std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
  double number(const std::string& name, double otherwise) const;
  std::string text(const std::string& name, const std::string& otherwise) const;
  Extents integers(const std::string& name, const Extents& otherwise) const;
  /// The whole numbers of an input, or of an attribute in older operator sets; `otherwise` where there is neither.
  Extents integers_of(std::size_t input, const std::string& name, const Extents& otherwise) const;

  /// An axis, which may count from the end, from 0 to rank - 1.
  int axis(std::int64_t given, std::size_t rank) const;
  /// The same as an axis of the sample: the batch has none.
  int sample_axis(std::int64_t given, const View& view) const;

  /// The extents with an axis of 1 at each place that Unsqueeze's axes name.
  Extents unsqueezed(const Extents& all) const;

  /// Sets the node's first output.
  void give(ExpressionPtr expression, View view) const;
  void give(Constant constant) const;
  void give(const GraphValue& value) const;

  /// The array of an input that is an image, channels x height x width, as height x width x channels.
  ExpressionPtr image(std::size_t input) const;
  /// A feature vector; `places` says where in it each of ONNX's numbers is, and is empty where they are in order.
  ExpressionPtr vector(std::size_t input, std::vector<std::size_t>& places) const;

 private:
  GraphState& state_;
  const StoredNode& node_;
};

/// The array, in the shape of the view with these axes; empty where the numbers are in another order.
ExpressionPtr arranged(Layers& layers, const GraphValue& value, const std::vector<int>& axes);

/// A float as the decimal that was meant: 1e-5 rather than 9.99999974738e-06.
double decimal(float number);

/// What an operator does. Some set no output where they cannot.
using Operator = void (*)(const Call& call);

/// The operators on numbers that depend on the sample, by name.
const std::map<std::string, Operator, std::less<>>& kernel_operators();      ///< convolutions and dense layers
const std::map<std::string, Operator, std::less<>>& pool_operators();        ///< pooling, padding, resizing
const std::map<std::string, Operator, std::less<>>& norm_operators();        ///< normalisations and softmax
const std::map<std::string, Operator, std::less<>>& view_operators();        ///< those that move no number
const std::map<std::string, Operator, std::less<>>& arithmetic_operators();  ///< number by number

/// Gives what a branch of If gives, whose condition is known; `run_node` runs each of its nodes.
void run_branch(const Call& call, const std::function<void(const Call&)>& run_node);

/// Computes a node all of whose inputs are constants; false for an operator that is not known.
bool fold(const Call& call);

}  // namespace convoy::formats::onnx
