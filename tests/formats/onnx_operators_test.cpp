// Operators on numbers that depend on the sample: small graphs, and what ONNX says that they give.

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "convoy/convoy.h"
#include "formats/onnx.h"
#include "formats/onnx_writer.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/temporary_folder.h"

namespace convoy {
namespace {

using formats::onnx::Attributes;
using formats::onnx::Extents;
using formats::onnx::GraphWriter;
using Values = std::vector<double>;
using Names = std::vector<std::string>;

/// A graph that is built node by node, and run on one sample: image channels x height x width, or a vector.
class OnnxNodes {
 public:
  explicit OnnxNodes(const Extents& sample) : sample_(sample) {
    Extents dims = {-1};
    dims.insert(dims.end(), sample.begin(), sample.end());
    graph_.input("input", dims);
    if (sample.size() == 3) {  // an operator that says that the channels come first
      add("MaxPool", {"input"}, {{"kernel_shape", Extents{1, 1}}});
    } else {
      last_ = "input";
    }
    x = last_;
  }

  /// Adds a node; its output is the graph's until there is another.
  std::string add(const std::string& op, const Names& inputs, const Attributes& attributes = {}) {
    last_ = graph_.add(op, "node" + std::to_string(++count_), inputs, attributes);
    return last_;
  }
  std::string floats(const Extents& dims, const Values& numbers) {
    return graph_.floats("c" + std::to_string(++count_), dims, std::vector<float>(numbers.begin(), numbers.end()));
  }
  std::string number(double value) { return floats({}, {value}); }
  /// Numbers that differ, 0.25 1.25 2.25 ... but in no simple order.
  std::string mixed(const Extents& dims) {
    Values numbers;
    std::int64_t count = 1;
    for (const std::int64_t extent : dims) count *= extent;
    for (std::int64_t i = 0; i < count; ++i) numbers.push_back(mixed_at(static_cast<std::size_t>(i)));
    return floats(dims, numbers);
  }
  static double mixed_at(std::size_t i) { return 0.25 + static_cast<double>(i * 7 % 17); }
  std::string wholes(const Extents& numbers) { return graph_.integers("c" + std::to_string(++count_), numbers); }

  /// Number i of the sample, in ONNX's order.
  static double at(std::size_t i) { return 0.25 * static_cast<double>(i * 5 % 13) - 1.4; }
  double at(std::size_t channel, std::size_t row, std::size_t column) const {
    return at((channel * extent(1) + row) * extent(2) + column);
  }
  /// The sample, or what a function makes of each of its numbers.
  Values sample(const std::function<double(double)>& function = [](double value) { return value; }) const {
    Values all;
    std::size_t count = 1;
    for (std::size_t axis = 0; axis < sample_.size(); ++axis) count *= extent(axis);
    for (std::size_t i = 0; i < count; ++i) all.push_back(function(at(i)));
    return all;
  }

  /// What the network gives; an image as channels x height x width unless its channels come last in ONNX too.
  Values outputs(bool channels_last = false) {
    const test::TemporaryFolder folder;
    write(folder);
    Model model = Model::import_file(folder.path() / "m.onnx", {.threads = 1});
    const Values own = sample();
    std::vector<float> floats(own.begin(), own.end());
    if (sample_.size() == 3) {
      for (std::size_t i = 0; i < floats.size(); ++i) {
        const std::size_t pixels = extent(1) * extent(2);
        floats[i % pixels * extent(0) + i / pixels] = static_cast<float>(own[i]);
      }
    }
    const auto imported = formats::onnx::read(folder.path() / "m.onnx");
    const Scaling& scaling = imported.scaling;
    for (std::size_t i = 0; i < floats.size() && !scaling.multiply.empty(); ++i) {
      const std::size_t channel = i % scaling.multiply.size();
      floats[i] = floats[i] * scaling.multiply[channel] + scaling.add[channel];
      if (scaling.threshold) floats[i] = floats[i] > *scaling.threshold ? 1.0F : 0.0F;
    }
    const auto got = model.forward(Dataset::from_floats(model.input_shape(), std::move(floats), {0}), false);
    return in_order_of_onnx({got.begin(), got.end()}, model.output_shape_of(imported.layers.back().name), channels_last);
  }

