#include "formats/keras.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "convoy/model.h"
#include "formats/hdf5_writer.h"
#include "formats/keras_archive.h"
#include "formats/keras_names.h"
#include "formats/keras_order.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/temporary_folder.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path keras_folder = "tests/formats/keras";

/// The samples of make_keras.py.
Dataset two_samples(const Shape& shape) {
  std::vector<float> numbers;
  for (int n = 0; n < 2; ++n) {
    for (std::size_t i = 0; i < shape.size(); ++i) {
      numbers.push_back(static_cast<float>((37 * i + 11 * static_cast<std::size_t>(n)) % 256));
    }
  }
  return Dataset::from_floats(shape, numbers, std::vector<int>{0, 0});
}

/// What a model gives for them, its scaling included.
std::vector<float> outputs_of(Model& model) {
  const std::string last = model.summary().rows.back().name;
  return model.outputs_of(last, two_samples(model.input_shape()));
}

/// The largest difference, as a share of the largest number.
double difference(const std::vector<float>& got, const std::vector<float>& expected) {
  REQUIRE(got.size() == expected.size());
  double most = 1e-6;
  double largest = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(expected[i])));
    largest = std::max(largest, std::abs(static_cast<double>(got[i] - expected[i])));
  }
  return largest / most;
}

std::vector<float> expected_of(const std::string& file) {
  return json::parse(test::contents(keras_folder / "outputs.json")).at(file).get<std::vector<float>>();
}

/// The network of make_keras.py's small model.
Config small_network() {
  return parse_config(R"(
name = "small"
input_shape = [8, 8, 1]
[data]
path = "data/mnist"
limit = 10
[loss]
type = "softmax_cross_entropy"
[[layer]]
type = "conv2d"
filters = 4
kernel = 3
activation = "relu"
[[layer]]
type = "batch_norm"
scale = false
[[layer]]
type = "max_pool2d"
[[layer]]
type = "flatten"
[[layer]]
type = "dense"
units = 3
activation = "softmax"
)",
                      "small.toml", ".");
}

/// A file of Keras 3 with this network and these weights.
fs::path make_file(const fs::path& file, const json& model, const std::vector<formats::Hdf5Data>& weights = {}) {
  formats::write_keras_archive(
      file,
      {.config = model.dump(), .metadata = R"({"keras_version": "3.0.0"})", .weights = formats::hdf5_bytes(weights)});
  return file;
}

json layer(const std::string& class_name, json config, const std::string& name = "it") {
  config["name"] = name;
  return {{"class_name", class_name}, {"config", config}};
}

json sequential(std::vector<json> layers, const json& shape = {nullptr, 8, 8, 3}) {
  layers.insert(layers.begin(), layer("InputLayer", {{"batch_shape", shape}}, "in"));
  return {{"class_name", "Sequential"}, {"config", {{"name", "model"}, {"layers", layers}}}};
}

/// The message for a model of one layer.
std::string refusal(const std::string& class_name, const json& config = json::object()) {
  const test::TemporaryFolder temporary;
  const fs::path file = make_file(temporary.path() / "m.keras", sequential({layer(class_name, config)}));
  std::string message = test::error_of(ErrorKind::data, [&] { Model::import_file(file); });
  const std::string place = file.string() + ": ";
  return message.starts_with(place) ? message.substr(place.size()) : message;
}

}  // namespace

TEST_CASE("a model of Keras gives what it gave there") {
  for (const std::string file : {"sequential.keras", "graph.keras", "legacy.h5", "keras2.h5"}) {
    CAPTURE(file);
    ImportReport report;
    Model model = Model::import_file(keras_folder / file, {}, &report);
    CHECK(report.format == "keras");
    CHECK(difference(outputs_of(model), expected_of(file)) < 1e-5);
  }
}

