#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "convoy/settings.h"
#include "convoy/shape.h"
#include "formats/exchange.h"
#include "formats/onnx_function.h"
#include "formats/onnx_view.h"

/// The network that an import makes, layer by layer, with what is known of its numbers until then.
namespace convoy::formats::onnx {

using Tensors = std::map<std::string, std::vector<float>>;  ///< by their names within a layer: "kernel"

/// A layer of the network by name, or the network's input, with the shape of its output.
struct Output {
  std::string layer;
  Shape shape;
};

struct Expression;
using ExpressionPtr = std::shared_ptr<Expression>;

/// Numbers that depend on the sample: what a layer puts out, or what will become a layer when it is known in full.
struct Expression {
  enum class Kind {
    layer,     ///< there already
    function,  ///< of other expressions of the same shape, number by number
    pending,   ///< a layer with or without gamma and beta by channel, which later operators may change
    padded,    ///< with a border that only a max pooling can take
    repeated,  ///< images whose rows and columns are there several times
  };
  Kind kind = Kind::layer;
  Shape shape;
  std::string node;  ///< what messages and the layer are called by
  std::string op;
  std::optional<Output> output = {};  ///< once there is a layer

  std::vector<ExpressionPtr> inputs = {};
  std::function<double(const std::vector<double>&)> function = {};
  std::string combining = {};            ///< the layer type that does the same with layers: "add"
  std::optional<double> threshold = {};  ///< 1 where the input is above it, else 0

  LayerSpec spec = {};  ///< pending; the type is "" for an affine alone
  Tensors tensors = {};
  std::optional<std::vector<double>> gamma = {};
  std::optional<std::vector<double>> beta = {};

  Sides border = {};
  std::int64_t rows = 1;  ///< how often each is repeated
  std::int64_t columns = 1;
};

/// A place for what goes wrong: the node at work.
struct Place {
  std::string node;
  std::string op;
};

/// A layer without keys yet.
inline LayerSpec layer_of_type(std::string type) {
  LayerSpec spec;
  spec.type = std::move(type);
  return spec;
}

class Layers {
 public:
  /// `floats` is how many weights there may be: what the file's size justifies.
  Layers(const Shape& input, std::size_t floats);

  const ExpressionPtr& input() const { return input_; }

  /// Adds a layer. Throws std::runtime_error for what convoy cannot build.
  ExpressionPtr add(const Place& place, LayerSpec spec, const std::vector<ExpressionPtr>& inputs, Tensors tensors = {});
  /// A layer to be added when it is known whether gamma or beta (or a bias) follow.
  ExpressionPtr pending(const Place& place, LayerSpec spec, const ExpressionPtr& input, Tensors tensors = {});
  /// A function of expressions of one shape.
  ExpressionPtr function(const Place& place, std::vector<ExpressionPtr> inputs,
                         std::function<double(const std::vector<double>&)> function, std::string combining = {});
  /// gamma * x + beta by channel; changes a pending layer where `alone`, where nothing else takes x.
  ExpressionPtr scaled(const Place& place, const ExpressionPtr& x, const std::vector<double>& gamma,
                       const std::vector<double>& beta, bool alone);
  /// Images with each row and column repeated so often.
  ExpressionPtr repeated(const Place& place, const ExpressionPtr& images, std::int64_t rows, std::int64_t columns);
  /// The same numbers as an array of another shape: flatten or reshape.
  ExpressionPtr reshaped(const ExpressionPtr& x, const Shape& shape);
  /// A feature vector whose number i is x's number from[i], by weights in another order; null where what makes it has
  /// none.
  ExpressionPtr reordered(const ExpressionPtr& x, const std::vector<std::size_t>& from, int depth = 0);

  /// Makes a layer of an expression. Throws std::runtime_error for what convoy has no layer for.
  Output settle(const ExpressionPtr& expression);
  /// The same of the network's output: a scaling of the input with nothing behind it is a layer.
  Output settle_last(const ExpressionPtr& expression);

  /// Moves what was made, up to `last`, into the model.
  void give(ImportedModel& model, const Output& last);

 private:
  Output append(const Place& place, LayerSpec spec, const std::vector<Output>& inputs, Tensors tensors);
  std::string name_for(const std::string& node, const std::string& op, const std::string& type);
  void shorten(const ExpressionPtr& expression);
  Output settle_input();
  Output settle_function(const ExpressionPtr& expression);
  Output settle_recognised(const Place& place, const ExpressionPtr& part, const Recognised& known,
                           std::size_t channels);
  Output settle_above(const Place& place, const ExpressionPtr& x, double threshold);
  Output settle_last_operator(const Expression& expression);
  ExpressionPtr reordered_layer(const Output& output, const std::vector<std::size_t>& from, int depth);
  Output settle_pending(const Expression& expression);
  Output settle_affine(const Place& place, const Output& input, const std::vector<double>& gamma,
                       const std::vector<double>& beta);

  ExpressionPtr input_;
  std::vector<LayerSpec> layers_;
  std::map<std::string, Shape> shapes_;
  std::map<std::string, int> numbers_;  ///< how often a name was taken already
  std::map<std::string, std::vector<float>> tensors_;
  std::map<std::pair<const Expression*, std::string>, ExpressionPtr> reshaped_;
  std::vector<ExpressionPtr> kept_;  ///< so that no two in reshaped_ have one address
  std::size_t floats_left_;
  bool raw_input_used_ = false;
  std::optional<std::pair<std::vector<double>, std::vector<double>>> scaling_;
  std::optional<float> threshold_;
};

}  // namespace convoy::formats::onnx