  /// The layers of the network, but for the first one of an image.
  std::vector<LayerSpec> layers() {
    const test::TemporaryFolder folder;
    write(folder);
    std::vector<LayerSpec> all = formats::onnx::read(folder.path() / "m.onnx").layers;
    if (sample_.size() == 3) all.erase(all.begin());
    return all;
  }
  Names types() {
    Names all;
    for (const LayerSpec& layer : layers()) all.push_back(layer.type);
    return all;
  }
  /// What is said of the last node.
  std::string refusal() {
    const test::TemporaryFolder folder;
    write(folder);
    const std::string error =
        test::error_of(ErrorKind::data, [&] { formats::onnx::read(folder.path() / "m.onnx"); });
    const std::size_t said = error.find("): ");
    return said == std::string::npos ? error : error.substr(said + 3);
  }

  std::string x;           ///< the sample
  char operator_set = 0;   ///< another than the writer's

 private:
  std::size_t extent(std::size_t axis) const { return static_cast<std::size_t>(sample_[axis]); }

  void write(const test::TemporaryFolder& folder) const {
    GraphWriter whole = graph_;
    whole.output(last_, {-1});
    std::string bytes = whole.file("test", {});
    if (operator_set != 0) bytes += std::string("\x42\x02\x10") + operator_set;
    test::write(folder.path() / "m.onnx", bytes);
  }

  static Values in_order_of_onnx(const Values& got, const Shape& shape, bool channels_last) {
    if (shape.rank() != 3 || channels_last) return got;
    Values all(got.size());
    const auto channels = static_cast<std::size_t>(shape[2]);
    const std::size_t pixels = got.size() / channels;
    for (std::size_t i = 0; i < got.size(); ++i) all[i % channels * pixels + i / channels] = got[i];
    return all;
  }

  GraphWriter graph_;
  Extents sample_;
  std::string last_;
  int count_ = 0;
};

/// The numbers of an image channels x height x width.
Values image(const Extents& dims, const std::function<double(std::size_t, std::size_t, std::size_t)>& number) {
  Values all;
  for (std::size_t c = 0; c < static_cast<std::size_t>(dims[0]); ++c) {
    for (std::size_t y = 0; y < static_cast<std::size_t>(dims[1]); ++y) {
      for (std::size_t x = 0; x < static_cast<std::size_t>(dims[2]); ++x) all.push_back(number(c, y, x));
    }
  }
  return all;
}

void check_values(const Values& got, const Values& want) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    CAPTURE(i);
    CHECK(got[i] == doctest::Approx(want[i]).epsilon(1e-5));
  }
}

/// One operator on the sample.
Values given_by(const Extents& sample, const std::string& op, const Attributes& attributes = {}, char operator_set = 0) {
  OnnxNodes nodes(sample);
  nodes.operator_set = operator_set;
  nodes.add(op, {nodes.x}, attributes);
  return nodes.outputs();
}

bool says(const std::string& message, const std::string& what) {
  const bool found = message.find(what) != std::string::npos;
  if (!found) MESSAGE(message);
  return found;
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

const Extents small = {3, 2, 4};

}  // namespace

TEST_CASE("operators of ONNX on each number") {
  const OnnxNodes sample({13});
  check_values(given_by({13}, "Mish"), sample.sample([](double x) { return x * std::tanh(std::log(1 + std::exp(x))); }));
  check_values(given_by({13}, "Swish"), sample.sample([](double x) { return x * logistic(x); }));
  check_values(given_by({13}, "Elu", {{"alpha", 0.5F}}),
               sample.sample([](double x) { return x > 0 ? x : 0.5 * (std::exp(x) - 1); }));
  check_values(given_by({13}, "LeakyRelu"), sample.sample([](double x) { return x > 0 ? x : 0.01 * x; }));
  check_values(given_by({13}, "HardSigmoid", {{"alpha", 1 / 6.0F}}),
               sample.sample([](double x) { return std::fmin(1, std::fmax(0, x / 6 + 0.5)); }));
}