TEST_CASE("keras -> convoy -> keras has the same weights, and gives the same") {
  const test::TemporaryFolder temporary;
  for (const std::string file : {"sequential.keras", "graph.keras", "legacy.h5"}) {
    CAPTURE(file);
    Model model = Model::import_file(keras_folder / file);
    const fs::path written = temporary.path() / "back.keras";
    CHECK(model.export_file(written, "keras") == std::vector<fs::path>{written});
    Model back = Model::import_file(written);
    CHECK(back.tensor_names() == model.tensor_names());
    for (const std::string& name : model.tensor_names()) {
      CAPTURE(name);
      CHECK(std::ranges::equal(back.tensor(name), model.tensor(name)));
    }
    CHECK(outputs_of(back) == outputs_of(model));
    const std::string bytes = test::contents(written);
    back.export_file(written, "keras");
    const bool same_again = test::contents(written) == bytes;
    CHECK(same_again);
  }
}

TEST_CASE("a file of weights is read into a network, by classes or by order") {
  for (const std::string file : {"small.weights.h5", "legacy.h5", "sequential.keras"}) {
    CAPTURE(file);
    ImportReport report;
    Model model = Model::import_file(keras_folder / file, {.into = small_network(), .threads = 1}, &report);
    REQUIRE(report.matches.size() == 7);
    CHECK(difference(outputs_of(model), expected_of(file)) < 1e-5);
  }
  CHECK(test::error_of(ErrorKind::config, [] {
          Model::import_file(keras_folder / "small.weights.h5");
        }).find("has weights only; say the network's configuration by --into CONFIG") != std::string::npos);
}

TEST_CASE("weights that gzip compressed are read, and others refused") {
  Model plain = Model::import_file(keras_folder / "small.weights.h5", {.into = small_network(), .threads = 1});
  Model packed = Model::import_file(keras_folder / "gzip.weights.h5", {.into = small_network(), .threads = 1});
  for (const std::string& name : plain.tensor_names()) {
    CAPTURE(name);
    CHECK(std::ranges::equal(packed.tensor(name), plain.tensor(name)));
  }
  CHECK(test::error_of(ErrorKind::data, [] {
          Model::import_file(keras_folder / "lzf.weights.h5", {.into = small_network(), .threads = 1});
        }).find("is compressed otherwise than by gzip") != std::string::npos);
}

TEST_CASE("a training step after an import is Keras's") {
  Model model = Model::import_file(keras_folder / "step.keras", {.threads = 1});
  std::vector<float> pixels;
  for (int n = 0; n < 2; ++n) {
    for (int i = 0; i < 64; ++i) pixels.push_back(static_cast<float>((37 * i + 11 * n) % 256) / 255);
  }
  const Dataset data = Dataset::from_floats({8, 8, 1}, std::move(pixels), std::vector<int>{2, 0});
  model.compile(SGD{.learning_rate = 0.125}, SoftmaxCrossEntropy{});
  model.fit(data, {.epochs = 1, .batch_size = 2, .shuffle = false, .scaling = "none"});
  const json expected = json::parse(test::contents(keras_folder / "outputs.json")).at("step");
  CHECK(expected.size() == model.tensor_names().size());
  for (const auto& entry : expected.items()) {
    CAPTURE(entry.key());
    const auto numbers = model.tensor(entry.key());
    CHECK(difference({numbers.begin(), numbers.end()}, entry.value().get<std::vector<float>>()) < 1e-5);
  }
}

TEST_CASE("Rescaling and Normalization behind other layers are affine layers that do not train") {
  const test::TemporaryFolder temporary;
  const json model = sequential({layer("Flatten", {}, "flat"), layer("Rescaling", {{"scale", 0.5}, {"offset", -1}}),
                                 layer("Normalization", {{"mean", 2}, {"variance", 4}}, "norm")},
                                {nullptr, 3});
  Model here = Model::import_file(make_file(temporary.path() / "m.keras", model));
  CHECK(outputs_of(here) == std::vector<float>{-1.5F, 7.75F, 17, 1.25F, 10.5F, 19.75F});
  here.export_file(temporary.path() / "back.keras", "keras");
  Model back = Model::import_file(temporary.path() / "back.keras");
  CHECK(outputs_of(back) == outputs_of(here));
}

