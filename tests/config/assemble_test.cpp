#include "config/assemble.h"

#include <doctest/doctest.h>

#include "sample_catalog.h"

using namespace convoy;

namespace {

/// The error of one [train] line, or of a line at the top of the file.
std::string train_error(const std::string& line) { return sample_error("[train]\n" + line + one_layer); }
std::string top_error(const std::string& line) { return sample_error(line + one_layer); }
std::string layer_error(const std::string& lines) {
  return sample_error("[[layer]]\ntype = \"flatten\"\n\n[[layer]]\ntype = \"conv2d\"\n" + lines);
}

}  // namespace

TEST_CASE("every key has its value, given or default") {
  const Config config = sample_config(R"(
seed = 7
[data]
dataset = "folder"
[optimizer]
type = "sgd"
momentum = 1
[[layer]]
type = "conv2d"
filters = 8
kernel = [3, 1]
kernel_regularizer.l2 = 0.5
[[layer]]
type = "concat"
inputs = "conv2d_1"
trainable = false
)");
  CHECK(config.run.text("name") == "a");
  CHECK(config.run.integer("seed") == 7);
  CHECK_FALSE(config.run.has("input_shape"));
  CHECK(config.data.text("dataset") == "folder");
  CHECK(config.data.integer("size") == 28);
  CHECK(config.train.integer("epochs") == 10);
  CHECK(config.optimizer.type == "sgd");
  CHECK(config.optimizer.settings.number("momentum") == 1.0);
  CHECK(config.optimizer.settings.number("learning_rate") == 1e-2);
  CHECK(config.optimizer.settings.number("clip_norm") == 0.0);
  CHECK_FALSE(config.optimizer.settings.has("type"));
  CHECK(config.schedule.type == "constant");
  REQUIRE(config.layers.size() == 2);
  const LayerSpec& conv = config.layers[0];
  CHECK(conv.where == "a.toml:8:1");
  CHECK(conv.trainable);
  CHECK(conv.settings.entries().size() == 4);
  CHECK(conv.settings.pair("kernel") == std::pair{3, 1});
  CHECK(conv.settings.text("padding") == "valid");
  CHECK(conv.settings.number("kernel_regularizer.l2") == 0.5);
  CHECK(config.layers[1].inputs == Texts{"conv2d_1"});
  CHECK_FALSE(config.layers[1].trainable);
}

TEST_CASE("unknown keys are errors with the nearest name or the place they belong to") {
  CHECK(layer_error("filters = 8\nname = \"conv2\"\n  fliters = 3") ==
        "a.toml:8:3: layer 2 \"conv2\" (conv2d): unknown key \"fliters\"; did you mean \"filters\"?");
  CHECK(train_error("epchs = 3") == "a.toml:2:1: unknown key \"epchs\" in [train]; did you mean \"epochs\"?");
  CHECK(train_error("zebra = 3") == "a.toml:2:1: unknown key \"zebra\" in [train]");
  CHECK(train_error("seed = 3") == "a.toml:2:1: unknown key \"seed\" in [train]; it belongs to the top of the file");
  CHECK(top_error("sed = 3") == "a.toml:1:1: unknown key \"sed\"; did you mean \"seed\"?");
  CHECK(top_error("epochs = 3") == "a.toml:1:1: unknown key \"epochs\"; it belongs to [train]");
  CHECK(sample_error("[optimizer]\nmomentum = 0.9" + one_layer) ==
        "a.toml:2:1: unknown key \"momentum\" in [optimizer] (adam); it belongs to sgd");
  CHECK(train_error("kernel_regularizer = 1") ==
        "a.toml:2:1: unknown key \"kernel_regularizer\" in [train]; did you mean \"kernel_regularizer.l1\"?");
  CHECK(train_error("[train.kernel_regularizer]\nl3 = 1") ==
        "a.toml:3:1: unknown key \"kernel_regularizer.l3\" in [train]; did you mean \"kernel_regularizer.l1\"?");
  CHECK(train_error("\"kernel_regularizer.l2\" = 1") == "a.toml:2:1: unknown key \"kernel_regularizer.l2\"");
}

TEST_CASE("the first error of a table is the first in the file") {
  CHECK(train_error("zz = 1\naa = 1") == "a.toml:2:1: unknown key \"zz\" in [train]");
}