TEST_CASE("a constant of ONNX goes with the channels, with some axes or with each number") {
  const auto given = [](const std::string& op, const Extents& dims, bool first) {
    OnnxNodes nodes(small);
    const std::string constant = nodes.mixed(dims);
    nodes.add(op, first ? Names{constant, nodes.x} : Names{nodes.x, constant});
    return nodes.outputs();
  };
  const OnnxNodes x(small);
  const auto c = [](std::size_t i) { return OnnxNodes::mixed_at(i); };
  const auto want = [](const auto& number) { return image(small, number); };
  for (const Extents& dims : {Extents{3, 1, 1}, Extents{1, 3, 1, 1}}) {
    check_values(given("Add", dims, false), want([&](auto k, auto i, auto j) { return x.at(k, i, j) + c(k); }));
    check_values(given("Sub", dims, false), want([&](auto k, auto i, auto j) { return x.at(k, i, j) - c(k); }));
    check_values(given("Sub", dims, true), want([&](auto k, auto i, auto j) { return c(k) - x.at(k, i, j); }));
    check_values(given("Mul", dims, true), want([&](auto k, auto i, auto j) { return x.at(k, i, j) * c(k); }));
    check_values(given("Div", dims, false), want([&](auto k, auto i, auto j) { return x.at(k, i, j) / c(k); }));
  }
  for (const Extents& dims : {small, Extents{1, 3, 2, 4}}) {
    check_values(given("Add", dims, false),
                 want([&](auto k, auto i, auto j) { return x.at(k, i, j) + c((k * 2 + i) * 4 + j); }));
  }
  check_values(given("Mul", {4}, false), want([&](auto k, auto i, auto j) { return x.at(k, i, j) * c(j); }));
  check_values(given("Mul", {2, 1}, false), want([&](auto k, auto i, auto j) { return x.at(k, i, j) * c(i); }));
  check_values(given("Mul", {3, 1, 4}, false), want([&](auto k, auto i, auto j) { return x.at(k, i, j) * c(k * 4 + j); }));
  check_values(given("Add", {1, 1, 1, 1}, true), want([&](auto k, auto i, auto j) { return x.at(k, i, j) + c(0); }));
  const auto refusal = [](const Extents& dims) {
    OnnxNodes nodes(small);
    nodes.add("Add", {nodes.x, nodes.mixed(dims)});
    return nodes.refusal();
  };
  for (const Extents& dims : {Extents{2, 3, 1, 1}, Extents{2, 3, 2, 4}, Extents{5}, Extents{3, 2}, Extents{2}, Extents{0}}) {
    CHECK(says(refusal(dims), "expected a constant of one number, of one for each channel, or of one for each number"));
  }
  CHECK(says(refusal({1, 1, 3, 1, 1}), "the constant has more axes than the other"));
}

TEST_CASE("a constant of ONNX goes with the axes as a Reshape has divided them") {
  const OnnxNodes x({6});
  const auto given = [](const Extents& dims) {
    OnnxNodes nodes({6});
    nodes.add("Reshape", {nodes.x, nodes.wholes({-1, 2, 3})});
    const std::string product = nodes.add("Mul", {"node2", nodes.mixed(dims)});
    nodes.add("Flatten", {product});
    return nodes.outputs();
  };
  Values of_last;
  Values of_first;
  for (std::size_t i = 0; i < 6; ++i) {
    of_last.push_back(OnnxNodes::at(i) * OnnxNodes::mixed_at(i % 3));
    of_first.push_back(OnnxNodes::at(i) * OnnxNodes::mixed_at(i / 3));
  }
  check_values(given({3}), of_last);
  check_values(given({2, 1}), of_first);
}

TEST_CASE("features of a flattened image keep ONNX's order to constants, slopes and matrices") {
  const Extents dims = {2, 2, 2};
  const OnnxNodes x(dims);
  const auto given = [&](const std::string& op) {
    OnnxNodes nodes(dims);
    std::string at = nodes.add("Flatten", {nodes.x});
    at = nodes.add(op, {at, nodes.mixed({8})});
    nodes.add("MatMul", {at, nodes.mixed({8, 2})});
    return nodes.outputs();
  };
  const auto want = [&](const auto& number) {
    Values all(2, 0);
    for (std::size_t i = 0; i < 16; ++i) {
      all[i % 2] += number(OnnxNodes::at(i / 2), OnnxNodes::mixed_at(i / 2)) * OnnxNodes::mixed_at(i);
    }
    return all;
  };
  check_values(given("Mul"), want([](double a, double c) { return a * c; }));
  check_values(given("PRelu"), want([](double a, double c) { return a < 0 ? a * c : a; }));
}