TEST_CASE("an activation may be a layer, unless it has weights") {
  const test::TemporaryFolder temporary;
  const auto with = [&](const json& activation, const std::string& of = "Dense") {
    return sequential({layer(of, {{"units", 2}, {"activation", activation}})}, {nullptr, 3});
  };
  const std::vector<float> kernel = {1, -1, 0, 1, -1, 0};
  const std::vector<float> bias = {0, 0};
  const std::vector<formats::Hdf5Data> weights = {{.path = "layers/dense/vars/0", .shape = {3, 2}, .floats = kernel},
                                                  {.path = "layers/dense/vars/1", .shape = {2}, .floats = bias}};
  const json leaky = {{"class_name", "LeakyReLU"}, {"config", {{"negative_slope", 0.25}}}};
  Model model = Model::import_file(make_file(temporary.path() / "m.keras", with(leaky), weights));
  CHECK(outputs_of(model) == std::vector<float>{-18.5F, 37, -18.5F, 37});
  const json relu = {{"class_name", "ReLU"}, {"config", {{"max_value", 6}}}};
  Model bounded = Model::import_file(make_file(temporary.path() / "r.keras", with(relu), weights));
  CHECK(outputs_of(bounded) == std::vector<float>{0, 6, 0, 6});
  const fs::path file =
      make_file(temporary.path() / "p.keras", with({{"class_name", "PReLU"}, {"config", {}}}), weights);
  CHECK(test::error_of(ErrorKind::data, [&] { Model::import_file(file); }).find("make it a layer of its own") !=
        std::string::npos);
}

TEST_CASE("weights of another network are refused") {
  Config other = small_network();
  other.layers.erase(other.layers.begin() + 1);
  for (const std::string file : {"small.weights.h5", "legacy.h5"}) {
    CAPTURE(file);
    const std::string message = test::error_of(
        ErrorKind::data, [&] { Model::import_file(keras_folder / file, {.into = other, .threads = 1}); });
    const bool named = message.find("which the configuration's network has not") != std::string::npos ||
                       message.find("has weights of 3 layers, the configuration 2") != std::string::npos;
    CAPTURE(message);
    CHECK(named);
  }
}

TEST_CASE("the model's scaling is a Rescaling layer first") {
  const test::TemporaryFolder temporary;
  Model model = Model::import_file(keras_folder / "graph.keras");
  model.export_file(temporary.path() / "m.keras", "keras");
  const json written = json::parse(formats::read_keras_archive(temporary.path() / "m.keras").config);
  const json& second = written["config"]["layers"][1];
  CHECK(second["class_name"] == "Rescaling");
  CHECK(second["config"]["scale"].get<float>() == 1.0F / 127.5F);
  CHECK(second["config"]["offset"] == -1.0);
}

TEST_CASE("layers and options that convoy lacks are named") {
  CHECK(refusal("LSTM") == "layer \"it\" (LSTM): convoy has no such layer");
  CHECK(refusal("Lambda") == "layer \"it\" (Lambda): convoy has no such layer");
  CHECK(refusal("Conv2D", {{"filters", 2}, {"kernel_size", 3}, {"data_format", "channels_first"}}) ==
        "layer \"it\" (Conv2D): \"data_format\": convoy has channels_last only, got channels_first");
  CHECK(refusal("Conv2D", {{"filters", 2}, {"kernel_size", 3}, {"activation", "exponential"}}) ==
        "layer \"it\" (Conv2D): \"activation\": convoy has no function exponential");
  CHECK(refusal("Conv2D", {{"filters", "two"}}) ==
        "layer \"it\" (Conv2D): \"filters\": expected a whole number, got \"two\"");
  CHECK(refusal("Dense", {{"units", 2}, {"dtype", "int8_from_float32"}}) ==
        "layer \"it\" (Dense): convoy has no quantised layers, got dtype int8_from_float32");
  CHECK(refusal("BatchNormalization", {{"axis", 1}}) ==
        "layer \"it\" (BatchNormalization): \"axis\": convoy has the last axis only, got 1");
  CHECK(refusal("ReLU", {{"max_value", 3}}) ==
        "layer \"it\" (ReLU): \"max_value\": convoy has relu6 only, without a negative slope");
  CHECK(refusal("UpSampling2D", {{"interpolation", "bicubic"}}) ==
        "layer \"it\" (UpSampling2D): \"interpolation\": convoy has nearest and bilinear, got bicubic");
}

