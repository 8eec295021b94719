// The documents' programs print the corrected numbers.

#include <doctest/doctest.h>

#include <cstdio>

#include "support/process.h"

using namespace convoy;

namespace {

std::string output_of(const std::string& example, const std::vector<std::string>& arguments = {}) {
  const test::Finished finished = test::run(std::string(CONVOY_EXAMPLES) + "/" + example, arguments);
  INFO(example << ": " << finished.err);
  CHECK(finished.code == 0);
  return finished.out;
}

void check_contains(const std::string& text, const std::vector<std::string>& parts) {
  for (const auto& part : parts) {
    INFO(part);
    CHECK(text.find(part) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("bn_by_hand prints the corrected worked examples, by hand and by the layer") {
  const std::string text = output_of("bn_by_hand");
  check_contains(
      text, {"= 50.50", "833.2500", "= 101.00", "3333.0000", "= 151.50", "7499.2500", "-1.7148 ... 1.7148",
             "gamma * x + beta:             -0.4296 ... 6.4296", "the layer, in training mode:  -0.4296 ... 6.4296",
             "0.6667", "2.6667", "-1.2247 0.0000 1.2247", "the layer, in training mode:  -1.4495 1.0000 3.4495"});
}

TEST_CASE("program A shows both modes") {
  check_contains(output_of("a_batch_norm_modes"),
                 {"prediction mode: only / sqrt(1.001)", "training mode: normalised", "0.9999"});
}

TEST_CASE("program C names its error") {
  check_contains(
      output_of("c_one_value_per_channel"),
      {"prediction mode: 0.4998", "training mode: layer \"norm\": batch norm needs more than one value per channel"});
}

TEST_CASE("programs B, D and E train") {
  check_contains(output_of("b_mnist_cnn", {"data/mnist", "1", "320"}),
                 {"Total parameters: 387,850", "epoch 1: loss ", "test accuracy "});
  check_contains(output_of("d_mnist_mlp_bn", {"data/mnist", "6000"}), {"after 100 steps", "test accuracy 0.8"});
  check_contains(output_of("e_mnist_bn_maxpool", {"data/mnist", "1", "640"}),
                 {"parameters: 35214, of which 194 are not trained", "test accuracy "});
}

TEST_CASE("a layer of one's own trains, and its gradient is right") {
  check_contains(output_of("own_layer"), {"gradients agree", "test accuracy 0.9", "betas learnt: "});
}

TEST_CASE("fine-tuning takes the body and beats training from scratch") {
  const std::string text = output_of("fine_tuning");
  check_contains(text, {"taken conv1/kernel", "taken conv2/bias", "kept second_head/kernel"});
  double tuned = 0;
  double scratch = 0;
  const std::size_t at = text.find("fine-tuned ");
  REQUIRE(at != std::string::npos);
  REQUIRE(std::sscanf(text.c_str() + at, "fine-tuned %lf, from scratch %lf", &tuned, &scratch) == 2);
  CHECK(tuned > 0.7);
  CHECK(tuned > scratch);
}

TEST_CASE("learnt features are nearer to their class than pixels") {
  const std::string text = output_of("feature_extraction");
  double pixels = 0;
  double features = 0;
  REQUIRE(std::sscanf(text.c_str(), "nearest class mean: %lf of pixels, %lf of learnt features", &pixels, &features) ==
          2);
  CHECK(pixels > 0.7);
  CHECK(features > pixels + 0.03);
}