TEST_CASE("unknown sections and sections in the wrong form are errors") {
  CHECK(top_error("[trian]\nepochs = 3") == "a.toml:1:2: unknown section \"trian\"; did you mean \"train\"?");
  CHECK(top_error("[[layers]]\ntype = \"flatten\"") ==
        "a.toml:1:3: unknown section \"layers\"; did you mean \"layer\"?");
  CHECK(top_error("train = 3") == "a.toml:1:1: \"train\" is a section: expected one table [train]");
  CHECK(top_error("[[train]]\nepochs = 3") == "a.toml:1:3: \"train\" is a section: expected one table [train]");
  const std::string brackets = "layers are written in double brackets, one [[layer]] for each";
  CHECK(sample_error("[layer]\ntype = \"flatten\"") == "a.toml:1:2: " + brackets);
  CHECK(sample_error("layer = [1, 2]") == "a.toml:1:1: " + brackets);
  CHECK(sample_error("layer = []") == "a.toml:1:1: " + brackets);
  CHECK(sample_error("") == "a.toml: no layers: expected at least one [[layer]] table");
  CHECK(sample_error("[train]\nepochs = 3") == "a.toml: no layers: expected at least one [[layer]] table");
}

TEST_CASE("types that do not exist are errors") {
  CHECK(sample_error("[[layer]]\ntype = \"conv2\"") ==
        "a.toml:2:1: layer 1: unknown type \"conv2\"; did you mean \"conv2d\"?");
  CHECK(sample_error("[[layer]]\ntype = \"lstm_cell\"") ==
        "a.toml:2:1: layer 1: unknown type \"lstm_cell\"; expected conv2d, flatten or concat");
  CHECK(sample_error("[[layer]]\nfilters = 3") ==
        "a.toml:1:1: layer 1: missing key \"type\": conv2d, flatten or concat");
  CHECK(sample_error("[[layer]]\ntype = 3") == "a.toml:2:1: layer 1: \"type\" expects a text, got 3");
  CHECK(top_error("[optimizer]\ntype = \"adm\"") ==
        "a.toml:2:1: [optimizer]: unknown type \"adm\"; did you mean \"adam\"?");
  CHECK(top_error("[data]\ndataset = \"idxx\"") ==
        "a.toml:2:1: [data]: unknown dataset \"idxx\"; did you mean \"idx\"?");
}

TEST_CASE("values of the wrong type or out of range are errors") {
  CHECK(train_error("epochs = \"ten\"") == "a.toml:2:1: [train]: \"epochs\" expects a whole number, got \"ten\"");
  CHECK(train_error("epochs = 10.0") == "a.toml:2:1: [train]: \"epochs\" expects a whole number, got 10.0");
  CHECK(train_error("epochs = true") == "a.toml:2:1: [train]: \"epochs\" expects a whole number, got true");
  CHECK(train_error("epochs = 0") == "a.toml:2:1: [train]: \"epochs\" expects at least 1, got 0");
  CHECK(train_error("epochs = 3000000000") ==
        "a.toml:2:1: [train]: \"epochs\" expects at most 2147483647, got 3000000000");
  CHECK(train_error("kernel_regularizer.l2 = nan") ==
        "a.toml:2:20: [train]: \"kernel_regularizer.l2\" expects a finite number, got nan");
  CHECK(train_error("kernel_regularizer.l2 = -inf") ==
        "a.toml:2:20: [train]: \"kernel_regularizer.l2\" expects a finite number, got -inf");
  CHECK(top_error("seed = [1]") == "a.toml:1:1: \"seed\" expects a whole number, got [1]");
  CHECK(top_error("input_shape = []") ==
        "a.toml:1:1: \"input_shape\" expects a list of one to four whole numbers, got []");
  CHECK(top_error("input_shape = [1, 2, 3, 4, 5]") ==
        "a.toml:1:1: \"input_shape\" expects a list of one to four whole numbers, got [1, 2, 3, 4, 5]");
  CHECK(top_error("input_shape = [28, 0]") == "a.toml:1:1: \"input_shape\" expects at least 1, got [28, 0]");
  CHECK(top_error("[data.path]\nx = 1") ==
        "a.toml:2:1: unknown key \"path.x\" in [data] (idx); did you mean \"path\"?");
  CHECK(layer_error("filters = 3\nkernel = [3]") ==
        "a.toml:7:1: layer 2 \"conv2d_1\" (conv2d): \"kernel\" expects a whole number or two of them, got [3]");
  CHECK(layer_error("filters = 3\npadding = \"sme\"") ==
        "a.toml:7:1: layer 2 \"conv2d_1\" (conv2d): \"padding\" expects valid or same, got \"sme\"; did you mean "
        "\"same\"?");
  CHECK(layer_error("filters = 3\ninputs = [1]") ==
        "a.toml:7:1: layer 2 \"conv2d_1\" (conv2d): \"inputs\" expects a list of texts, got [1]");
  CHECK(layer_error("kernel = 3") ==
        "a.toml:4:1: layer 2 \"conv2d_1\" (conv2d): missing key \"filters\": a whole number");
}

