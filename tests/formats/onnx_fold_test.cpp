// What is computed of constants alone, as exporters leave shapes and weights to be computed.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "convoy/convoy.h"
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
using Numbers = std::vector<double>;

/// A constant input: of floats, or of whole numbers.
struct Given {
  Extents dims = {};
  Numbers numbers;
  bool whole = false;
};

Given floats(const Extents& dims, const Numbers& numbers) { return {dims, numbers, false}; }
Given wholes(const Extents& dims, const Numbers& numbers) { return {dims, numbers, true}; }
Given list(const Numbers& numbers) { return wholes({static_cast<std::int64_t>(numbers.size())}, numbers); }
/// The numbers 0, 1, 2 ... with these extents.
Given counting(const Extents& dims) {
  Numbers numbers;
  std::int64_t count = 1;
  for (const std::int64_t extent : dims) count *= extent;
  for (std::int64_t i = 0; i < count; ++i) numbers.push_back(static_cast<double>(i));
  return floats(dims, numbers);
}

/// Adds an input to a graph and returns its name.
std::string add_given(GraphWriter& graph, const Given& given, const std::string& name) {
  if (!given.whole)
    return graph.floats(name, given.dims, std::vector<float>(given.numbers.begin(), given.numbers.end()));
  graph.integers(name + "_list", Extents(given.numbers.begin(), given.numbers.end()));
  graph.integers(name + "_dims", given.dims);
  if (given.dims.empty()) return graph.add("Squeeze", name, {name + "_list"});
  return graph.add("Reshape", name, {name + "_list", name + "_dims"});
}

/// What a network gives for zeros that adds the numbers of an operator's result, or where `of_shape`, its extents.
Numbers result(const std::string& op, const std::vector<Given>& given, const Attributes& attributes, std::size_t count,
               bool of_shape) {
  const test::TemporaryFolder folder;
  GraphWriter graph;
  const std::size_t width =
      std::max<std::size_t>(2, count);  // a single number would not be one a feature: it comes twice
  const auto features = static_cast<std::int64_t>(width);
  graph.input("x", {-1, features});
  std::vector<std::string> inputs;
  for (const Given& one : given) inputs.push_back(add_given(graph, one, "in" + std::to_string(inputs.size())));
  std::string made = graph.add(op, "made", inputs, attributes);
  if (of_shape) made = graph.add("Shape", "shape", {made});
  made = graph.add("Cast", "cast", {made}, {{"to", std::int64_t{1}}});
  graph.integers("all", {-1});
  made = graph.add("Reshape", "row", {made, "all"});
  if (count < width) made = graph.add("Concat", "twice", {made, made}, {{"axis", std::int64_t{0}}});
  graph.add("Add", "y", {graph.add("Relu", "positive", {"x"}), made});
  graph.output("y", {-1, features});
  test::write(folder.path() / "m.onnx", graph.file("test", {}));
  Model model = Model::import_file(folder.path() / "m.onnx", {.threads = 1});
  const Dataset zeros = Dataset::from_floats({static_cast<int>(width)}, std::vector<float>(width), std::vector<int>{0});
  const auto values = model.forward(zeros, false);
  return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(std::min(count, values.size()))};
}

void check_result(const std::string& op, const std::vector<Given>& given, const Attributes& attributes,
                  const Extents& dims, const Numbers& numbers) {
  CAPTURE(op);
  const Numbers got = result(op, given, attributes, numbers.size(), false);
  REQUIRE(got.size() == numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    CAPTURE(i);
    CHECK(got[i] == doctest::Approx(numbers[i]).epsilon(1e-6));
  }
  if (dims.empty()) return;
  CHECK(result(op, given, attributes, dims.size(), true) == Numbers(dims.begin(), dims.end()));
}

std::string refused(const std::string& op, const std::vector<Given>& given, const Attributes& attributes = {}) {
  const std::string error = test::error_of(ErrorKind::data, [&] { result(op, given, attributes, 2, false); });
  return error.substr(error.find("node \"made\"") == std::string::npos ? 0 : error.find("node \"made\""));
}

Attributes axis(std::int64_t number) { return {{"axis", number}}; }

const Given cube = counting({2, 3, 2});

}  // namespace