TEST_CASE("an added number becomes a dense layer's bias") {
  OnnxNodes nodes({3});
  nodes.add("Add", {nodes.add("MatMul", {nodes.x, nodes.mixed({3, 2})}), nodes.number(2)});
  CHECK(nodes.types() == Names{"dense"});
  CHECK(nodes.layers()[0].settings.flag("use_bias"));
}

TEST_CASE("before operator set 7 a constant's axes begin at the axis that the node names") {
  const Extents dims = {3, 2, 3};
  const OnnxNodes x(dims);
  const auto given = [&](const Extents& constant, std::int64_t axis) {
    OnnxNodes nodes(dims);
    nodes.operator_set = 6;
    nodes.add("Mul", {nodes.x, nodes.mixed(constant)}, {{"axis", axis}, {"broadcast", std::int64_t{1}}});
    return nodes.outputs();
  };
  const auto c = [](std::size_t i) { return OnnxNodes::mixed_at(i); };
  check_values(given({3}, 1), image(dims, [&](auto k, auto i, auto j) { return x.at(k, i, j) * c(k); }));
  check_values(given({3}, 3), image(dims, [&](auto k, auto i, auto j) { return x.at(k, i, j) * c(j); }));
  check_values(given({3, 2}, 1), image(dims, [&](auto k, auto i, auto j) { return x.at(k, i, j) * c(k * 2 + i); }));
  for (const char set : {'\6', '\7'}) {
    OnnxNodes nodes(dims);
    nodes.operator_set = set;
    nodes.add("PRelu", {nodes.x, nodes.mixed({3})});
    if (set == '\7') {  // the last axis, of columns
      CHECK(says(nodes.refusal(), "expected one slope, one a channel, or one for each number"));
    } else {
      check_values(nodes.outputs(), image(dims, [&](auto k, auto i, auto j) {
                     return x.at(k, i, j) * (x.at(k, i, j) < 0 ? c(k) : 1);
                   }));
    }
  }
}

TEST_CASE("slopes of ONNX's PRelu are one, one a channel or one for each number") {
  const OnnxNodes x(small);
  const auto given = [&](const Extents& dims) {
    OnnxNodes nodes(small);
    nodes.add("PRelu", {nodes.x, nodes.mixed(dims)});
    return nodes.outputs();
  };
  const auto want = [&](const auto& slope) {
    return image(small, [&](std::size_t k, std::size_t i, std::size_t j) {
      return x.at(k, i, j) * (x.at(k, i, j) < 0 ? OnnxNodes::mixed_at(slope(k, i, j)) : 1);
    });
  };
  check_values(given({1}), want([](auto, auto, auto) { return 0; }));
  check_values(given({3, 1, 1}), want([](auto k, auto, auto) { return k; }));
  for (const Extents& dims : {small, Extents{1, 3, 2, 4}}) {
    check_values(given(dims), want([](auto k, auto i, auto j) { return (k * 2 + i) * 4 + j; }));
  }
  for (const Extents& dims : {Extents{1, 1, 3, 2, 4}, Extents{4}}) {
    OnnxNodes nodes(small);
    nodes.add("PRelu", {nodes.x, nodes.mixed(dims)});
    CHECK(says(nodes.refusal(), "expected one slope, one a channel, or one for each number"));
  }
}

TEST_CASE("two inputs of ONNX's arithmetic have one shape and one order") {
  const Extents cube = {2, 2, 2};
  {
    OnnxNodes nodes(cube);
    const std::string other = nodes.add("MaxPool", {nodes.x}, {{"kernel_shape", Extents{1, 1}}});
    nodes.add("Add", {nodes.x, nodes.add("Transpose", {other}, {{"perm", Extents{0, 2, 3, 1}}})});
    CHECK(says(nodes.refusal(), "expected two inputs of one shape"));
  }
  {
    OnnxNodes nodes(cube);
    const std::string other = nodes.add("MaxPool", {nodes.x}, {{"kernel_shape", Extents{1, 1}}});
    const Attributes last = {{"perm", Extents{0, 2, 3, 1}}};
    nodes.add("Sub", {nodes.add("Transpose", {nodes.x}, last), nodes.add("Transpose", {other}, last)});
    check_values(nodes.outputs(true), Values(8, 0));
  }
  {
    OnnxNodes nodes(cube);
    nodes.add("Add", {nodes.x, nodes.add("Flatten", {nodes.x})});
    CHECK(says(nodes.refusal(), "expected two inputs of one shape"));
  }
  {
    OnnxNodes nodes(small);
    nodes.add("Add", {nodes.x, nodes.add("MaxPool", {nodes.x}, {{"kernel_shape", Extents{2, 2}}})});
    CHECK(says(nodes.refusal(), "expected two inputs of one shape"));
  }
  {
    OnnxNodes nodes(small);
    nodes.add("Add", {nodes.x, nodes.add("GlobalAveragePool", {nodes.x})});
    CHECK(says(nodes.refusal(), "expected two inputs of one shape"));
  }
  {
    OnnxNodes nodes({6});
    nodes.add("Max", {nodes.add("Reshape", {nodes.x, nodes.wholes({-1, 2, 3})}),
                      nodes.add("Reshape", {nodes.x, nodes.wholes({-1, 3, 2})})});
    CHECK(says(nodes.refusal(), "expected inputs of one shape"));
  }
}