TEST_CASE("mixed precision is widened, and said so") {
  const test::TemporaryFolder temporary;
  const json dtype = {{"class_name", "DTypePolicy"}, {"config", {{"name", "mixed_float16"}}}};
  const fs::path file = make_file(temporary.path() / "m.keras", sequential({layer("Flatten", {{"dtype", dtype}})}));
  ImportReport report;
  Model::import_file(file, {}, &report);
  CHECK(report.notes == std::vector<std::string>{"the model computes in mixed_float16; here in float32"});
}

TEST_CASE("weights that do not fit the network are refused before memory is taken for it") {
  const test::TemporaryFolder temporary;
  const std::vector<float> few(6);
  const auto error_with = [&](int units, const std::vector<formats::Hdf5Data>& weights) {
    const fs::path file =
        make_file(temporary.path() / "m.keras",
                  sequential({layer("Dense", {{"units", units}, {"use_bias", false}})}, {nullptr, 3}), weights);
    return test::error_of(ErrorKind::data, [&] { Model::import_file(file); });
  };
  CHECK(error_with(2, {}).find("layer \"it\" (Dense): the file has no weights for its kernel") != std::string::npos);
  const formats::Hdf5Data kernel{.path = "layers/dense/vars/0", .shape = {3, 2}, .floats = few};
  CHECK(error_with(2, {kernel}) == "no error");
  CHECK(error_with(16'000'000, {kernel}).find("\"it/kernel\": expected 3x16000000 numbers, got 3x2") !=
        std::string::npos);
  formats::Hdf5Data second = kernel;
  second.path = "layers/dense/vars/1";
  CHECK(error_with(2, {kernel, second}).find("the file has more than its 1 weights") != std::string::npos);
}

TEST_CASE("a graph that is no network with one input and one output is refused") {
  const test::TemporaryFolder temporary;
  const auto error_of_model = [&](const json& model) {
    const fs::path file = make_file(temporary.path() / "m.keras", model);
    return test::error_of(ErrorKind::data, [&] { Model::import_file(file); });
  };
  CHECK(error_of_model({{"class_name", "MyModel"}}).find("convoy reads Sequential and Functional") !=
        std::string::npos);
  CHECK(error_of_model(sequential({})).find("the model's output") != std::string::npos);
  CHECK(error_of_model(sequential({layer("Flatten", {})}, {nullptr, nullptr, 8, 3})).find("the input is") !=
        std::string::npos);
  json two = sequential({layer("Flatten", {})});
  two["class_name"] = "Functional";
  two["config"]["input_layers"] = {{"in", 0, 0}, {"it", 0, 0}};
  CHECK(error_of_model(two).find("the model has 2 inputs, expected 1") != std::string::npos);
  two["config"]["input_layers"] = {"in", 0, 0};
  two["config"]["layers"][1]["inbound_nodes"] = {{{"nobody", 0, 0, json::object()}}};
  CHECK(error_of_model(two).find("is fed by a layer that the model does not have") != std::string::npos);
}

TEST_CASE("layers that Keras lacks are named") {
  const test::TemporaryFolder temporary;
  const auto error_of_layer = [&](const LayerSpec& spec) {
    Sequential model({8, 8, 4});
    model.add(Conv2D{.filters = 4, .kernel = 3});
    model.add(spec);
    model.compile(Adam{}, MeanSquaredError{});
    return test::error_of(ErrorKind::config, [&] { model.export_file(temporary.path() / "m.keras", "keras"); });
  };
  CHECK(error_of_layer(LocalResponseNorm{.name = "lrn"}) ==
        "layer \"lrn\" (local_response_norm): Keras has no such layer");
  CHECK(error_of_layer(Activation{.function = "gelu_tanh", .name = "act"}) ==
        "layer \"act\" (activation): Keras has no such function: gelu_tanh");
  CHECK(error_of_layer(MaxPool2D{.pool = 3, .padding = 1, .name = "pool"})
            .starts_with("layer \"pool\" (max_pool2d): Keras pads by \"same\" only"));
  CHECK(error_of_layer(Conv2D{.filters = 2, .kernel = 3, .padding = 1}) == "no error");
}