TEST_CASE("constants are gathered, joined and cut as in ONNX") {
  check_result("Gather", {cube, list({1})}, {}, {1, 3, 2}, {6, 7, 8, 9, 10, 11});
  check_result("Gather", {cube, list({2, -3})}, axis(1), {2, 2, 2}, {4, 5, 0, 1, 10, 11, 6, 7});
  check_result("Gather", {cube, wholes({2, 2}, {0, 1, 1, 0})}, axis(-1), {2, 3, 2, 2},
               {0, 1, 1, 0, 2, 3, 3, 2, 4, 5, 5, 4, 6, 7, 7, 6, 8, 9, 9, 8, 10, 11, 11, 10});
  check_result("Gather", {cube, wholes({}, {1})}, axis(1), {2, 2}, {2, 3, 8, 9});
  check_result("Gather", {list({7, 8, 9}), list({2, 0})}, {}, {2}, {9, 7});
  check_result("Concat", {counting({1, 2}), counting({2, 2})}, axis(0), {3, 2}, {0, 1, 0, 1, 2, 3});
  check_result("Concat", {counting({2, 1, 2}), cube}, axis(1), {2, 4, 2},
               {0, 1, 0, 1, 2, 3, 4, 5, 2, 3, 6, 7, 8, 9, 10, 11});
  check_result("Concat", {counting({2, 1}), counting({2, 2})}, axis(-1), {2, 3}, {0, 0, 1, 1, 2, 3});
  check_result("Slice", {cube, list({1}), list({3}), list({1})}, {}, {2, 2, 2}, {2, 3, 4, 5, 8, 9, 10, 11});
  check_result("Slice", {cube, list({0, 0}), list({1, 2})}, {}, {1, 2, 2}, {0, 1, 2, 3});
  check_result("Slice", {counting({7}), list({1}), list({7}), list({0}), list({3})}, {}, {2}, {1, 4});
  check_result("Slice", {counting({7}), list({0}), list({7}), list({0}), list({3})}, {}, {3}, {0, 3, 6});
  check_result("Slice", {counting({5}), list({-1}), list({-6}), list({0}), list({-2})}, {}, {3}, {4, 2, 0});
  check_result("Slice", {counting({5}), list({3}), list({0}), list({-1}), list({-1})}, {}, {3}, {3, 2, 1});
  check_result("Slice", {counting({5}), list({-3}), list({99})}, {}, {3}, {2, 3, 4});
  check_result("Slice", {counting({5}), list({-99}), list({-3})}, {}, {2}, {0, 1});
  check_result("Slice", {counting({5}), list({99}), list({2}), list({0}), list({-1})}, {}, {2}, {4, 3});
}

TEST_CASE("constants are turned and get other extents as in ONNX") {
  check_result("Transpose", {cube}, {}, {2, 3, 2}, {0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11});
  check_result("Transpose", {cube}, {{"perm", Extents{0, 2, 1}}}, {2, 2, 3}, {0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11});
  check_result("Reshape", {cube, list({0, -1})}, {}, {2, 6}, cube.numbers);
  check_result("Reshape", {cube, list({-1, 2, 2})}, {}, {3, 2, 2}, cube.numbers);
  check_result("Reshape", {cube, list({12})}, {}, {12}, cube.numbers);
  check_result("Flatten", {cube}, {}, {2, 6}, cube.numbers);
  check_result("Flatten", {cube}, axis(0), {1, 12}, cube.numbers);
  check_result("Flatten", {cube}, axis(2), {6, 2}, cube.numbers);
  check_result("Flatten", {cube}, axis(-1), {6, 2}, cube.numbers);
  check_result("Flatten", {cube}, axis(3), {12, 1}, cube.numbers);
  check_result("Squeeze", {counting({1, 3, 1, 2})}, {}, {3, 2}, {0, 1, 2, 3, 4, 5});
  check_result("Squeeze", {counting({1, 3, 1, 2}), list({0})}, {}, {3, 1, 2}, {0, 1, 2, 3, 4, 5});
  check_result("Squeeze", {counting({1, 3, 1, 2}), list({-2})}, {}, {1, 3, 2}, {0, 1, 2, 3, 4, 5});
  check_result("Unsqueeze", {counting({3, 2}), list({0, -1})}, {}, {1, 3, 2, 1}, {0, 1, 2, 3, 4, 5});
  check_result("Expand", {counting({2, 1}), list({3, 1, 3})}, {}, {3, 2, 3},
               {0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1});
  check_result("Identity", {cube}, {}, {2, 3, 2}, cube.numbers);
  check_result("Shape", {cube}, {}, {3}, {2, 3, 2});
  check_result("Shape", {cube}, {{"start", std::int64_t{1}}}, {2}, {3, 2});
  check_result("Shape", {cube}, {{"start", std::int64_t{-3}}, {"end", std::int64_t{-1}}}, {2}, {2, 3});
}

