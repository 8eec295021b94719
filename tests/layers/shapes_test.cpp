// Output shapes, and the errors for inputs that do not fit.

#include <doctest/doctest.h>

#include "convoy/error.h"
#include "layers/registry.h"

using namespace convoy;

namespace {

struct Setting {
  std::string name;
  Value value;
};

Declaration setup(const std::string& type, const std::vector<Setting>& given, const std::vector<Shape>& inputs) {
  Settings settings;
  for (const auto& [name, value] : given) settings.set(name, value);
  settings.complete(layer_type(type).spec.keys, type);
  return layer_type(type).make(settings)->setup(inputs);
}

std::string error_of(const std::string& type, const std::vector<Setting>& given, const std::vector<Shape>& inputs) {
  try {
    setup(type, given, inputs);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

Value whole(int number) { return std::int64_t{number}; }

}  // namespace

TEST_CASE("pools and convolutions infer TensorFlow's sizes") {
  CHECK(setup("max_pool2d", {}, {{7, 6, 3}}).output == Shape{3, 3, 3});
  CHECK(setup("max_pool2d", {{"padding", std::string("same")}}, {{7, 6, 3}}).output == Shape{4, 3, 3});
  CHECK(setup("avg_pool2d", {{"pool", whole(3)}, {"stride", whole(1)}}, {{7, 6, 3}}).output == Shape{5, 4, 3});
  CHECK(setup("global_avg_pool", {}, {{7, 6, 3}}).output == Shape{3});
  CHECK(setup("flatten", {}, {{7, 6, 3}}).output == Shape{126});
  CHECK(setup("concat", {}, {{7, 6, 3}, {7, 6, 2}}).output == Shape{7, 6, 5});
  CHECK(setup("dense", {{"units", whole(9)}}, {{126}}).output == Shape{9});
}

TEST_CASE("inputs that do not fit are named, with a hint") {
  CHECK(error_of("max_pool2d", {{"pool", whole(4)}}, {{3, 3, 64}}) ==
        "pool 4x4 does not fit input 3x3x64; add padding = \"same\"");
  CHECK(error_of("conv2d", {{"filters", whole(2)}, {"kernel", whole(5)}}, {{3, 3, 64}}) ==
        "kernel 5x5 does not fit input 3x3x64; add padding = \"same\"");
  CHECK(error_of("max_pool2d", {}, {{128}}) ==
        "expected height x width x channels, got 128; it must come before flatten and dense layers");
  CHECK(error_of("dense", {{"units", whole(9)}}, {{7, 6, 3}}) ==
        "expected a feature vector, got 7x6x3; add a flatten or global_avg_pool layer before it");
  CHECK(error_of("group_norm", {}, {{7, 6, 48}}) ==
        "\"groups\" must divide the 48 channels of input 7x6x48, got 32; groups = 24 would");
  CHECK(error_of("group_norm", {}, {{12}}) ==
        "\"groups\" must divide the 12 channels of input 12, got 32; groups = 12 would");
  CHECK(error_of("layer_norm", {}, {{3}, {4}}) == "expected one input, got 2; join them with add or concat");
  CHECK(error_of("add", {}, {{3}}) == "expected two inputs or more, got 1; name them: inputs = [\"a\", \"b\"]");
  CHECK(error_of("add", {}, {{3}, {4}}) == "inputs must have one shape, got 3 and 4");
  CHECK(error_of("concat", {}, {{3, 3, 1}, {3, 4, 1}}) ==
        "inputs may differ in the last extent only, got 3x3x1 and 3x4x1");
  CHECK(error_of("flatten", {}, {{3}, {4}}) == "expected one input, got 2; join them with add or concat");
  CHECK(error_of("relu7", {}, {}) == "unknown layer type \"relu7\"; did you mean \"relu\"?");
}
