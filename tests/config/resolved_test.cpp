#include <doctest/doctest.h>

#include "convoy/config.h"
#include "sample_catalog.h"

using namespace convoy;

TEST_CASE("the resolved text is ordered, complete and reads back") {
  const Config config = sample_config(R"(
[data]
path = "a \"quoted\"\tpath \u0001 é"
[optimizer]
learning_rate = 1e-7
[[layer]]
type = "conv2d"
filters = 8
kernel = [3, 1]
[[layer]]
type = "concat"
inputs = ["conv2d_1", "input"]
trainable = false
)");
  const std::string text = resolved_toml(config);
  CHECK(text == R"(# Every key of the experiment with its value, given or default.
name = "a"
seed = 42

[data]
dataset = "idx"
path = "/models/a \"quoted\"\tpath \u0001 é"
limit = 0

[augmentation]
shift = 0.0

[train]
epochs = 10
kernel_regularizer.l1 = 0.0
kernel_regularizer.l2 = 0.0

[diagnostics]
every = 0

[optimizer]
type = "adam"
learning_rate = 1e-07
beta_1 = 0.9
clip_norm = 0.0

[schedule]
type = "constant"

[loss]
type = "mse"

[[layer]]
type = "conv2d"
name = "conv2d_1"
trainable = true
filters = 8
kernel = [3, 1]
padding = "valid"
kernel_regularizer.l2 = 0.0

[[layer]]
type = "concat"
name = "concat_1"
inputs = ["conv2d_1", "input"]
trainable = false
)");
  const Config again = build_config({text, "other.toml", "/elsewhere"}, {}, {}, sample_catalog());
  CHECK(equal(config, again));
  CHECK(resolved_toml(again) == text);
}

TEST_CASE("only paths are written as names of files; other texts stay as they are") {
  const std::string text = "[data]\npath = \"x\"\nhint = 'a\\xe9'\n[[layer]]\ntype = \"flatten\"\n";
  const Config config = parse_config(text, "a.toml", "/");
  CHECK(parse_config(resolved_toml(config), "resolved.toml", "/").data.text("hint") == "a\\xe9");
}

TEST_CASE("a configuration without optimizer and data is written without them") {
  Config config;
  config.layers.push_back({.type = "flatten", .name = "", .inputs = {}, .settings = {}, .where = ""});
  CHECK(resolved_toml(config) ==
        "# Every key of the experiment with its value, given or default.\n\n[[layer]]\ntype = \"flatten\"\ntrainable = "
        "true\n");
}