TEST_CASE("an explicit padding, which Keras does not have, becomes a layer of its own") {
  const test::TemporaryFolder temporary;
  Sequential model({8, 8, 3});
  model.add(Conv2D{.filters = 4, .kernel = 3, .padding = 1, .activation = "relu"});
  model.add(MaxPool2D{.pool = 3, .stride = 2, .padding = 1});
  model.add(AvgPool2D{.pool = 2, .stride = 1, .padding = 1, .count_padding = true});
  model.add(Conv2DTranspose{.filters = 2, .kernel = 3, .stride = 2, .padding = 1, .output_padding = 1});
  model.add(Conv2D{.filters = 2, .kernel = 1, .activation = "leaky_relu(0.3)"});
  model.compile(Adam{}, MeanSquaredError{});
  model.export_file(temporary.path() / "m.keras", "keras");
  Model back = Model::import_file(temporary.path() / "m.keras");
  CHECK(back.summary().rows.size() == 10);
  CHECK(difference(outputs_of(back), outputs_of(model)) < 1e-6);
}

TEST_CASE("classes are named as in Keras's files of weights, and counted in Keras's order") {
  formats::KerasStoreNames names;
  CHECK(names.next("Conv2D") == "conv2d");
  CHECK(names.next("Conv2D") == "conv2d_1");
  CHECK(names.next("PReLU") == "p_re_lu");
  CHECK(names.next("DepthwiseConv2D") == "depthwise_conv2d");
  CHECK(names.next("Conv2DTranspose") == "conv2d_transpose");
  CHECK(names.next("BatchNormalization") == "batch_normalization");
  // 0 feeds 1, 2 and 3; 2 goes through 4: it is farther from the output 5 than 1 and 3.
  CHECK(formats::keras_order({{-1}, {0}, {0}, {0}, {2}, {3, 1, 4}}) == std::vector<std::size_t>{0, 2, 3, 1, 4, 5});
}

TEST_CASE("a file of the same name as one in the archive does not matter") {
  const test::TemporaryFolder temporary;
  const fs::path before = fs::current_path();
  const fs::path file = fs::absolute(keras_folder / "sequential.keras");
  test::write(temporary.path() / "model.weights.h5", "something else");
  fs::current_path(temporary.path());
  CHECK(test::error_of([&] { Model::import_file(file).export_file("back.keras", "keras"); }) == "no error");
  CHECK(test::contents("model.weights.h5") == "something else");
  fs::current_path(before);
}

TEST_CASE("every truncation of a file is an error") {
  const test::TemporaryFolder temporary;
  for (const std::string name : {"sequential.keras", "keras2.h5"}) {
    const std::string whole = test::contents(keras_folder / name);
    const fs::path file = temporary.path() / name;
    for (std::size_t size = 0; size < whole.size(); size += name == "keras2.h5" ? 131 : 13) {
      test::write(file, whole.substr(0, size));
      CAPTURE(size);
      CHECK(test::error_of(ErrorKind::data, [&] { Model::import_file(file); }) != "no error");
    }
  }
}

TEST_CASE("a file with flipped bytes is an error, or a model") {
  const test::TemporaryFolder temporary;
  const Config into = small_network();
  for (const std::string name : {"sequential.keras", "legacy.h5", "gzip.weights.h5"}) {
    const std::string whole = test::contents(keras_folder / name);
    const fs::path file = temporary.path() / name;
    for (std::size_t at = 0; at < whole.size(); at += name == "legacy.h5" ? 101 : 17) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(~damaged[at]);
      test::write(file, damaged);
      try {
        Model::import_file(
            file, name == "gzip.weights.h5" ? ImportOptions{.into = into, .threads = 1} : ImportOptions{.threads = 1});
      } catch (const Error&) {  // any other exception fails the test
      }
    }
  }
}

}  // namespace convoy
