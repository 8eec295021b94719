// Output shapes, and the errors for inputs that do not fit.

#include <doctest/doctest.h>

#include "convoy/layers.h"
#include "layers/registry.h"
#include "support/errors.h"
#include "support/layer_settings.h"

using namespace convoy;
using test::Given;
using test::whole;

namespace {

Declaration setup(const std::string& type, const Given& given, const std::vector<Shape>& inputs) {
  return layer_type(type).make(test::settings_of(type, given))->setup(inputs);
}

std::string setup_error(const std::string& type, const Given& given, const std::vector<Shape>& inputs) {
  return test::error_of([&] { setup(type, given, inputs); });
}

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

TEST_CASE("padding is a name, a number, or numbers by side") {
  const auto output = [](const Value& padding) {
    return setup("max_pool2d", {{"pool", whole(3)}, {"stride", whole(2)}, {"padding", padding}}, {{7, 6, 3}}).output;
  };
  CHECK(output(std::int64_t{1}) == Shape{4, 3, 3});
  CHECK(output(Integers{1, 2}) == Shape{4, 4, 3});
  CHECK(output(Integers{2, 0, 1, 2}) == Shape{4, 4, 3});
  CHECK(MaxPool2D{.padding = 1}.operator LayerSpec().settings.find("padding")->value == Value{std::int64_t{1}});
  CHECK(MaxPool2D{.padding = {1, 2}}.operator LayerSpec().settings.find("padding")->value == Value{Integers{1, 2}});
  CHECK(MaxPool2D{.padding = {0, 1, 2, 3}}.operator LayerSpec().settings.find("padding")->value ==
        Value{Integers{0, 1, 2, 3}});
  CHECK(MaxPool2D{.padding = "same"}.operator LayerSpec().settings.find("padding")->value ==
        Value{std::string("same")});
}

TEST_CASE("inputs that do not fit are named, with a hint") {
  CHECK(setup_error("max_pool2d", {{"pool", whole(4)}}, {{3, 3, 64}}) ==
        "pool 4x4 does not fit input 3x3x64; add padding = \"same\"");
  CHECK(setup_error("max_pool2d", {{"pool", whole(2)}, {"padding", whole(2)}}, {{3, 3, 64}}) ==
        "\"padding\" must be less than the window, 2x2, or some windows would lie beside the image");
  CHECK(
      setup_error("max_pool2d", {{"padding", Integers{1, 2, 3}}}, {{3, 3, 64}}) ==
      "max_pool2d: \"padding\" expects valid, same, a whole number, two (height, width) or four of them (top, bottom, "
      "left, right), got [1, 2, 3]");
  CHECK(setup_error("conv2d", {{"filters", whole(2)}, {"padding", std::string("sme")}}, {{3, 3, 64}}) ==
        "conv2d: \"padding\" expects valid, same, a whole number, two (height, width) or four of them (top, bottom, "
        "left, right), got \"sme\"; did you mean \"same\"?");
  CHECK(setup_error("conv2d", {{"filters", whole(2)}, {"kernel", whole(7)}, {"padding", whole(1)}}, {{3, 3, 64}}) ==
        "kernel 7x7 does not fit input 3x3x64 with its padding; add more, or padding = \"same\"");
  CHECK(setup_error("conv2d", {{"filters", whole(2)}, {"kernel", whole(5)}}, {{3, 3, 64}}) ==
        "kernel 5x5 does not fit input 3x3x64; add padding = \"same\"");
  CHECK(setup_error("max_pool2d", {}, {{128}}) ==
        "expected height x width x channels, got 128; it must come before flatten and dense layers");
  CHECK(setup_error("dense", {{"units", whole(9)}}, {{7, 6, 3}}) ==
        "expected a feature vector, got 7x6x3; add a flatten or global_avg_pool layer before it");
  CHECK(setup_error("group_norm", {}, {{7, 6, 48}}) ==
        "\"groups\" must divide the 48 channels of input 7x6x48, got 32; groups = 24 would");
  CHECK(setup_error("group_norm", {}, {{12}}) ==
        "\"groups\" must divide the 12 channels of input 12, got 32; groups = 12 would");
  CHECK(setup_error("layer_norm", {}, {{3}, {4}}) == "expected one input, got 2; join them with add or concat");
  CHECK(setup_error("add", {}, {{3}}) == "expected two inputs or more, got 1; name them: inputs = [\"a\", \"b\"]");
  CHECK(setup_error("add", {}, {{3}, {4}}) == "inputs must have one shape, got 3 and 4");
  CHECK(setup_error("concat", {}, {{3, 3, 1}, {3, 4, 1}}) ==
        "inputs may differ in the last extent only, got 3x3x1 and 3x4x1");
  CHECK(setup_error("multiply", {}, {{3, 3, 4}, {3, 3, 1}}) ==
        "inputs must have one shape, or one number for each of the 4 channels, got 3x3x4 and 3x3x1");
  CHECK(setup_error("subtract", {}, {{3}, {3}, {3}}) == "expected two inputs, got 3");
  CHECK(setup_error("reshape", {{"shape", Integers{4, -1}}}, {{3, 3, 1}}) ==
        "\"shape\" must have the 9 numbers of input 3x3x1, and at most one extent of -1");
  CHECK(setup_error("reshape", {{"shape", Integers{-1, -1}}}, {{9}}) ==
        "\"shape\" must have the 9 numbers of input 9, and at most one extent of -1");
  CHECK(setup_error("reshape", {{"shape", Integers{2147483647, 2147483647, 4}}}, {{9}}) ==
        "\"shape\" must have the 9 numbers of input 9, and at most one extent of -1");
  CHECK(setup_error("cropping2d", {{"cropping", whole(2)}}, {{4, 5, 1}}) ==
        "\"cropping\" leaves nothing of input 4x5x1");
  CHECK(setup_error("up_sampling2d", {{"size", whole(256)}}, {{16777216, 16777216, 1}}) ==
        "the output would be 4294967296x4294967296x1, more than 2^30 numbers");
  CHECK(setup_error("zero_padding2d", {}, {{1, 1073741823, 1}}) ==
        "the output would be 3x1073741825x1, more than 2^30 numbers");
  CHECK(setup_error("conv2d_transpose", {{"filters", whole(1)}, {"stride", whole(4096)}}, {{1048576, 1, 1}}) ==
        "the output would be 4294967296x4096x1, more than 2^30 numbers");
  CHECK(setup_error("depthwise_conv2d", {{"depth_multiplier", whole(4096)}}, {{3, 3, 1048576}}) ==
        "the output would be 1x1x4294967296, more than 2^30 numbers");
  CHECK(setup_error("flatten", {}, {{3}, {4}}) == "expected one input, got 2; join them with add or concat");
  CHECK(setup_error("relu7", {}, {}) == "unknown layer type \"relu7\"; did you mean \"relu\"?");
}
