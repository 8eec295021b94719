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
using formats::onnx::AttributeValue;
using formats::onnx::Extents;
using formats::onnx::GraphWriter;
using Values = std::vector<double>;
using Names = std::vector<std::string>;

/// A graph that is built node by node, and run on one sample: image channels x height x width, or a vector.
class OnnxNodes {
 public:
  explicit OnnxNodes(const Extents& sample, std::int64_t batch = -1) : sample_(sample) {
    Extents dims = {batch};
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
  /// The same with a name of its own.
  std::string add_called(const std::string& name, const std::string& op, const Names& inputs,
                         const Attributes& attributes = {}) {
    last_ = graph_.add(op, name, inputs, attributes);
    return last_;
  }
  /// Adds a MaxPool that also gives the places of the largest numbers.
  void add_pool_with_places(const std::string& input, const std::string& output, const std::string& places) {
    std::string kernel = message(1, "kernel_shape");
    kernel += "\x40\x01\x40\x01";              // ints 1 1
    kernel += std::string("\xa0\x01\x07", 3);  // of the type that is so called
    more_ += message(7, message(1, message(1, input) + message(2, output) + message(2, places) + message(4, "MaxPool") +
                                       message(5, kernel)));
    last_ = output;
  }
  /// Adds a node behind such a one.
  void add_raw(const std::string& op, const Names& inputs, const std::string& output) {
    std::string node = message(2, output) + message(4, op);
    for (const std::string& input : inputs) node += message(1, input);
    more_ += message(7, message(1, node));
    last_ = output;
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
    return in_order_of_onnx({got.begin(), got.end()}, model.output_shape_of(imported.layers.back().name),
                            channels_last);
  }

  /// The layers of the network, but for the first one of an image.
  std::vector<LayerSpec> layers() {
    const test::TemporaryFolder folder;
    write(folder);
    std::vector<LayerSpec> all = formats::onnx::read(folder.path() / "m.onnx").layers;
    if (sample_.size() == 3) all.erase(all.begin());
    return all;
  }
  Scaling scaling() {
    const test::TemporaryFolder folder;
    write(folder);
    return formats::onnx::read(folder.path() / "m.onnx").scaling;
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
    const std::string error = test::error_of(ErrorKind::data, [&] { formats::onnx::read(folder.path() / "m.onnx"); });
    const std::size_t said = error.find("): ");
    return said == std::string::npos ? error : error.substr(said + 3);
  }

  std::string x;          ///< the sample
  char operator_set = 0;  ///< another than the writer's

 private:
  std::size_t extent(std::size_t axis) const { return static_cast<std::size_t>(sample_[axis]); }

  /// A field of a protocol buffer that is a message or a text, shorter than 128 bytes.
  static std::string message(int number, const std::string& content) {
    return std::string{static_cast<char>(number * 8 + 2), static_cast<char>(content.size())} + content;
  }

  void write(const test::TemporaryFolder& folder) const {
    GraphWriter whole = graph_;
    whole.output(last_, {-1});
    std::string bytes = whole.file("test", {});
    if (operator_set != 0) bytes += std::string("\x42\x02\x10") + operator_set;
    test::write(folder.path() / "m.onnx", bytes + more_);
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
  std::string more_;  ///< nodes as bytes
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
Values given_by(const Extents& sample, const std::string& op, const Attributes& attributes = {},
                char operator_set = 0) {
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
  check_values(given_by({13}, "Mish"),
               sample.sample([](double x) { return x * std::tanh(std::log(1 + std::exp(x))); }));
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
    OnnxNodes nodes(small);
    nodes.add("Mul", {nodes.x, nodes.mixed(dims)});
    CHECK(nodes.types() == Names{"affine"});
  }
  for (const Extents& dims : {small, Extents{1, 3, 2, 4}}) {
    check_values(given("Add", dims, false),
                 want([&](auto k, auto i, auto j) { return x.at(k, i, j) + c((k * 2 + i) * 4 + j); }));
  }
  check_values(given("Mul", {4}, false), want([&](auto k, auto i, auto j) { return x.at(k, i, j) * c(j); }));
  check_values(given("Mul", {2, 1}, false), want([&](auto k, auto i, auto j) { return x.at(k, i, j) * c(i); }));
  check_values(given("Mul", {3, 1, 4}, false),
               want([&](auto k, auto i, auto j) { return x.at(k, i, j) * c(k * 4 + j); }));
  check_values(given("Add", {1, 1, 1, 1}, true), want([&](auto k, auto i, auto j) { return x.at(k, i, j) + c(0); }));
  const auto refusal = [](const Extents& dims) {
    OnnxNodes nodes(small);
    nodes.add("Add", {nodes.x, nodes.mixed(dims)});
    return nodes.refusal();
  };
  for (const Extents& dims :
       {Extents{2, 3, 1, 1}, Extents{2, 3, 2, 4}, Extents{5}, Extents{3, 2}, Extents{2}, Extents{0}}) {
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
      check_values(nodes.outputs(),
                   image(dims, [&](auto k, auto i, auto j) { return x.at(k, i, j) * (x.at(k, i, j) < 0 ? c(k) : 1); }));
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
    OnnxNodes nodes(cube);  // in ONNX's order both
    const std::string sum =
        nodes.add("Add", {nodes.add("Flatten", {nodes.x}), nodes.add("Flatten", {nodes.add("Abs", {nodes.x})})});
    nodes.add("MatMul", {sum, nodes.mixed({8, 1})});
    double want = 0;
    for (std::size_t i = 0; i < 8; ++i) want += 2 * std::fmax(0, OnnxNodes::at(i)) * OnnxNodes::mixed_at(i);
    check_values(nodes.outputs(), {want});
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
    const auto both = [&](const std::string& a, double b) {
      return first ? Names{nodes.number(b), a} : Names{a, nodes.number(b)};
    };
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
  CHECK(says(refusal([](OnnxNodes& bad) {
               return bad.add("Reshape", {bad.wholes({1, 2, 3}), bad.wholes({3, 1})});
             }),
             expected));
  CHECK(says(refusal([](OnnxNodes& bad) {
               return bad.mixed({2, 2});
             }),
             "has a matrix for 2 features, and an input of 3"));
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

namespace {

const Attributes channels_to_end = {{"perm", Extents{0, 2, 3, 1}}};

/// The features behind a node, in ONNX's order, as a dense layer sees them that lets them through.
Values features_behind(OnnxNodes& nodes, const std::string& node, std::int64_t count) {
  Values unit;
  for (std::int64_t i = 0; i < count * count; ++i) unit.push_back(i % (count + 1) == 0 ? 1 : 0);
  const std::string flat = nodes.add("Reshape", {node, nodes.wholes({-1, count})});
  nodes.add("MatMul", {flat, nodes.floats({count, count}, unit)});
  return nodes.outputs();
}

std::string reshape_refusal(const Extents& sample, const Extents& shape, std::int64_t batch = -1) {
  OnnxNodes nodes(sample, batch);
  nodes.add("Reshape", {nodes.x, nodes.wholes(shape)});
  return nodes.refusal();
}

}  // namespace

TEST_CASE("ONNX's Reshape keeps the batch and the numbers") {
  const OnnxNodes x(small);
  const auto given = [](const Extents& shape, std::int64_t batch) {
    OnnxNodes nodes(small, batch);
    return features_behind(nodes, nodes.add("Reshape", {nodes.x, nodes.wholes(shape)}), 24);
  };
  for (const Extents& shape : {Extents{-1, 24}, Extents{0, -1}, Extents{1, 24}, Extents{0, 0, 8}, Extents{-1, 6, 4}}) {
    check_values(given(shape, -1), x.sample());
  }
  check_values(given({5, -1}, 5), x.sample());
  check_values(given({5, 24}, 5), x.sample());
  OnnxNodes last(small);
  last.add("Reshape", {last.x, last.wholes({0, 3, 2, 0})});
  check_values(last.outputs(), x.sample());
  CHECK(says(reshape_refusal(small, {2, 24}), "joins the batch axis with others"));
  CHECK(says(reshape_refusal(small, {4, 24}, 5), "joins the batch axis with others"));
  CHECK(says(reshape_refusal(small, {1, 12}), "joins the batch axis with others"));
  CHECK(says(reshape_refusal(small, {0, -1, -1}), "expected extents that make 24"));
  CHECK(says(reshape_refusal(small, {0, 5, -1}), "expected extents that make 24"));
  CHECK(says(reshape_refusal(small, {0, 3, 2, 4, 0}), "has an extent of 0"));
  CHECK(says(reshape_refusal(small, {-1, -2, 12}), "has an extent of -2"));
}

TEST_CASE("ONNX's Flatten, Squeeze and Unsqueeze change the axes behind the batch") {
  const OnnxNodes x(small);
  for (const std::int64_t axis : {1, -3}) {
    OnnxNodes nodes(small);
    check_values(features_behind(nodes, nodes.add("Flatten", {nodes.x}, {{"axis", axis}}), 24), x.sample());
  }
  OnnxNodes flat(small);
  flat.add("Flatten", {flat.x}, {{"axis", std::int64_t{2}}});
  CHECK(says(flat.refusal(), "expected axis 1"));
  Values mean(3, 0);
  for (std::size_t i = 0; i < 24; ++i) mean[i / 8] += OnnxNodes::at(i) / 8;
  for (const Extents& axes : {Extents{}, Extents{2, 3}, Extents{-1, -2}}) {
    OnnxNodes nodes(small);
    Names inputs = {nodes.add("GlobalAveragePool", {nodes.x})};
    if (!axes.empty()) inputs.push_back(nodes.wholes(axes));
    const std::string vector = nodes.add("Squeeze", inputs);
    nodes.add("MatMul", {vector, nodes.floats({3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1})});
    check_values(nodes.outputs(), mean);
  }
  for (const std::int64_t axis : {1, 2, 3}) {
    OnnxNodes nodes(small);
    nodes.add("Squeeze", {nodes.x, nodes.wholes({axis})});
    CHECK(says(nodes.refusal(),
               "an axis to be dropped has " + std::to_string(small[static_cast<std::size_t>(axis) - 1])));
  }
  OnnxNodes back(small);
  const std::string vector = back.add("Flatten", {back.add("GlobalAveragePool", {back.x})});
  back.add("Mul", {back.x, back.add("Unsqueeze", {vector, back.wholes({2, -1})})});
  check_values(back.outputs(), image(small, [&](auto k, auto i, auto j) { return x.at(k, i, j) * mean[k]; }));
}

TEST_CASE("ONNX's Transpose leaves the batch first") {
  const auto refusal = [](const Attributes& attributes) {
    OnnxNodes nodes(small);
    nodes.add("Transpose", {nodes.x}, attributes);
    return nodes.refusal();
  };
  const std::string expected = "expected an order of the axes that leaves the batch first";
  CHECK(says(refusal({}), expected));
  CHECK(says(refusal({{"perm", Extents{1, 0, 2, 3}}}), expected));
  CHECK(says(refusal({{"perm", Extents{0, 1, 2}}}), expected));
  CHECK(says(refusal({{"perm", Extents{0, 1, 1, 2}}}), "names an axis twice"));
}

TEST_CASE("a Cast between floating-point numbers changes nothing, one to whole numbers is refused") {
  const OnnxNodes x(small);
  for (const std::int64_t to : {1, 10, 11, 16, 7, 9}) {
    OnnxNodes nodes(small);
    nodes.add("Cast", {nodes.x}, {{"to", to}});
    if (to == 7 || to == 9) {
      CHECK(says(nodes.refusal(), "makes whole numbers of those that depend on the sample"));
    } else {
      check_values(nodes.outputs(), x.sample());
    }
  }
}

TEST_CASE("the rate of ONNX's Dropout is an input, an attribute in older files or a half") {
  OnnxNodes input({4});
  input.add("Dropout", {input.x, input.number(0.25)});
  CHECK(input.layers().at(0).settings.number("rate") == 0.25);
  OnnxNodes attribute({4});
  attribute.add("Dropout", {attribute.x}, {{"ratio", 0.125F}});
  CHECK(attribute.layers().at(0).settings.number("rate") == 0.125);
  OnnxNodes neither({4});
  neither.add("Dropout", {neither.x});
  CHECK(neither.layers().at(0).settings.number("rate") == 0.5);
}

TEST_CASE("a dense layer of pixels, which TensorFlow writes between two Reshapes, is one by channel") {
  OnnxNodes plain(small);
  plain.add("MatMul", {plain.add("Transpose", {plain.x}, channels_to_end), plain.mixed({3, 2})});
  const auto between = [](const Extents& before, const Extents& after, const Extents& matrix) {
    OnnxNodes nodes(small);
    const std::string last = nodes.add("Transpose", {nodes.x}, channels_to_end);
    const std::string pixels = nodes.add("Reshape", {last, nodes.wholes(before)});
    const std::string product = nodes.add("MatMul", {pixels, nodes.mixed(matrix)});
    nodes.add("Reshape", {product, nodes.wholes(after)});
    return nodes;
  };
  for (const std::int64_t pixels : {-1, 8}) {
    OnnxNodes nodes = between({pixels, 3}, {-1, 2, 4, 2}, {3, 2});
    check_values(nodes.outputs(true), plain.outputs(true));
    CHECK(nodes.types() == Names{"conv2d"});
  }
  CHECK(says(between({7, 3}, {-1, 2, 4, 2}, {3, 2}).refusal(), "joins the batch axis"));
  OnnxNodes rows({2, 2, 4});
  const std::string whole = rows.add("Transpose", {rows.x}, channels_to_end);
  rows.add("Reshape", {rows.add("MatMul", {rows.add("Reshape", {whole, rows.wholes({-1, 2, 8})}), rows.mixed({8, 2})}),
                       rows.wholes({-1, 4})});
  CHECK(says(rows.refusal(), "expected a feature vector, or the channels"));
  CHECK(between({-1, 24}, {-1, 2, 2, 1}, {24, 4}).types() == Names{"flatten", "dense", "reshape"});
  OnnxNodes twice(small);  // where another node takes the pixels too, they are no image's
  const std::string last = twice.add("Transpose", {twice.x}, channels_to_end);
  const std::string pixels = twice.add("Reshape", {last, twice.wholes({8, 3})});
  const std::string product = twice.add("MatMul", {pixels, twice.mixed({3, 3})});
  twice.add("Reshape", {twice.add("Add", {product, pixels}), twice.wholes({-1, 2, 4, 3})});
  CHECK(says(twice.refusal(), "joins the batch axis"));
  OnnxNodes loose(small);
  const std::string turned = loose.add("Transpose", {loose.x}, channels_to_end);
  loose.add("Relu", {loose.add("MatMul", {loose.add("Reshape", {turned, loose.wholes({8, 3})}), loose.mixed({3, 3})})});
  CHECK(says(loose.refusal(), "joins the batch axis"));
}

TEST_CASE("rows and columns that Expand or Tile repeats make a larger image") {
  const OnnxNodes x(small);
  const auto larger = [](std::int64_t rows, std::int64_t columns, bool tile) {
    OnnxNodes nodes(small);
    std::string at = nodes.add("Unsqueeze", {nodes.add("Relu", {nodes.x}), nodes.wholes({3})});
    at = tile ? nodes.add("Tile", {at, nodes.wholes({1, 1, 1, rows, 1})})
              : nodes.add("Expand", {at, nodes.wholes({1, 3, 2, rows, 4})});
    at = nodes.add("Reshape", {at, nodes.wholes({-1, 3, 2 * rows, 4})});
    at = nodes.add("Unsqueeze", {at, nodes.wholes({4})});
    at = tile ? nodes.add("Tile", {at, nodes.wholes({1, 1, 1, 1, columns})})
              : nodes.add("Expand", {at, nodes.wholes({columns})});
    nodes.add("Reshape", {at, nodes.wholes({-1, 3, 2 * rows, 4 * columns})});
    return nodes;
  };
  for (const bool tile : {false, true}) {
    OnnxNodes nodes = larger(2, 3, tile);
    check_values(nodes.outputs(),
                 image({3, 4, 12}, [&](auto k, auto i, auto j) { return std::fmax(0, x.at(k, i / 2, j / 3)); }));
    CHECK(nodes.types() == Names{"relu", "up_sampling2d"});
  }
  CHECK(larger(1, 256, true).types() == Names{"relu", "up_sampling2d"});
  CHECK(says(larger(1, 257, true).refusal(), "repeats more than one axis"));
  CHECK(says(larger(0, 2, true).refusal(), "repeats more than one axis"));
  OnnxNodes last(small);
  std::string at = last.add("Transpose", {last.x}, channels_to_end);
  at = last.add("Expand", {last.add("Unsqueeze", {at, last.wholes({2})}), last.wholes({1, 2, 2, 4, 3})});
  last.add("Transpose", {last.add("Reshape", {at, last.wholes({-1, 4, 4, 3})})}, {{"perm", Extents{0, 3, 1, 2}}});
  check_values(last.outputs(), image({3, 4, 4}, [&](auto k, auto i, auto j) { return x.at(k, i / 2, j); }));
  const auto expanded = [](const Extents& sample, const Extents& new_axes, const Extents& shape) {
    OnnxNodes nodes(sample);
    std::string from = nodes.x;
    if (!new_axes.empty()) from = nodes.add("Unsqueeze", {from, nodes.wholes(new_axes)});
    nodes.add("Expand", {from, nodes.wholes(shape)});
    return nodes;
  };
  for (const Extents& axis : {Extents{1}, Extents{2}}) {  // all channels, or each
    CHECK(says(expanded(small, axis, axis[0] == 1 ? Extents{1, 2, 3, 2, 4} : Extents{1, 3, 2, 2, 4}).refusal(),
               "convoy repeats the rows and columns of images only"));
  }
  CHECK(says(expanded({6}, {2}, {1, 6, 2}).refusal(), "convoy repeats the rows and columns of images only"));
  CHECK(says(expanded(small, {3, 5}, {1, 3, 2, 2, 4, 2}).refusal(), "repeats more than one axis"));
  CHECK(says(expanded(small, {}, {1, 3, 4, 4}).refusal(), "repeats more than one axis"));
  CHECK(says(expanded(small, {}, {1, 1, 3, 2, 4}).refusal(), "makes more axes"));
  CHECK(expanded(small, {}, {1, 3, 2, 4}).outputs() ==
        x.sample([](double v) { return double{static_cast<float>(v)}; }));
  OnnxNodes tiled(small);
  tiled.add("Tile", {tiled.x, tiled.wholes({1, 1, 2, 1})});
  CHECK(says(tiled.refusal(), "convoy repeats each row and column, not all of them"));
  OnnxNodes batches(small);
  batches.add("Tile", {batches.x, batches.wholes({2, 1, 1, 1})});
  CHECK(says(batches.refusal(), "expected a number for each axis, and 1 for the batch"));
}

TEST_CASE("the Shape of numbers that depend on the sample is a constant") {
  const Extents dims = {3, 4, 2};
  const OnnxNodes x(dims);
  const auto added = [&](const Attributes& attributes) {
    OnnxNodes nodes(dims);
    nodes.add("Add",
              {nodes.x, nodes.add("Cast", {nodes.add("Shape", {nodes.x}, attributes)}, {{"to", std::int64_t{1}}})});
    return nodes.outputs();
  };
  check_values(added({{"start", std::int64_t{2}}}),
               image(dims, [&](auto k, auto i, auto j) { return x.at(k, i, j) + (j == 0 ? 4 : 2); }));
  check_values(added({{"start", std::int64_t{-3}}, {"end", std::int64_t{3}}}),
               image(dims, [&](auto k, auto i, auto j) { return x.at(k, i, j) + (j == 0 ? 3 : 4); }));
}

TEST_CASE("ONNX's Concat joins the channels, wherever they are") {
  const OnnxNodes x(small);
  const auto both = [&](std::size_t k, std::size_t i, std::size_t j) {
    return k < 3 ? x.at(k, i, j) : std::fmax(0, x.at(k - 3, i, j));
  };
  OnnxNodes first(small);
  first.add("Concat", {first.x, first.add("Relu", {first.x})}, {{"axis", std::int64_t{1}}});
  check_values(first.outputs(), image({6, 2, 4}, both));
  OnnxNodes last(small);
  const std::string turned = last.add("Transpose", {last.x}, channels_to_end);
  const std::string joined = last.add("Concat", {turned, last.add("Relu", {turned})}, {{"axis", std::int64_t{-1}}});
  last.add("Transpose", {joined}, {{"perm", Extents{0, 3, 1, 2}}});
  check_values(last.outputs(), image({6, 2, 4}, both));
  OnnxNodes volumes({2, 2, 2, 3});
  volumes.add("Concat", {volumes.x, volumes.add("Relu", {volumes.x})}, {{"axis", std::int64_t{4}}});
  const Values got = volumes.outputs();
  REQUIRE(got.size() == 48);
  for (std::size_t i = 0; i < 48; ++i) {
    const double own = OnnxNodes::at(i / 6 * 3 + i % 3);
    CHECK(got[i] == doctest::Approx(i % 6 < 3 ? own : std::fmax(0, own)));
  }
  OnnxNodes rows(small);
  rows.add("Concat", {rows.x, rows.x}, {{"axis", std::int64_t{2}}});
  CHECK(says(rows.refusal(), "convoy's concat is over the channels; input number 1"));
  OnnxNodes other(small);
  other.add("Concat", {other.x, other.add("Flatten", {other.x})}, {{"axis", std::int64_t{1}}});
  CHECK(says(other.refusal(), "convoy's concat is over the channels; input number 2"));
}

namespace {

Sides pool_padding(const Attributes& attributes, const std::string& op = "AveragePool") {
  OnnxNodes nodes(small);
  Attributes all = {{"kernel_shape", Extents{2, 4}}};
  all.insert(all.end(), attributes.begin(), attributes.end());
  nodes.add(op, {nodes.x}, all);
  return nodes.layers().at(0).settings.sides("padding");
}

}  // namespace

TEST_CASE("the border of ONNX's poolings is convoy's, counted or not") {
  const AttributeValue counted = std::int64_t{1};
  for (const bool upper : {true, false}) {  // one row and three columns, the odd one at the end or at the beginning
    const std::string pad = upper ? "SAME_UPPER" : "SAME_LOWER";
    CHECK(pool_padding({{"auto_pad", pad}, {"count_include_pad", counted}}) ==
          (upper ? Sides{0, 1, 1, 2} : Sides{1, 0, 2, 1}));
  }
  CHECK(pool_padding({{"pads", Extents{1, 2, 0, 1}}, {"count_include_pad", counted}}) == Sides{1, 0, 2, 1});
  OnnxNodes nodes(small);
  nodes.add("AveragePool", {nodes.x}, {{"kernel_shape", Extents{1, 3}}, {"auto_pad", std::string("SAME_UPPER")}});
  CHECK(nodes.layers().at(0).settings.text("padding") == "same");
  OnnxNodes dilated(small);
  dilated.add("MaxPool", {dilated.x}, {{"kernel_shape", Extents{1, 2}}, {"dilations", Extents{1, 2}}});
  CHECK(says(dilated.refusal(), "convoy's pooling has no dilation"));
}

TEST_CASE("the places of the largest numbers are refused where a node takes them") {
  OnnxNodes unused(small);
  unused.add_pool_with_places(unused.x, "largest", "places");
  CHECK(unused.types() == Names{"max_pool2d"});
  OnnxNodes used(small);
  used.add_pool_with_places(used.x, "largest", "places");
  used.add_raw("Mul", {"largest", "places"}, "product");
  CHECK(says(used.refusal(), "convoy's pooling does not tell the indices"));
}

TEST_CASE("a border of the least numbers, or of those at the edge, becomes a part of the pooling behind it") {
  const Extents dims = {1, 4, 4};
  const auto with = [&](const Attributes& mode, const Extents& pads, const Attributes& pool) {
    OnnxNodes nodes(dims);
    const std::string least = nodes.number(-1e39);
    const std::string wide = nodes.add("Pad", {nodes.x, nodes.wholes(pads), least}, mode);
    Attributes all = {{"kernel_shape", Extents{3, 3}}};
    all.insert(all.end(), pool.begin(), pool.end());
    nodes.add("MaxPool", {wide}, all);
    return nodes;
  };
  CHECK(with({}, {0, 0, 1, 0, 0, 0, 2, 1}, {{"pads", Extents{1, 2, 0, 0}}}).layers().at(0).settings.sides("padding") ==
        Sides{2, 2, 2, 1});
  CHECK(with({{"mode", std::string("edge")}}, {0, 0, 1, 2, 0, 0, 0, 1}, {}).layers().at(0).settings.sides("padding") ==
        Sides{1, 0, 2, 1});
  CHECK(says(with({}, {0, 0, 1, 1, 0, 0, 1, 1}, {{"auto_pad", std::string("SAME_UPPER")}}).refusal(),
             "convoy has no layer for this padding in front of a pooling"));
  OnnxNodes nodes({3, 2, 4});  // its extents are the larger ones
  const std::string wide = nodes.add("Pad", {nodes.x, nodes.wholes({0, 0, 1, 2, 0, 0, 4, 8}), nodes.number(-1e39)});
  nodes.add("Add", {nodes.x, nodes.add("Cast", {nodes.add("Shape", {wide})}, {{"to", std::int64_t{1}}})});
  const Values extents = {1, 3, 7, 14};
  const OnnxNodes x(small);
  check_values(nodes.outputs(), image(small, [&](auto k, auto i, auto j) { return x.at(k, i, j) + extents[j]; }));
}

TEST_CASE("ONNX's Pad is a border of a number, or crops") {
  const OnnxNodes x(small);
  const auto padded = [](const Extents& pads, const Extents& axes = {}) {
    OnnxNodes nodes(small);
    Names inputs = {nodes.x, nodes.wholes(pads), nodes.number(0.5)};
    if (!axes.empty()) inputs.push_back(nodes.wholes(axes));
    nodes.add("Pad", inputs);
    return nodes;
  };
  const auto want = image({3, 3, 7}, [&](std::size_t k, std::size_t i, std::size_t j) {
    return i < 1 || j < 2 || j > 5 ? 0.5 : x.at(k, i - 1, j - 2);
  });
  check_values(padded({0, 0, 1, 2, 0, 0, 0, 1}).outputs(), want);
  check_values(padded({2, 1, 1, 0}, {3, -2}).outputs(), want);
  check_values(padded({0, 0, 0, -1, 0, 0, -1, -2}).outputs(),
               image({3, 1, 1}, [&](auto k, auto i, auto j) { return x.at(k, i, j + 1); }));
  check_values(padded({0, 0, 0, 0, 0, 0, 0, 0}).outputs(), x.sample());
  CHECK(says(padded({0, 0, -1, 0, 0, 0, 0, 1}).refusal(), "expected pads of one sign"));
  for (const Extents& pads : {Extents{0, 1, 0, 0, 0, 0, 0, 0}, Extents{0, 0, 0, 0, 0, 1, 0, 0}}) {
    CHECK(says(padded(pads).refusal(), "expected a border of height and width, got one of channels"));
  }
  for (const Extents& pads : {Extents{1, 0, 0, 0, 0, 0, 0, 0}, Extents{0, 0, 0, 0, 1, 0, 0, 0}}) {
    CHECK(says(padded(pads).refusal(), "works on the batch axis"));
  }
  for (const std::size_t side : {2U, 3U, 6U, 7U}) {
    Extents pads(8, 0);
    pads[side] = (1 << 20) + 1;
    CHECK(says(padded(pads).refusal(), "the border is too large"));
  }
  CHECK(says(padded({0, 0, 1}).refusal(), "expected two numbers of pads for each axis"));
}

TEST_CASE("ONNX's Slice crops rows and columns") {
  const OnnxNodes x(small);
  const auto sliced = [](const std::vector<Extents>& lists) {
    OnnxNodes nodes(small);
    Names inputs = {nodes.x};
    for (const Extents& list : lists) inputs.push_back(nodes.wholes(list));
    nodes.add("Slice", inputs);
    return nodes;
  };
  const Values want = image({3, 1, 2}, [&](auto k, auto i, auto j) { return x.at(k, i + 1, j + 1); });
  check_values(sliced({{0, 0, 1, 1}, {99, 99, 99, -1}}).outputs(), want);
  check_values(sliced({{1, -1}, {3, 2}, {-1, 2}}).outputs(), want);
  check_values(sliced({{1, 1}, {-1, 99}, {3, 2}, {1, 1}}).outputs(), want);
  check_values(sliced({{0}, {4}, {3}}).outputs(), x.sample());
  const std::string expected = "expected as many starts as ends, axes and steps";
  CHECK(says(sliced({{0}, {1, 1}, {3}, {1}}).refusal(), expected));
  CHECK(says(sliced({{0}, {1}, {2, 3}, {1}}).refusal(), expected));
  CHECK(says(sliced({{0}, {1}, {3}, {1, 1}}).refusal(), expected));
  CHECK(says(sliced({{0}, {4}, {3}, {2}}).refusal(), "expected steps of 1"));
  CHECK(says(sliced({{1}, {4}, {0}}).refusal(), "takes some of the batch's samples"));
  CHECK(says(sliced({{0}, {0}, {0}}).refusal(), "takes some of the batch's samples"));
  CHECK(says(sliced({{1}, {3}, {1}}).refusal(), "got one of channels"));
}

TEST_CASE("ONNX's Resize makes images larger, by scales or to sizes") {
  const OnnxNodes x(small);
  const auto resized = [](const Names& inputs, const Attributes& attributes, char operator_set, OnnxNodes& nodes) {
    nodes.operator_set = operator_set;
    nodes.add(operator_set != 0 && operator_set < 10 ? "Upsample" : "Resize", inputs, attributes);
    return nodes;
  };
  const auto by_scales = [&](const Extents& dims, const Values& scales, const Attributes& attributes = {}) {
    OnnxNodes nodes(small);
    return resized({nodes.x, "", nodes.floats(dims, scales)}, attributes, 0, nodes);
  };
  const Values want = image({3, 4, 12}, [&](auto k, auto i, auto j) { return x.at(k, i / 2, j / 3); });
  check_values(by_scales({4}, {1, 1, 2, 3}).outputs(), want);
  check_values(by_scales({2}, {2, 3}).outputs(), want);
  check_values(by_scales({2}, {3, 2}, {{"axes", Extents{3, 2}}}).outputs(), want);
  {
    OnnxNodes nodes(small);
    check_values(resized({nodes.x, "", "", nodes.wholes({1, 3, 4, 12})}, {}, 0, nodes).outputs(), want);
  }
  {
    OnnxNodes nodes(small);  // sizes that are empty say nothing
    const std::string none = nodes.wholes({});
    check_values(resized({nodes.x, "", nodes.floats({4}, {1, 1, 2, 3}), none}, {}, 0, nodes).outputs(), want);
  }
  for (const char set : {'\x9', '\xa'}) {
    OnnxNodes nodes(small);
    check_values(resized({nodes.x, nodes.floats({4}, {1, 1, 2, 3})}, {}, set, nodes).outputs(), want);
  }
  {
    OnnxNodes nodes(small);
    const std::string region = nodes.floats({8}, Values(8, 0));
    check_values(resized({nodes.x, region, nodes.floats({4}, {1, 1, 2, 3})}, {}, '\xb', nodes).outputs(), want);
  }
  CHECK(by_scales({2}, {256, 1}).types() == Names{"up_sampling2d"});
  for (const double factor : {257.0, 0.5, 1.5, 0.0, -1.0}) {
    CHECK(says(by_scales({2}, {1, factor}).refusal(), "convoy makes images a whole number of times larger, got"));
  }
  CHECK(says(by_scales({4}, {1, 2, 1, 1}).refusal(), "makes the channels more"));
  CHECK(says(by_scales({3}, {1, 1, 1}).refusal(), "expected a factor for each axis"));
  const auto mode = [](const std::string& places, const std::string& rounding) {
    return Attributes{{"coordinate_transformation_mode", places}, {"nearest_mode", rounding}};
  };
  for (const auto& even : {mode("asymmetric", "floor"), mode("half_pixel", "round_prefer_ceil")}) {
    check_values(by_scales({2}, {2, 3}, even).outputs(), want);
  }
  for (const auto& uneven :
       {mode("asymmetric", "round_prefer_floor"), mode("asymmetric", "ceil"), mode("half_pixel", "floor"),
        mode("half_pixel", "ceil"), mode("asymmetric", "round_prefer_ceil")}) {
    for (const Values& scales : {Values{5, 1}, Values{1, 2}, Values{3, 1}}) {
      const std::string refusal = by_scales({2}, scales, uneven).refusal();
      const bool two = scales[1] == 2 && refusal == "no error";  // asymmetric and round_prefer_floor: 0.5 is 0
      CHECK((two || says(refusal, "convoy repeats pixels evenly")));
    }
  }
  CHECK(says(by_scales({2}, {2, 2}, mode("align_corners", "floor")).refusal(),
             "got coordinate_transformation_mode align"));
  OnnxNodes linear(small);
  CHECK(by_scales({2}, {2, 2}, {{"mode", std::string("linear")}}).layers().at(0).settings.text("interpolation") ==
        "bilinear");
  CHECK(says(by_scales({2}, {2, 2}, {{"mode", std::string("cubic")}}).refusal(), "got cubic with half_pixel"));
}

namespace {

/// Products of the sample, or of what was made of it, with a matrix of 3 x 2.
Values product(const Values& x) {
  Values all(2, 0);
  for (std::size_t i = 0; i < 6; ++i) all[i % 2] += x[i / 2] * OnnxNodes::mixed_at(i);
  return all;
}

Values joined(Values a, const Values& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("layers are called as the exporter's modules are") {
  OnnxNodes nodes(small);
  const auto conv = [&](const std::string& name, const std::string& from) {
    return nodes.add_called(name, "Conv", {from, nodes.mixed({3, 3, 1, 1})});
  };
  const std::string one = conv("Conv", nodes.x);
  const std::string two = conv("/features/proj", one);
  const std::string three = conv("/features/features.0/Conv", two);
  const std::string four = conv(std::string(70, 'a'), three);
  conv("/", four);
  Names names;
  for (const LayerSpec& layer : nodes.layers()) names.push_back(layer.name);
  CHECK(names == Names{"Conv", "features_proj", "features_0", std::string(60, 'a'), "conv2d"});
}

TEST_CASE("what happens to the input of ONNX first is one scaling, whatever operators make it") {
  const Values mean = {1, 2, 3};
  const Values deviation = {2, 4, 8};
  OnnxNodes nodes({3});
  const std::string part = nodes.add("Div", {nodes.x, nodes.number(5)});
  const std::string centred = nodes.add("Sub", {part, nodes.floats({3}, mean)});
  const std::string scaled = nodes.add("Div", {centred, nodes.floats({3}, deviation)});
  nodes.add("MatMul", {scaled, nodes.mixed({3, 2})});
  CHECK(nodes.types() == Names{"dense"});
  CHECK(nodes.layers()[0].inputs.empty());
  Values want;
  for (std::size_t i = 0; i < 3; ++i) want.push_back((OnnxNodes::at(i) / 5 - mean[i]) / deviation[i]);
  check_values(nodes.outputs(), product(want));
  OnnxNodes none({3});
  none.add("MatMul", {none.x, none.mixed({3, 2})});
  CHECK(none.scaling() == Scaling());
}

TEST_CASE("arithmetic by channel behind other layers is one affine layer, or a part of the norm") {
  OnnxNodes nodes({3});
  std::string at = nodes.add("Softmax", {nodes.x});
  at = nodes.add("Sub", {nodes.add("Mul", {at, nodes.number(2)}), nodes.floats({3}, {1, 2, 3})});
  nodes.add("Mul", {at, nodes.floats({3}, {3, 4, 5})});
  CHECK(nodes.types() == Names{"softmax", "affine"});
  Values want;
  const Values x = nodes.sample([](double v) { return std::exp(v); });
  for (std::size_t i = 0; i < 3; ++i) {
    const auto number = static_cast<double>(i + 1);
    want.push_back((2 * x[i] / (x[0] + x[1] + x[2]) - number) * (number + 2));
  }
  check_values(nodes.outputs(), want);
  const auto norm = [](const Values& bias, const std::string& op, const Values& by) {
    OnnxNodes image(small);
    const std::string made =
        image.add("InstanceNormalization", {image.x, image.floats({3}, {1, 1, 1}), image.floats({3}, bias)});
    if (!op.empty()) image.add(op, {made, image.floats({3, 1, 1}, by)});
    return image;
  };
  const Values plain = norm({0, 0, 0}, "", {}).outputs();
  const auto changed = [&](const Values& gamma, const Values& beta) {
    Values all = plain;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = all[i] * gamma[i / 8] + beta[i / 8];
    return all;
  };
  OnnxNodes added = norm({0, 0, 0}, "Add", {1, 2, 3});
  check_values(added.outputs(), changed({1, 1, 1}, {1, 2, 3}));
  CHECK(added.types() == Names{"instance_norm"});
  CHECK(!added.layers()[0].settings.flag("scale"));
  OnnxNodes times = norm({0, 0, 0}, "Mul", {1, 2, 3});
  check_values(times.outputs(), changed({1, 2, 3}, {0, 0, 0}));
  CHECK(!times.layers()[0].settings.flag("center"));
  check_values(norm({4, 5, 6}, "Mul", {1, 2, 3}).outputs(), changed({1, 2, 3}, {4, 10, 18}));
  check_values(norm({4, 5, 6}, "Add", {1, 2, 3}).outputs(), changed({1, 1, 1}, {5, 7, 9}));
  OnnxNodes shared = norm({0, 0, 0}, "", {});  // what two nodes take is one layer
  const std::string half = shared.add("Sigmoid", {shared.add("Mul", {"node4", shared.number(2)})});
  shared.add("Concat", {half, shared.add("Relu", {"node4"})}, {{"axis", std::int64_t{1}}});
  CHECK(shared.types() == Names{"instance_norm", "affine", "sigmoid", "relu", "concat"});
}

TEST_CASE("the input may be taken scaled, scaled otherwise and as it is") {
  const auto both = [](const std::function<Names(OnnxNodes&)>& parts) {
    OnnxNodes nodes({3});
    const Names inputs = parts(nodes);
    const std::string a = nodes.add("MatMul", {inputs[0], nodes.mixed({3, 2})});
    nodes.add("Concat", {a, nodes.add("MatMul", {inputs[1], nodes.mixed({3, 2})})}, {{"axis", std::int64_t{1}}});
    return nodes;
  };
  const auto scaled = [](OnnxNodes& nodes, const Values& by) {
    return nodes.add("Mul", {nodes.x, nodes.floats({3}, by)});
  };
  const Values x = OnnxNodes({3}).sample();
  const Values double_x = {2 * x[0], 4 * x[1], 8 * x[2]};
  const Values other_x = {3 * x[0], 4 * x[1], 5 * x[2]};
  const Values by = {2, 4, 8};
  check_values(both([&](OnnxNodes& n) {
                 return Names{scaled(n, by), n.x};
               }).outputs(),
               joined(product(double_x), product(x)));
  check_values(both([&](OnnxNodes& n) {
                 return Names{n.x, scaled(n, by)};
               }).outputs(),
               joined(product(x), product(double_x)));
  check_values(both([&](OnnxNodes& n) {
                 return Names{scaled(n, by), scaled(n, {3, 4, 5})};
               }).outputs(),
               joined(product(double_x), product(other_x)));
  OnnxNodes twice = both([&](OnnxNodes& n) { return Names{scaled(n, by), scaled(n, by)}; });
  CHECK(twice.types() == Names{"dense", "dense", "concat"});
  const Values shifted = {double_x[0] + 1, double_x[1] + 2, double_x[2] + 3};
  const auto shift = [&](OnnxNodes& n) { return n.add("Add", {scaled(n, by), n.floats({3}, {1, 2, 3})}); };
  check_values(both([&](OnnxNodes& n) {
                 return Names{scaled(n, by), shift(n)};
               }).outputs(),
               joined(product(double_x), product(shifted)));
  check_values(both([&](OnnxNodes& n) {
                 return Names{shift(n), n.x};
               }).outputs(),
               joined(product(shifted), product(x)));
  CHECK(says(both([&](OnnxNodes& n) {
               return Names{scaled(n, {2, 0, 1}), n.x};
             }).refusal(),
             "scaled by 0 at one place"));
}

TEST_CASE("a comparison with a number is a threshold of the network's input alone") {
  const auto above = [](OnnxNodes& nodes, const std::string& x) {
    return nodes.add("Cast", {nodes.add("Greater", {x, nodes.number(-0.2)})}, {{"to", std::int64_t{1}}});
  };
  const auto dense = [](OnnxNodes& nodes, const std::string& x) {
    return nodes.add("MatMul", {x, nodes.mixed({3, 2})});
  };
  OnnxNodes plain({3});
  dense(plain, above(plain, plain.x));
  check_values(plain.outputs(), product(plain.sample([](double x) { return x > -0.2 ? 1.0 : 0.0; })));
  OnnxNodes scaled({3});
  dense(scaled, above(scaled, scaled.add("Mul", {scaled.x, scaled.floats({3}, {0.5, -1, 2})})));
  const double by[] = {0.5, -1, 2};
  Values want;
  for (std::size_t i = 0; i < 3; ++i) want.push_back(OnnxNodes::at(i) * by[i] > -0.2 ? 1 : 0);
  check_values(scaled.outputs(), product(want));
  OnnxNodes late({3});
  above(late, dense(late, late.x));
  CHECK(says(late.refusal(), "convoy compares with a number at the network's input only"));
  for (const bool first : {true, false}) {
    OnnxNodes both({3});
    const std::string a = dense(both, first ? above(both, both.x) : both.add("Softmax", {both.x}));
    const std::string b = dense(both, first ? both.x : above(both, both.x));
    both.add("Concat", {a, b}, {{"axis", std::int64_t{1}}});
    CHECK(says(both.refusal(), first ? "the input is compared with a number at one place, and taken at another"
                                     : "convoy compares with a number at the network's input only"));
  }
}

TEST_CASE("functions of two inputs that convoy has no layer for are refused") {
  const auto refusal = [](const std::string& op) {
    OnnxNodes nodes({3});
    const std::string a = nodes.add("MatMul", {nodes.x, nodes.mixed({3, 2})});
    const std::string b = nodes.add("MatMul", {nodes.x, nodes.mixed({3, 2})});
    const std::string negative = op == "Where" ? nodes.add("Less", {a, nodes.number(0)}) : "";
    nodes.add(op, op == "Where" ? Names{negative, a, b} : Names{a, b});
    return nodes.refusal();
  };
  CHECK(says(refusal("Div"), "convoy has no layer for this operator here"));
  CHECK(says(refusal("Where"), "convoy has no layer for this operator here"));
}

TEST_CASE("a long chain of functions becomes its layers") {
  OnnxNodes nodes({13});
  std::string at = nodes.x;
  Names want;
  Values numbers = nodes.sample();
  for (int i = 0; i < 30; ++i) {
    at = nodes.add("Tanh", {at});
    at = nodes.add("LeakyRelu", {at}, {{"alpha", 0.5F}});
    want.insert(want.end(), {"tanh", "leaky_relu"});
    for (double& x : numbers) x = std::tanh(x) * (std::tanh(x) > 0 ? 1 : 0.5);
  }
  CHECK(nodes.types() == want);
  check_values(nodes.outputs(), numbers);
}

TEST_CASE("a dense layer that makes an image of ONNX's order makes one of convoy's") {
  OnnxNodes nodes({3});
  const std::string dense = nodes.add("Add", {nodes.add("MatMul", {nodes.x, nodes.mixed({3, 8})}), nodes.mixed({8})});
  const std::string image = nodes.add("Reshape", {dense, nodes.wholes({-1, 2, 2, 2})});
  nodes.add("Conv", {image, nodes.floats({2, 2, 1, 1}, {1, 0, 0, 1})});
  Values want;
  for (std::size_t i = 0; i < 8; ++i) {
    want.push_back(OnnxNodes::mixed_at(i));
    for (std::size_t k = 0; k < 3; ++k) want[i] += OnnxNodes::at(k) * OnnxNodes::mixed_at(k * 8 + i);
  }
  check_values(nodes.outputs(), want);
}

TEST_CASE("ONNX's norms are refused where convoy has none over the same numbers") {
  const auto instances = [](const Extents& sample, const Extents& shape) {
    OnnxNodes nodes(sample);
    const std::string groups = nodes.add("Reshape", {nodes.x, nodes.wholes(shape)});
    nodes.add("InstanceNormalization", {groups, nodes.floats({shape[1]}, Values(static_cast<std::size_t>(shape[1]), 1)),
                                        nodes.floats({shape[1]}, Values(static_cast<std::size_t>(shape[1]), 0))});
    return nodes.refusal();
  };
  CHECK(says(instances({3, 2, 4}, {0, 6, 4}), "expected images, or images with their channels in groups"));
  CHECK(says(instances({6}, {0, 2, 3}), "expected images, or images with their channels in groups"));
  OnnxNodes rows(small);
  const std::string last = rows.add("Transpose", {rows.x}, channels_to_end);
  rows.add("LayerNormalization", {last, rows.mixed({4, 3})}, {{"axis", std::int64_t{2}}});
  CHECK(says(rows.refusal(), "convoy's layer_norm is over the channels of each pixel"));
}

TEST_CASE("ONNX's Softmax is over one axis, before operator set 13 over all from it on") {
  const auto over_all = [](const Values& x) {
    Values all;
    double sum = 0;
    for (const double one : x) sum += std::exp(one);
    for (const double one : x) all.push_back(std::exp(one) / sum);
    return all;
  };
  OnnxNodes old(small);
  old.operator_set = '\xc';
  const std::string flat = old.add("Softmax", {old.x});
  old.add("MatMul", {old.add("Reshape", {flat, old.wholes({-1, 24})}), old.floats({24, 1}, Values(24, 1))});
  CHECK(old.outputs().at(0) == doctest::Approx(1));
  OnnxNodes one(small);
  one.operator_set = '\xd';
  one.add("Softmax", {one.x});
  CHECK(says(one.refusal(), "convoy's softmax is over the channels or over a feature vector, got axis 3"));
  OnnxNodes volume({1, 2, 2, 3});
  volume.add("Softmax", {volume.x});
  const Values got = volume.outputs();
  for (std::size_t i = 0; i < 4; ++i) {
    check_values(
        {got.begin() + 3 * static_cast<std::ptrdiff_t>(i), got.begin() + 3 * static_cast<std::ptrdiff_t>(i) + 3},
        over_all({OnnxNodes::at(3 * i), OnnxNodes::at(3 * i + 1), OnnxNodes::at(3 * i + 2)}));
  }
  OnnxNodes turned(small);  // channels and columns together
  turned.operator_set = '\xc';
  turned.add("Softmax", {turned.add("Transpose", {turned.x}, {{"perm", Extents{0, 2, 1, 3}}})},
             {{"axis", std::int64_t{2}}});
  CHECK(says(turned.refusal(), "convoy's softmax is over the channels"));
}

TEST_CASE("a map that is cut off is a map before and behind an activation function") {
  const auto given = [](double slope, double shift, const std::string& op, const Values& bounds) {
    OnnxNodes nodes({13});
    const std::string map = nodes.add("Add", {nodes.add("Mul", {nodes.x, nodes.number(slope)}), nodes.number(shift)});
    Names inputs = {map};
    for (const double bound : bounds) inputs.push_back(nodes.number(bound));
    nodes.add(op, inputs);
    return nodes.outputs();
  };
  const OnnxNodes x({13});
  for (const double slope : {0.5, -2.0}) {
    for (const double shift : {0.25, -0.75}) {
      const auto cut = [&](double low, double high) {
        return x.sample([&](double v) { return std::fmin(std::fmax(slope * v + shift, low), high); });
      };
      check_values(given(slope, shift, "Clip", {-0.5, 0.5}), cut(-0.5, 0.5));
      check_values(given(slope, shift, "Max", {-0.5}), cut(-0.5, HUGE_VAL));
      check_values(given(slope, shift, "Min", {0.5}), cut(-HUGE_VAL, 0.5));
    }
  }
}

}  // namespace convoy