TEST_CASE("constants are calculated with as in ONNX") {
  const Given column = floats({2, 1}, {10, 20});
  const Given row = floats({3}, {1, 2, 4});
  check_result("Add", {column, row}, {}, {2, 3}, {11, 12, 14, 21, 22, 24});
  check_result("Sub", {row, column}, {}, {2, 3}, {-9, -8, -6, -19, -18, -16});
  check_result("Mul", {column, row}, {}, {2, 3}, {10, 20, 40, 20, 40, 80});
  check_result("Div", {column, row}, {}, {2, 3}, {10, 5, 2.5, 20, 10, 5});
  check_result("Pow", {row, floats({}, {2})}, {}, {3}, {1, 4, 16});
  check_result("Max", {row, floats({3}, {2, 2, 2})}, {}, {3}, {2, 2, 4});
  check_result("Min", {row, floats({3}, {2, 2, 2})}, {}, {3}, {1, 2, 2});
  check_result("Add", {list({5, -5}), list({1, 2})}, {}, {2}, {6, -3});
  check_result("Sub", {list({5, -5}), list({1, 2})}, {}, {2}, {4, -7});
  check_result("Mul", {list({5, -5}), list({1, 2})}, {}, {2}, {5, -10});
  check_result("Div", {list({7, -7, 6}), list({2, 2, -1})}, {}, {3}, {3, -3, -6});
  check_result("Mod", {list({7, -7, 7, -7}), list({3, 3, -3, -3})}, {}, {4}, {1, 2, -2, -1});
  check_result("Max", {list({7, -7}), list({2, 2})}, {}, {2}, {7, 2});
  check_result("Min", {list({7, -7}), list({2, 2})}, {}, {2}, {2, -7});
  check_result("Equal", {list({1, 2, 3}), list({2, 2, 2})}, {}, {3}, {0, 1, 0});
  check_result("Greater", {list({1, 2, 3}), list({2, 2, 2})}, {}, {3}, {0, 0, 1});
  check_result("Less", {list({1, 2, 3}), list({2, 2, 2})}, {}, {3}, {1, 0, 0});
  check_result("Where", {list({1, 0, 2}), floats({3}, {1, 2, 3}), floats({1}, {9})}, {}, {3}, {1, 9, 3});
  check_result("ReduceProd", {list({2, 3, 4})}, {{"keepdims", std::int64_t{0}}}, {}, {24});
  check_result("ReduceProd", {list({2, 3, 4})}, {}, {1}, {24});
  check_result("Range", {wholes({}, {3}), wholes({}, {10}), wholes({}, {3})}, {}, {3}, {3, 6, 9});
  check_result("Range", {wholes({}, {3}), wholes({}, {9}), wholes({}, {3})}, {}, {2}, {3, 6});
  const Given signs = floats({3}, {-1.5, 0.25, 4});
  check_result("Neg", {signs}, {}, {3}, {1.5, -0.25, -4});
  check_result("Neg", {list({3, -4})}, {}, {2}, {-3, 4});
  check_result("Abs", {signs}, {}, {3}, {1.5, 0.25, 4});
  check_result("Floor", {signs}, {}, {3}, {-2, 0, 4});
  check_result("Ceil", {signs}, {}, {3}, {-1, 1, 4});
  check_result("Sqrt", {floats({2}, {4, 9})}, {}, {2}, {2, 3});
  check_result("Reciprocal", {floats({2}, {4, 0.5})}, {}, {2}, {0.25, 2});
  check_result("Exp", {floats({2}, {0, 1})}, {}, {2}, {1, 2.718281828});
}