TEST_CASE("a product with one number a channel is a gate, whichever comes first") {
  const OnnxNodes x(small);
  Values mean(3, 0);
  for (std::size_t i = 0; i < 24; ++i) mean[i / 8] += OnnxNodes::at(i) / 8;
  const Values want = image(small, [&](auto k, auto i, auto j) { return x.at(k, i, j) * mean[k]; });
  for (const bool first : {false, true}) {
    OnnxNodes nodes(small);
    const std::string gate = nodes.add("GlobalAveragePool", {nodes.x});
    nodes.add("Mul", first ? Names{gate, nodes.x} : Names{nodes.x, gate});
    check_values(nodes.outputs(), want);
    CHECK(nodes.types() == Names{"global_avg_pool", "multiply"});
  }
  for (const Extents& kernel : {Extents{2, 1}, Extents{1, 4}}) {  // rows or columns, no gate
    for (const bool first : {false, true}) {
      OnnxNodes nodes(small);
      const std::string part = nodes.add("MaxPool", {nodes.x}, {{"kernel_shape", kernel}});
      nodes.add("Mul", first ? Names{part, nodes.x} : Names{nodes.x, part});
      CHECK(says(nodes.refusal(), "expected two inputs of one shape, or one number a channel for one of them"));
    }
  }
  {
    OnnxNodes nodes(small);  // one number for all channels
    const std::string one = nodes.add("Conv", {nodes.add("GlobalAveragePool", {nodes.x}), nodes.mixed({1, 3, 1, 1})});
    nodes.add("Mul", {nodes.x, one});
    CHECK(says(nodes.refusal(), "expected two inputs of one shape, or one number a channel for one of them"));
  }
}

TEST_CASE("a gate may be made of an image's pixels") {
  const Extents dims = {1, 2, 2};
  const OnnxNodes x(dims);
  for (const bool first : {false, true}) {
    OnnxNodes nodes(dims);
    const std::string gate = nodes.add("Reshape", {nodes.x, nodes.wholes({-1, 4, 1, 1})});
    const std::string four = nodes.add("Conv", {nodes.x, nodes.floats({4, 1, 1, 1}, {1, 2, 3, 4})});
    nodes.add("Mul", first ? Names{gate, four} : Names{four, gate});
    check_values(nodes.outputs(), image({4, 2, 2}, [&](auto k, auto i, auto j) {
                   return x.at(0, i, j) * static_cast<double>(k + 1) * OnnxNodes::at(k);
                 }));
  }
}

TEST_CASE("comparisons and choices of ONNX are the activation functions that they make") {
  const auto chosen = [](const Names& order) {  // of two: "x", "zero", "tenth"
    OnnxNodes nodes({13});
    const std::string pool = nodes.add("MatMul", {nodes.x, nodes.mixed({13, 4})});
    const std::string negative = nodes.add("Less", {pool, nodes.number(0)});
    const auto input = [&](const std::string& name) {
      if (name == "zero") return nodes.number(0);
      return name == "x" ? pool : nodes.add("Mul", {pool, nodes.number(0.1)});
    };
    const std::string a = input(order[0]);
    const std::string b = input(order[1]);
    nodes.add("Where", {negative, a, b});
    return nodes.types();
  };
  CHECK(chosen({"zero", "x"}) == Names{"dense", "relu"});
  CHECK(chosen({"tenth", "x"}) == Names{"dense", "leaky_relu"});
  CHECK(chosen({"x", "zero"}) != Names{"dense", "relu"});  // the smaller of x and 0
  const Extents cube = {2, 2, 2};
  OnnxNodes nodes(cube);
  const std::string turned = nodes.add("Transpose", {nodes.x}, {{"perm", Extents{0, 2, 3, 1}}});
  nodes.add("Where", {nodes.add("Less", {nodes.x, nodes.number(0)}), turned, nodes.x});
  CHECK(says(nodes.refusal(), "expected inputs of one shape"));
}

