#include "config/override.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "sample_catalog.h"

using namespace convoy;

namespace {

const std::string base_config = R"(
[optimizer]
beta_1 = 0.8
[[layer]]
type = "conv2d"
filters = 8
[[layer]]
type = "conv2d"
name = "conv2"
filters = 16
)";

Config with(const std::vector<std::string>& overrides) { return sample_config(base_config, overrides); }
std::string override_error(const std::string& override_text) { return sample_error(base_config, {override_text}); }

}  // namespace

TEST_CASE("overrides set keys of sections, layers and the top level") {
  const Config config = with({"seed=3", "train.epochs = 4", "layer.conv2.filters=64", "layer.conv2d_1.kernel=[5, 3]",
                              "name=second try", "optimizer.learning_rate=1", "train.kernel_regularizer={l2 = 0.5}",
                              "data.path=\"/quoted\"", "train.epochs=5"});
  CHECK(config.run.integer("seed") == 3);
  CHECK(config.run.text("name") == "second try");
  CHECK(config.train.integer("epochs") == 5);
  CHECK(config.layers[1].settings.integer("filters") == 64);
  CHECK(config.layers[0].settings.pair("kernel") == std::pair{5, 3});
  CHECK(config.optimizer.settings.number("learning_rate") == 1.0);
  CHECK(config.layers[0].settings.number("kernel_regularizer.l2") == 0.5);
  CHECK(config.data.text("path") == "/quoted");
}

TEST_CASE("an override can be for all layers whose names match") {
  const auto filters = [](const std::string& pattern) {
    const Config config = with({"layer." + pattern + ".filters=5"});
    return std::pair(config.layers[0].settings.integer("filters"), config.layers[1].settings.integer("filters"));
  };
  CHECK(filters("*") == std::pair(5, 5));
  CHECK(filters("conv*") == std::pair(5, 5));
  CHECK(filters("*2") == std::pair(8, 5));
  CHECK(filters("c*v2*") == std::pair(5, 5));
  CHECK(filters("*n*2") == std::pair(8, 5));
  CHECK(filters("*_1") == std::pair(5, 16));
  CHECK(filters("c*d*1") == std::pair(5, 16));
  CHECK(filters("conv2") == std::pair(8, 5));
  CHECK(filters("conv2**") == std::pair(5, 5));
  CHECK(override_error("layer.*_2.filters=5") ==
        "-s layer.*_2.filters=5: no layer's name matches \"*_2\": expected conv2d_1 or conv2");
  CHECK(override_error("layer.conv2d_1*2.filters=5").find("no layer's name matches") != std::string::npos);
  CHECK(override_error("layer." + std::string(100'000, '*') + "x.filters=5").size() < 300);
}

TEST_CASE("values that are no TOML are texts") {
  CHECK(with({"layer.conv2.padding=same"}).layers[1].settings.text("padding") == "same");
  for (const std::string date : {"2024-01-01", "2024-01-01T00-00", "2024-01-01 12-30"})
    CHECK(with({"name=" + date}).run.text("name") == date);
  for (const std::string date : {"12:30:00", "2024-01-01T12:30:00"})
    CHECK(override_error("name=" + date).ends_with("got \"" + date + "\""));  // a text, of characters for no name
  CHECK(with({"layer.conv2.inputs=conv2d_1"}).layers[1].inputs == Texts{"conv2d_1"});
  // A line break adds no second key.
  CHECK(override_error("name=x\nseed=3").find("\"name\" expects") != std::string::npos);
  CHECK(override_error("data.path=\xff\xfe").find("not valid TOML") != std::string::npos);
}

TEST_CASE("a relative path starts from the folder of the one who wrote it") {
  const auto here = std::filesystem::current_path();
  CHECK(with({"data.path=x/../y"}).data.text("path") == (here / "y").string());
  CHECK(sample_config("[data]\npath = \"../mnist\"" + one_layer).data.text("path") == "/mnist");
  CHECK(sample_config("[data]\npath = \"/abs\"" + one_layer).data.text("path") == "/abs");
  CHECK(sample_config("[data]\npath = \"\"" + one_layer).data.text("path").empty());
  CHECK(sample_error("[data]\npath = 3" + one_layer) == "a.toml:2:1: [data] (idx): \"path\" expects a text, got 3");
  CHECK(sample_config(one_layer).data.text("path") == (here / "samples").string());  // the default
}

TEST_CASE("overrides are checked as strictly as the file") {
  CHECK(override_error("train.epchs=3") ==
        "-s train.epchs=3: unknown key \"epchs\" in [train]; did you mean \"epochs\"?");
  CHECK(override_error("train.epochs=x") == "-s train.epochs=x: [train]: \"epochs\" expects a whole number, got \"x\"");
  CHECK(override_error("train.limit=3") == "-s train.limit=3: unknown key \"limit\" in [train]; it belongs to [data]");
  CHECK(override_error("epochs=3") == "-s epochs=3: unknown key \"epochs\"; did you mean train.epochs?");
  CHECK(override_error("trian.epochs=3") == "-s trian.epochs=3: unknown section \"trian\"; did you mean \"train\"?");
  CHECK(override_error("layer.conv3.filters=3") ==
        "-s layer.conv3.filters=3: no layer is named \"conv3\"; did you mean \"conv2\"?");
  CHECK(override_error("layer.conv2.fliters=3") ==
        "-s layer.conv2.fliters=3: layer 2 \"conv2\" (conv2d): unknown key \"fliters\"; did you mean \"filters\"?");
  CHECK(override_error("layer.conv2=3") == "-s layer.conv2=3: expected layer.NAME.KEY=VALUE");
  CHECK(override_error("train=3") == "-s train=3: \"train\" is a section: expected train.KEY=VALUE");
  CHECK(override_error("train.epochs") == "-s train.epochs: expected KEY=VALUE");
  CHECK(override_error("=3") == "-s =3: expected KEY=VALUE");
  CHECK(override_error("input_shape=[28,1.5]") ==
        "-s input_shape=[28,1.5]: \"input_shape\": a list holds whole numbers or texts and no mixture, got a number "
        "with a point");
  CHECK(override_error("extends=b.toml") == "-s extends=b.toml: \"extends\" belongs into a file");
  CHECK(override_error("layer.conv2.name=conv2d_1") ==
        "-s layer.conv2.name=conv2d_1: layer 2 (conv2d): the name \"conv2d_1\" is taken by layer 1 at a.toml:4:1");
  CHECK(override_error("train.epochs=" + std::string(100'000, '[')).size() < 300);
}

TEST_CASE("a new type does not silently drop the file's keys") {
  CHECK(
      override_error("optimizer.type=sgd") ==
      "a.toml:3:1: unknown key \"beta_1\" in [optimizer] (sgd); it belongs to adam; to drop the file's keys, override "
      "the whole section: -s 'optimizer={type=\"sgd\"}'");
  const Config config = with({"optimizer={type=\"sgd\", momentum=0.9}"});
  CHECK(config.optimizer.type == "sgd");
  CHECK(config.optimizer.settings.number("momentum") == 0.9);
  CHECK_FALSE(config.optimizer.settings.has("beta_1"));
}
