// What the options of Keras's layers become, and what of a layer's own is written for Keras.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "convoy/convoy.h"
#include "core/value_text.h"
#include "formats/hdf5_writer.h"
#include "formats/keras_archive.h"
#include "support/errors.h"
#include "support/temporary_folder.h"
#include "support/training.h"

namespace convoy {
namespace {

using nlohmann::json;

/// The layers that a layer of this class becomes, with all their keys; or the refusal.
std::string imported(const std::string& class_name, json config, const json& shape = {nullptr, 8, 8, 3}) {
  const test::TemporaryFolder folder;
  config["name"] = "it";
  const json layers = {{{"class_name", "InputLayer"}, {"config", {{"name", "in"}, {"batch_shape", shape}}}},
                       {{"class_name", class_name}, {"config", config}}};
  const json model = {{"class_name", "Sequential"}, {"config", {{"name", "model"}, {"layers", layers}}}};
  const auto file = folder.path() / "m.keras";
  formats::write_keras_archive(
      file, {.config = model.dump(), .metadata = R"({"keras_version": "3.0.0"})", .weights = formats::hdf5_bytes({})});
  std::string text;
  const std::string error = test::error_of(ErrorKind::data, [&] {
    Model read = Model::import_file(file);
    for (const LayerSpec& layer : ModelAccess::impl(read).network().layers()) {
      text += (text.empty() ? "" : "; ") + layer.type;
      for (const auto& entry : layer.settings.entries()) text += " " + entry.name + "=" + toml_text(entry.value);
    }
  });
  const std::string place = "layer \"it\" (" + class_name + "): ";
  return error == "no error" ? text : error.substr(error.find(place) + place.size());
}

}  // namespace

TEST_CASE("the options of Keras's layers become convoy's, or are refused") {
  struct Imported {
    const char* class_name;
    const char* config;
    const char* layers;
  };
  const std::vector<Imported> all = {
      {"MaxPooling2D", R"({})", R"(max_pool2d pool=[2, 2] stride=[2, 2] padding="valid" ceil_mode=false)"},
      {"MaxPooling2D", R"({"padding":"same","pool_size":[3,2],"strides":[2,1]})",
       R"(max_pool2d pool=[3, 2] stride=[2, 1] padding="same" ceil_mode=false)"},
      {"AveragePooling2D", R"({"pool_size":[3,2]})",
       R"(avg_pool2d pool=[3, 2] stride=[3, 2] padding="valid" ceil_mode=false count_padding=false)"},
      {"AveragePooling2D", R"({"padding":"same","pool_size":[3,2]})",
       R"(avg_pool2d pool=[3, 2] stride=[3, 2] padding="same" ceil_mode=false count_padding=false)"},
      {"GlobalAveragePooling2D", R"({})", R"(global_avg_pool)"},
      {"GlobalMaxPooling2D", R"({"keepdims":true})", R"(global_max_pool; reshape shape=[1, 1, -1])"},
      {"ZeroPadding2D", R"({"padding":[[1,2],[3,4]]})", R"(zero_padding2d padding=[1, 2, 3, 4])"},
      {"ZeroPadding2D", R"({"padding":[1,2]})", R"(zero_padding2d padding=[1, 2])"},
      {"ZeroPadding2D", R"({"padding":2})", R"(zero_padding2d padding=[2, 2])"},
      {"ZeroPadding2D", R"({})", R"(zero_padding2d padding=[1, 1])"},
      {"Cropping2D", R"({"cropping":[[1,2],[0,1]]})", R"(cropping2d cropping=[1, 2, 0, 1])"},
      {"Cropping2D", R"({})", R"(cropping2d cropping=[0, 0])"},
      {"Cropping2D", R"({"cropping":[[1,2],[0]]})", R"("cropping": expected two numbers for each side)"},
      {"UpSampling2D", R"({"interpolation":"bilinear","size":[2,3]})",
       R"(up_sampling2d size=[2, 3] interpolation="bilinear")"},
      {"UpSampling2D", R"({})", R"(up_sampling2d size=[2, 2] interpolation="nearest")"},
      {"ReLU", R"({})", R"(relu)"},
      {"ReLU", R"({"max_value":6})", R"(relu6)"},
      {"ReLU", R"({"negative_slope":0.25})", R"(leaky_relu slope=0.25)"},
      {"ReLU", R"({"max_value":6,"negative_slope":0.25})",
       R"("max_value": convoy has relu6 only, without a negative slope)"},
      {"ReLU", R"({"threshold":1})", R"(convoy's relu has no "threshold")"},
      {"LeakyReLU", R"({})", R"(leaky_relu slope=0.3)"},
      {"LeakyReLU", R"({"negative_slope":0.25})", R"(leaky_relu slope=0.25)"},
      {"LeakyReLU", R"({"alpha":0.125})", R"(leaky_relu slope=0.125)"},
      {"ELU", R"({})", R"(elu alpha=1.0)"},
      {"ELU", R"({"alpha":0.5})", R"(elu alpha=0.5)"},
      {"Softmax", R"({})", R"(softmax)"},
      {"Softmax", R"({"axis":1})", R"("axis": convoy has the last axis only, got 1)"},
      {"Activation", R"({"activation":"hard_silu"})", R"(hard_swish)"},
      {"Activation", R"({"activation":"exponential"})", R"("activation": convoy has no function exponential)"},
      {"Dropout", R"({"rate":0.25})", R"(dropout rate=0.25)"},
      {"SpatialDropout2D", R"({"rate":0.25})", R"(spatial_dropout rate=0.25)"},
      {"GaussianNoise", R"({"stddev":0.25})", R"(noise mean=0.0 deviation=0.25 redrawn=false)"},
      {"ActivityRegularization", R"({"l1":0.5,"l2":0.25})", R"(activity_regularization l1=0.5 l2=0.25)"},
      {"Flatten", R"({})", R"(flatten)"},
      {"Flatten", R"({"data_format":"channels_first"})",
       R"("data_format": convoy has channels_last only, got channels_first)"},
      {"Reshape", R"({"target_shape":[4,-1,3]})", R"(reshape shape=[4, -1, 3])"},
      {"Reshape", R"({"target_shape":[4,16,3]})", R"(reshape shape=[4, 16, 3])"},
      {"Permute", R"({"dims":[1,2,3]})", R"(convoy has no such layer)"},
      {"AdaptiveAveragePooling2D", R"({"output_size":[2,4]})", R"(adaptive_avg_pool2d size=[2, 4])"},
      {"PReLU", R"({"shared_axes":[1]})",
       R"("shared_axes": convoy has slopes for each number, each channel, or one for all)"},
  };
  for (const Imported& one : all) {
    CAPTURE(std::string(one.class_name));
    CAPTURE(std::string(one.config));
    CHECK(imported(one.class_name, json::parse(one.config)) == one.layers);
  }
}

TEST_CASE("only a scaling that changes something becomes a layer") {
  const test::TemporaryFolder folder;
  const auto second = [&](const std::string& scaling, const std::vector<float>& numbers) {
    Sequential model({2}, 1);
    model.add(Dense{.units = 2});
    model.compile(SGD{.learning_rate = 1e-20}, SoftmaxCrossEntropy{});
    model.fit(Dataset::from_floats({2}, numbers, std::vector<int>{0, 1}), {.epochs = 1, .scaling = scaling});
    model.export_file(folder.path() / "m.keras", "keras");
    return json::parse(formats::read_keras_archive(folder.path() / "m.keras").config)["config"]["layers"][1];
  };
  CHECK(second("none", {1, 2, 3, 4})["class_name"] == "Dense");
  const json scaled = second("standard", {4, 4, 6, 6});  // deviation 1
  CHECK(scaled["class_name"] == "Rescaling");
  CHECK(scaled["config"]["scale"] == 1.0);
  CHECK(scaled["config"]["offset"] == -5.0);
}

TEST_CASE("regularizers and norms that a layer has are written for Keras, and no others") {
  const test::TemporaryFolder folder;
  const auto written = [&](const LayerSpec& layer) {
    Sequential model({8, 8, 3}, 1);
    model.add(layer);
    model.compile(SGD{}, MeanSquaredError{});
    model.export_file(folder.path() / "m.keras", "keras");
    return json::parse(formats::read_keras_archive(folder.path() / "m.keras").config)["config"]["layers"][1]["config"];
  };
  const auto with = [&](const Regularizer& kernel, double max_norm) {
    return written(Conv2D{.filters = 2, .kernel_regularizer = kernel, .max_norm = max_norm});
  };
  CHECK(with({}, 0)["kernel_regularizer"].is_null());
  CHECK(with({}, 0)["kernel_constraint"].is_null());
  CHECK(with({.l1 = 0.5}, 0)["kernel_regularizer"]["config"] == json{{"l1", 0.5}, {"l2", 0.0}});
  CHECK(with({.l2 = 0.25}, 0)["kernel_regularizer"]["config"] == json{{"l1", 0.0}, {"l2", 0.25}});
  CHECK(with({.l2 = 0.25}, 0)["bias_regularizer"].is_null());
  CHECK(with({}, 2)["kernel_constraint"]["config"] == json{{"max_value", 2.0}, {"axis", {0, 1, 2}}});
}

}  // namespace convoy