TEST_CASE("the larger and the smaller of a number and the input may be named in any order") {
  for (const bool first : {false, true}) {
    OnnxNodes nodes(small);
    const auto both = [&](const std::string& a, double b) { return first ? Names{nodes.number(b), a} : Names{a, nodes.number(b)}; };
    const std::string above = nodes.add("Max", both(nodes.x, -0.5));
    nodes.add("Min", both(above, 1));
    const OnnxNodes x(small);
    check_values(nodes.outputs(), x.sample([](double v) { return std::fmin(std::fmax(v, -0.5), 1); }));
  }
  OnnxNodes two(small);
  two.add("Min", {two.x, two.add("Relu", {two.x})});
  CHECK(says(two.refusal(), "convoy has no layer for this operator; it has maximum"));
  OnnxNodes several(small);
  several.add("Max", {several.x, several.floats({4}, {1, 2, 3, 4})});
  CHECK(says(several.refusal(), "expected a constant of one number"));
}

TEST_CASE("a convolution whose kernel does not fit its groups is refused") {
  const auto refusal = [](const Extents& kernel, std::int64_t groups) {
    OnnxNodes nodes({4, 2, 2});
    nodes.add("Conv", {nodes.x, nodes.mixed(kernel)}, {{"group", groups}});
    return nodes.refusal();
  };
  CHECK(says(refusal({4, 4, 1, 1}, 0), "has a kernel for 4 channels in each of 0 groups, and an input of 4 channels"));
  CHECK(says(refusal({3, 1, 1, 1}, 3), "has a kernel for 1 channels in each of 3 groups, and an input of 4 channels"));
  CHECK(says(refusal({3, 2, 1, 1}, 2), "has a kernel for 2 channels in each of 2 groups, and an input of 4 channels"));
  CHECK(says(refusal({4, 3, 1, 1}, 1), "has a kernel for 3 channels in each of 1 groups, and an input of 4 channels"));
  CHECK(says(refusal({4, 4, 1}, 1), "expected a kernel of four axes, for images, got 3"));
  OnnxNodes one({1, 2, 2});
  one.add("Conv", {one.x, one.mixed({3, 1, 1, 1})});
  CHECK(one.types() == Names{"conv2d"});
  OnnxNodes each({2, 2, 2});
  each.add("Conv", {each.x, each.mixed({4, 1, 1, 1})}, {{"group", std::int64_t{2}}});
  CHECK(each.types() == Names{"depthwise_conv2d"});
  CHECK(each.layers()[0].settings.integer("depth_multiplier") == 2);
}