TEST_CASE("a missing key is placed at its section, or at the file without one") {
  std::vector<Section> sections = sample_catalog();
  sections[1].keys.push_back({.name = "kind", .kind = Kind::text, .fallback = {}, .doc = "", .required = true});
  const auto error = [&](const std::string& text) {
    try {
      build_config({text, "a.toml", "/models"}, {}, {}, sections);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  CHECK(error("seed = 1\n[data]\nlimit = 3" + one_layer) == "a.toml:2:2: [data] (idx): missing key \"kind\": a text");
  CHECK(error(one_layer) == "a.toml: [data] (idx): missing key \"kind\": a text");
}

TEST_CASE("layers are named by type and number, and names are their own") {
  const Config config = sample_config(R"(
[[layer]]
type = "flatten"
[[layer]]
type = "conv2d"
filters = 1
[[layer]]
type = "conv2d"
filters = 1
name = "second"
[[layer]]
type = "conv2d"
filters = 1
)");
  Texts names;
  for (const auto& layer : config.layers) names.push_back(layer.name);
  CHECK(names == Texts{"flatten_1", "conv2d_1", "second", "conv2d_2"});

  const auto named = [](const std::string& name) { return "[[layer]]\ntype = \"flatten\"\nname = " + name + "\n"; };
  CHECK(sample_error(named("\"a\"") + named("\"a\"")) ==
        "a.toml:6:1: layer 2 (flatten): the name \"a\" is taken by layer 1 at a.toml:1:1");
  CHECK(sample_error(named("\"flatten_1\"") + "[[layer]]\ntype = \"flatten\"") ==
        "a.toml:4:1: layer 2 (flatten): the name \"flatten_1\" is taken by layer 1 at a.toml:1:1");
  const std::string characters = "\"name\" expects at most 80 letters, digits, \"_\" or \"-\"";
  CHECK(sample_error(named("\"a.b\"")) == "a.toml:3:1: layer 1 \"a.b\": " + characters);
  CHECK(sample_error(named("\"\"")) == "a.toml:3:1: layer 1: " + characters);
  CHECK(sample_error(named("\"input\"")) ==
        "a.toml:3:1: layer 1 \"input\": \"input\" is the name of the network's own input; choose another");
  CHECK(sample_error(named("3")) == "a.toml:3:1: layer 1 (flatten): \"name\" expects a text, got 3");
}

TEST_CASE("the name of an experiment is fit to name a folder") {
  CHECK(top_error("name = \"../x\"") ==
        "a.toml:1:1: \"name\" expects at most 80 letters, digits, \"_\", \"-\", \".\" or spaces, got \"../x\"");
  CHECK(top_error("name = \"\"").find("expects at most 80") != std::string::npos);
  for (const std::string name : {".x", "a/b", "a,b"})
    CHECK(top_error("name = \"" + name + "\"").ends_with("or spaces, got \"" + name + "\""));
  for (const std::string& name : {std::string("a.b-c_d 2"), std::string(80, 'x')})
    CHECK(top_error("name = \"" + name + "\"") == "no error");
  CHECK(top_error("name = \"" + std::string(81, 'x') + "\"").find("expects at most 80") != std::string::npos);
  const ConfigText version{one_layer, "v1.2.toml", "/models"};
  CHECK(build_config(version, {}, {}, sample_catalog()).run.text("name") == "v1.2");
  const ConfigText odd{one_layer, "folder/my model (2).toml", "/models"};
  CHECK(build_config(odd, {}, {}, sample_catalog()).run.text("name") == "my_model__2_");
}

TEST_CASE("the regularizer of [train] is that of every layer which takes one and sets none") {
  const Config config = sample_config(R"(
train.kernel_regularizer = {l1 = 0.25, l2 = 0.5}
[[layer]]
type = "conv2d"
filters = 1
[[layer]]
type = "conv2d"
filters = 1
kernel_regularizer.l2 = 0
[[layer]]
type = "flatten"
)");
  CHECK(config.layers[0].settings.number("kernel_regularizer.l2") == 0.5);
  CHECK_FALSE(config.layers[0].settings.has("kernel_regularizer.l1"));
  CHECK(config.layers[1].settings.number("kernel_regularizer.l2") == 0.0);
  CHECK(config.layers[2].settings.entries().empty());
}