TEST_CASE("constants are made and change their kind as in ONNX") {
  check_result("Constant", {}, {{"value_ints", Extents{3, 5}}}, {2}, {3, 5});
  check_result("Constant", {}, {{"value_int", std::int64_t{7}}}, {}, {7});
  check_result("Constant", {}, {{"value_float", 0.5F}}, {}, {0.5});
  check_result("ConstantOfShape", {list({3, 2})}, {}, {3, 2}, {0, 0, 0, 0, 0, 0});
  for (const std::int64_t whole : {6, 7}) {
    check_result("Cast", {floats({3}, {2.7, -2.7, 0.5})}, {{"to", whole}}, {3}, {2, -2, 0});
  }
  check_result("Cast", {floats({3}, {2.7, 0, -0.5})}, {{"to", std::int64_t{9}}}, {3}, {1, 0, 1});
  check_result("Cast", {list({2, 0, -1})}, {{"to", std::int64_t{9}}}, {3}, {1, 0, 1});
  check_result("Cast", {list({2, -1})}, {{"to", std::int64_t{7}}}, {2}, {2, -1});
  for (const std::int64_t floating : {1, 10, 11, 16}) {
    check_result("Cast", {floats({2}, {2.5, -0.5})}, {{"to", floating}}, {2}, {2.5, -0.5});
  }
}

TEST_CASE("constants that do not fit are refused") {
  const auto says = [](const std::string& message, const std::string& what) {
    CAPTURE(message);
    CHECK(message.find(what) != std::string::npos);
  };
  says(refused("Gather", {counting({3}), list({3})}), "gathers number 3 of 3");
  says(refused("Gather", {counting({3}), list({-4})}), "gathers number -4 of 3");
  says(refused("Gather", {counting({3}), counting({1})}), "expected whole numbers as indices");
  says(refused("Concat", {counting({2, 2}), counting({3, 3})}, axis(0)), "do not fit each other");
  says(refused("Concat", {counting({2}), list({1, 2})}, axis(0)), "do not fit each other");
  says(refused("Concat", {counting({2, 2}), counting({4})}, axis(0)), "do not fit each other");
  says(refused("Reshape", {cube, list({5, -1})}), "expected extents that make 12");
  says(refused("Reshape", {cube, list({-1, -1})}), "has an extent of -1");
  says(refused("Reshape", {cube, list({-2, 6})}), "an extent makes no sense");
  says(refused("Flatten", {cube}, axis(4)), "has an axis of 4");
  says(refused("Flatten", {cube}, axis(-4)), "has an axis of -4");
  says(refused("Transpose", {cube}, {{"perm", Extents{0, 1}}}), "expected an order of all axes");
  says(refused("Transpose", {cube}, {{"perm", Extents{0, 1, 1}}}), "names an axis twice");
  says(refused("Slice", {counting({5}), list({0}), list({1, 2})}), "as many starts as ends, axes and steps");
  says(refused("Slice", {counting({5}), list({0}), list({1}), list({0, 0})}), "as many starts as ends");
  says(refused("Slice", {counting({5}), list({0}), list({1}), list({0}), list({1, 1})}), "as many starts as ends");
  says(refused("Slice", {counting({5}), list({0}), list({1}), list({0}), list({0})}), "has a step of 0");
  says(refused("Add", {counting({2}), counting({3})}), "do not fit each other");
  says(refused("Add", {counting({2}), list({1, 2})}), "kinds that convoy does not compute with");
  says(refused("Equal", {counting({2}), counting({2})}), "kinds that convoy does not compute with");
  says(refused("Pow", {list({1, 2}), list({1, 2})}), "kinds that convoy does not compute with");
  says(refused("Mod", {counting({2}), counting({2})}), "kinds that convoy does not compute with");
  says(refused("Div", {list({1}), list({0})}), "overflows with 1 and 0");
  says(refused("Mod", {list({1}), list({0})}), "overflows with 1 and 0");
  says(refused("Mul", {list({1LL << 40}), list({1LL << 40})}), "overflows with");
  says(refused("Sqrt", {list({4})}), "expected floating-point numbers");
  says(refused("Where", {counting({2}), counting({2}), counting({2})}), "kinds that do not fit each other");
  says(refused("Where", {list({0, 1}), counting({2}), list({1, 2})}), "kinds that do not fit each other");
  says(refused("ReduceProd", {counting({2})}), "expected a list of whole numbers");
  says(refused("Range", {wholes({}, {3}), wholes({}, {2}), wholes({}, {1})}), "a million numbers, upwards");
  says(refused("Range", {wholes({}, {0}), wholes({}, {2}), wholes({}, {0})}), "a million numbers, upwards");
  says(refused("Range", {wholes({}, {0}), wholes({}, {2000000}), wholes({}, {1})}), "a million numbers, upwards");
  says(refused("Range", {wholes({}, {0}), floats({}, {2}), wholes({}, {1})}), "expected three whole numbers");
  says(refused("Cast", {floats({1}, {1e19})}, {{"to", std::int64_t{7}}}), "makes no whole number of");
}

}  // namespace convoy