TEST_CASE("a transposed convolution of ONNX is cut to its output_shape, or to the input times the stride") {
  const auto made = [](const Extents& kernel, const Attributes& attributes) {
    OnnxNodes nodes({1, 3, 3});
    nodes.add("ConvTranspose", {nodes.x, nodes.mixed({1, 2, kernel[0], kernel[1]})}, attributes);
    return nodes;
  };
  const Extents twice = {2, 2};
  const auto padding = [](OnnxNodes nodes) { return nodes.layers().at(0).settings.sides("padding"); };
  // (3 - 1) * 2 + (4 - 1) * 2 + 1 = 11 rows of which 6 are left, (3 - 1) * 2 + 2 + 1 = 7 columns
  const Extents kernel = {4, 2};
  CHECK(padding(made(kernel, {{"auto_pad", std::string("SAME_UPPER")}, {"strides", twice}, {"dilations", twice}})) ==
        Sides{2, 3, 0, 1});
  CHECK(padding(made(kernel, {{"auto_pad", std::string("SAME_LOWER")}, {"strides", twice}, {"dilations", twice}})) ==
        Sides{3, 2, 1, 0});
  CHECK(padding(made(kernel, {{"output_shape", Extents{6, 7}}, {"strides", twice}, {"dilations", twice}})) ==
        Sides{3, 2, 0, 0});
  CHECK(padding(made(kernel, {{"output_shape", Extents{1, 2, 6, 6}}, {"strides", twice}, {"dilations", twice}})) ==
        Sides{3, 2, 1, 0});
  OnnxNodes larger = made({1, 1}, {{"output_shape", Extents{6, 5}}, {"strides", twice}});
  CHECK(larger.outputs().size() == 2 * 6 * 5);
  CHECK(padding(larger) == Sides());
  const auto refusal = [&](const Attributes& attributes) { return made({1, 1}, attributes).refusal(); };
  CHECK(says(refusal({{"output_shape", Extents{7, 5}}, {"strides", twice}}), "no larger than the windows cover"));
  CHECK(says(refusal({{"output_shape", Extents{5}}}), "expected two numbers for height and width"));
  CHECK(says(refusal({{"output_padding", Extents{1}}}), "expected two numbers for height and width"));
  CHECK(says(refusal({{"group", std::int64_t{2}}}), "convoy's conv2d_transpose has no groups"));
}

TEST_CASE("a matrix of ONNX works on feature vectors and on the channels of images") {
  const OnnxNodes x(small);
  OnnxNodes nodes(small);
  nodes.add("MatMul", {nodes.add("Transpose", {nodes.x}, {{"perm", Extents{0, 2, 3, 1}}}), nodes.mixed({3, 2})});
  Values want;
  for (std::size_t pixel = 0; pixel < 8; ++pixel) {
    for (std::size_t unit = 0; unit < 2; ++unit) {
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) sum += OnnxNodes::at(k * 8 + pixel) * OnnxNodes::mixed_at(k * 2 + unit);
      want.push_back(sum);
    }
  }
  check_values(nodes.outputs(true), want);
  OnnxNodes rows({6});
  rows.add("MatMul", {rows.add("Reshape", {rows.x, rows.wholes({-1, 2, 3})}), rows.mixed({3, 2})});
  CHECK(says(rows.refusal(), "expected a feature vector, or the channels of images as last axis"));
  const auto refusal = [](const auto& matrix) {
    OnnxNodes bad({3});
    bad.add("MatMul", {bad.x, matrix(bad)});
    return bad.refusal();
  };
  const std::string expected = "expected a matrix of floating-point numbers as second input";
  CHECK(says(refusal([](OnnxNodes& bad) { return bad.mixed({1, 3, 2}); }), expected));
  CHECK(says(refusal([](OnnxNodes& bad) { return bad.mixed({3, 0}); }), expected));
  CHECK(says(refusal([](OnnxNodes& bad) { return bad.add("Reshape", {bad.wholes({1, 2, 3}), bad.wholes({3, 1})}); }), expected));
  CHECK(says(refusal([](OnnxNodes& bad) { return bad.mixed({2, 2}); }), "has a matrix for 2 features, and an input of 3"));
}

TEST_CASE("ONNX's Gemm has a bias of one number or one a unit, and factors") {
  const auto given = [](const Extents& bias) {
    OnnxNodes nodes({3});
    nodes.add("Gemm", {nodes.x, nodes.mixed({2, 3}), nodes.mixed(bias)},
              {{"transB", std::int64_t{1}}, {"alpha", 0.5F}, {"beta", 2.0F}});
    return nodes;
  };
  for (const Extents& bias : {Extents{}, Extents{1}, Extents{2}, Extents{1, 2}}) {
    Values want;
    for (std::size_t unit = 0; unit < 2; ++unit) {
      const bool one = bias.empty() || bias.back() == 1;
      want.push_back(2 * OnnxNodes::mixed_at(one ? 0 : unit));
      for (std::size_t k = 0; k < 3; ++k) want[unit] += 0.5 * OnnxNodes::at(k) * OnnxNodes::mixed_at(unit * 3 + k);
    }
    check_values(given(bias).outputs(), want);
  }
  for (const Extents& bias : {Extents{2, 1}, Extents{3}}) {
    CHECK(says(given(bias).refusal(), "expected one number as bias, or one for each of the 2 units"));
  }
}

}  // namespace convoy
