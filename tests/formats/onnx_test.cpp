// Files that exporters wrote (made by make_onnx.py) against what ONNX Runtime says of them; to ONNX and back; what is
// damaged or not convoy's.

#include "formats/onnx.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "convoy/convoy.h"
#include "data/npy.h"
#include "data/number_array.h"
#include "formats/onnx_writer.h"
#include "support/compare.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/temporary_folder.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

const fs::path onnx_files = "tests/formats/onnx";

/// The floats of an .npy file.
std::vector<float> onnx_floats(const fs::path& file) {
  const NumberArray array = read_npy(file);
  std::vector<float> values(array.values.size() / sizeof(float));
  std::memcpy(values.data(), array.values.data(), array.values.size());
  return values;
}

/// What a model says of samples, its scaling applied but no loss.
std::vector<float> onnx_outputs(Model& model, std::vector<float> samples, const Scaling& scaling) {
  const std::size_t channels = scaling.multiply.size();
  for (std::size_t i = 0; i < samples.size() && channels > 0; ++i) {
    samples[i] = samples[i] * scaling.multiply[i % channels] + scaling.add[i % channels];
    if (scaling.threshold) samples[i] = samples[i] > *scaling.threshold ? 1.0F : 0.0F;
  }
  const std::size_t count = samples.size() / model.input_shape().size();
  return model.forward(Dataset::from_floats(model.input_shape(), std::move(samples), std::vector<int>(count, 0)),
                       false);
}

void check_same_tensors(Model& a, Model& b) {
  REQUIRE(a.tensor_names() == b.tensor_names());
  for (const std::string& name : a.tensor_names()) {
    CAPTURE(name);
    const auto of_a = a.tensor(name);
    const auto of_b = b.tensor(name);
    REQUIRE(of_a.size() == of_b.size());
    CHECK(std::memcmp(of_a.data(), of_b.data(), of_a.size_bytes()) == 0);
  }
}

std::string onnx_error(const fs::path& file) {
  return test::error_of(ErrorKind::data, [&] { Model::import_file(file); });
}

/// A file of one node between an input of 1 x 2 x 4 x 4 and the output.
std::string one_node(const std::string& op, const std::vector<std::string>& inputs = {"x"},
                     const formats::onnx::Attributes& attributes = {}) {
  formats::onnx::GraphWriter graph;
  graph.input("x", {-1, 2, 4, 4});
  graph.floats("c", {2, 1, 1}, std::vector<float>{1, 2});
  graph.integers("i", {2, 16});
  graph.add(op, "y", inputs, attributes);
  graph.output("y", {-1, 2, 4, 4});
  return graph.file("test", {});
}

/// A model with every layer that ONNX has, two inputs where a layer takes them.
Graph every_layer() {
  Graph model({8, 9, 4}, 1);
  std::string at = model.add(
      Conv2D{.filters = 6, .kernel = {3, 2}, .stride = {1, 2}, .padding = "same", .activation = "gelu", .name = "conv"},
      {Graph::input});
  at = model.add(DepthwiseConv2D{.kernel = 3, .padding = {0, 1, 2, 1}, .depth_multiplier = 2, .name = "depthwise"},
                 {at});
  at = model.add(BatchNorm{.epsilon = 1e-4, .name = "batch"}, {at});
  at = model.add(Conv2D{.filters = 8, .kernel = 1, .groups = 4, .use_bias = false, .name = "grouped"}, {at});
  at = model.add(GroupNorm{.groups = 2, .name = "group"}, {at});
  const std::string first = model.add(InstanceNorm{.scale = false, .name = "instance"}, {at});
  const std::string second = model.add(LayerNorm{.name = "layer"}, {at});
  at = model.add(Add{.name = "add"}, {first, second});
  at = model.add(Multiply{.name = "gated"}, {at, model.add(Activation{.function = "sigmoid", .name = "gate"},
                                                           {model.add(GlobalAvgPool{.name = "mean"}, {at})})});
  at = model.add(LocalResponseNorm{.size = 3, .name = "local"}, {at});
  at = model.add(Affine{.name = "affine"}, {at});
  at = model.add(PReLU{.slopes = "each", .initial = 0.25, .name = "prelu"}, {at});
  at = model.add(Concat{.name = "concat"}, {at, first});
  at = model.add(Conv2DTranspose{.filters = 3,
                                 .kernel = 3,
                                 .stride = 2,
                                 .padding = "same",
                                 .activation = "leaky_relu(0.3)",
                                 .name = "transpose"},
                 {at});
  at = model.add(MaxPool2D{.pool = 3, .stride = 2, .padding = "same", .name = "max"}, {at});
  at = model.add(ZeroPadding2D{.padding = {0, 1, 1, 1}, .name = "pad"}, {at});
  at = model.add(UpSampling2D{.size = {2, 1}, .interpolation = "bilinear", .name = "up"}, {at});
  at = model.add(Cropping2D{.cropping = {1, 0, 0, 1}, .name = "crop"}, {at});
  at = model.add(AvgPool2D{.pool = 2, .padding = 1, .count_padding = true, .name = "average"}, {at});
  at = model.add(Dropout{.rate = 0.2, .name = "drop"}, {at});
  at = model.add(Flatten{.name = "flat"}, {at});
  at = model.add(Dense{.units = 12, .activation = "hard_swish", .name = "dense"}, {at});
  at = model.add(Reshape{.shape = {2, 2, 3}, .name = "shape"}, {at});
  at = model.add(Conv2D{.filters = 5, .kernel = 2, .name = "small"}, {at});
  at = model.add(GlobalMaxPool{.name = "largest"}, {at});
  model.add(Activation{.function = "softmax", .name = "end"}, {at});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  std::uint32_t stream = 0;
  for (const std::string& name : model.tensor_names()) {
    auto tensor = model.tensor(name);
    std::ranges::copy(test::normal_floats(tensor.size(), stream++, 0.4F, 0.5F), tensor.begin());
    if (name.ends_with("variance")) {
      for (float& value : tensor) value = 0.5F + value * value;
    }
  }
  return model;
}

}  // namespace

TEST_CASE("files of PyTorch, Keras and tf2onnx give the outputs that ONNX Runtime gives") {
  int seen = 0;
  for (const auto& entry : fs::directory_iterator(onnx_files)) {
    if (entry.path().extension() != ".onnx") continue;
    const fs::path& file = entry.path();
    CAPTURE(file);
    const std::string samples = file.stem() == "external" ? "tensorflow" : file.stem().string();
    Model model = Model::import_file(file, {.threads = 1});
    const Scaling scaling = formats::onnx::read(file).scaling;
    const auto got = onnx_outputs(model, onnx_floats(onnx_files / (samples + ".x.npy")), scaling);
    CHECK(test::relative_distance(got, onnx_floats(onnx_files / (samples + ".y.npy"))) < 1e-5);
    ++seen;
  }
  CHECK(seen >= 9);
}

TEST_CASE("what happens to the input first is its scaling, and names of layers are those of the modules") {
  const auto model = formats::onnx::read(onnx_files / "residual.onnx");
  CHECK(model.scaling.multiply == std::vector<float>(2, 1.0F / 255));
  CHECK(model.scaling.add == std::vector<float>(2, -0.5F));
  CHECK(model.layers[0].name == "conv1");
  CHECK(model.input == Shape{5, 4, 2});
}

TEST_CASE("what is exported to ONNX comes back the same, bit for bit") {
  const test::TemporaryFolder folder;
  Model model = every_layer();
  const fs::path file = folder.path() / "model.onnx";
  CHECK(model.export_file(file, "onnx") == std::vector<fs::path>{file});
  Model back = Model::import_file(file, {.threads = 1});
  check_same_tensors(model, back);
  const auto samples = test::normal_floats(3 * model.input_shape().size(), 77);
  CHECK(test::relative_distance(onnx_outputs(back, samples, {}), onnx_outputs(model, samples, {})) < 1e-6);
}

TEST_CASE("layers that several operators make are told by their values") {
  const auto types = [](const std::string& name) {
    std::vector<std::string> all;
    for (const LayerSpec& layer : formats::onnx::read(onnx_files / (name + ".onnx")).layers) all.push_back(layer.type);
    return all;
  };
  using Types = std::vector<std::string>;
  CHECK(types("by_hand") ==
        Types{"layer_norm", "layer_norm", "group_norm", "softplus", "affine", "relu6", "affine", "softmax"});
  CHECK(types("response") == Types{"local_response_norm", "affine", "zero_padding2d", "affine"});
  CHECK(types("repeated") == Types{"prelu", "up_sampling2d", "avg_pool2d"});
  CHECK(types("decoder") == Types{"dense", "batch_norm", "relu", "reshape", "conv2d_transpose"});
  const auto model = formats::onnx::read(onnx_files / "by_hand.onnx");
  CHECK(model.layers[0].settings.number("epsilon") == 1e-6);
  CHECK(model.layers[1].settings.number("epsilon") == 1e-4);
}

TEST_CASE("which variance a batch norm keeps goes to ONNX and comes back") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "model.onnx";
  for (const std::string variance : {"biased", "unbiased"}) {
    Sequential model({4, 4, 2}, 1);
    model.add(BatchNorm{.moving_variance = variance, .name = "norm"});
    model.compile(Adam{}, SoftmaxCrossEntropy{});
    model.export_file(file, "onnx");
    CHECK(formats::onnx::read(file).layers.at(0).settings.text("moving_variance") == variance);
  }
}

TEST_CASE("an imported file exported again has the same weights and outputs") {
  const test::TemporaryFolder folder;
  for (const std::string name : {"cnn", "residual_dynamo", "norms", "functions", "sizes", "tensorflow", "by_hand",
                                 "response", "decoder", "repeated"}) {
    CAPTURE(name);
    Model model = Model::import_file(onnx_files / (name + ".onnx"), {.threads = 1});
    const fs::path file = folder.path() / "again.onnx";
    model.export_file(file, "onnx");
    Model back = Model::import_file(file, {.threads = 1});
    check_same_tensors(model, back);
    const auto samples = test::normal_floats(2 * model.input_shape().size(), 5);
    CHECK(test::relative_distance(onnx_outputs(back, samples, {}), onnx_outputs(model, samples, {})) < 1e-6);
    CHECK(formats::onnx::read(file).scaling == formats::onnx::read(onnx_files / (name + ".onnx")).scaling);
  }
}

TEST_CASE("what convoy has no layer for is refused by node and operator") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "one.onnx";
  const auto refused = [&](const std::string& bytes) {
    test::write(file, bytes);
    const std::string error = onnx_error(file);
    return error.substr(std::min(error.size(), file.string().size() + 2));
  };
  CHECK(refused(one_node("Einsum")) == "node \"y\" (Einsum): convoy has no layer for this operator");
  CHECK(refused(one_node("Erf")) == "node \"y\" (Erf): convoy has no layer for this operator here");
  CHECK(refused(one_node("Div", {"c", "x"})).starts_with("node \"y\" (Div): expected a constant of one number"));
  CHECK(refused(one_node("Transpose", {"x"}, {{"perm", formats::onnx::Extents{1, 0, 2, 3}}})) ==
        "node \"y\" (Transpose): expected an order of the axes that leaves the batch first");
  CHECK(refused(one_node("Reshape", {"x", "i"})).find("joins the batch axis") != std::string::npos);
  CHECK(refused(one_node("Concat", {"x", "x"}, {{"axis", std::int64_t{0}}})).find("batch axis") != std::string::npos);
  CHECK(refused(one_node("Relu", {"z"})) == "node \"y\" (Relu): takes \"z\", which nothing before it makes");
  CHECK(refused(one_node("Identity")) == "has no layer: its output is its input");
  CHECK(refused(one_node("Conv", {"x", "x"})).find("to be a constant") != std::string::npos);
  CHECK(refused(one_node("If", {"x"})).find("to be a constant") != std::string::npos);
  CHECK(refused(one_node("If", {"c"})) == "node \"y\" (If): expected one condition");
}

TEST_CASE("a layer that ONNX lacks is refused before anything is written") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "model.onnx";
  const auto refused = [&](const LayerSpec& layer) {
    Sequential model({7, 7, 2}, 1);
    model.add(layer);
    model.compile(Adam{}, SoftmaxCrossEntropy{});
    const std::string error = test::error_of(ErrorKind::config, [&] { model.export_file(file, "onnx"); });
    CHECK(!fs::exists(file));
    return error;
  };
  CHECK(refused(AdaptiveAvgPool2D{.size = 3, .name = "a"}).starts_with("layer \"a\" (adaptive_avg_pool2d): "));
  CHECK(refused(LocalResponseNorm{.size = 4, .name = "b"}).starts_with("layer \"b\" (local_response_norm): "));
}

TEST_CASE("a damaged ONNX file gives one error") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "damaged.onnx";
  const auto harmless = [&](const std::string& bytes) {
    test::write(file, bytes);
    try {
      formats::onnx::read(file);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::data);
      CHECK(std::string(error.what()).starts_with(file.string() + ": "));
    }
  };
  for (const std::string name : {"cnn", "by_hand", "response", "decoder", "repeated"}) {
    const std::string whole = test::contents(onnx_files / (name + ".onnx"));
    const std::size_t step = name == "cnn" ? 1 : 7;
    for (std::size_t size = 0; size < whole.size(); size += step) harmless(whole.substr(0, size));
    for (std::size_t at = 0; at < whole.size(); at += step) {
      for (const int flip : {0x01, 0x80, 0xff}) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ flip);
        harmless(bytes);
      }
    }
  }
}

TEST_CASE("external weights lie beside the model, in a plain file and within it") {
  const test::TemporaryFolder folder;
  const std::string model = test::contents(onnx_files / "external.onnx");
  const std::string weights = test::contents(onnx_files / "external.bin");
  const fs::path file = folder.path() / "external.onnx";
  const auto with_location = [&](const std::string& location) {  // of the same length
    std::string bytes = model;
    for (std::size_t at = bytes.find("external.bin"); at != std::string::npos;
         at = bytes.find("external.bin", at + 1)) {
      bytes.replace(at, location.size(), location);
    }
    test::write(file, bytes);
  };
  with_location("external.bin");
  CHECK(onnx_error(file).find("no file beside the model") != std::string::npos);
  test::write(folder.path() / "external.bin", weights);
  CHECK_NOTHROW(Model::import_file(file));
  test::write(folder.path() / "external.bin", weights.substr(0, weights.size() - 1));
  CHECK(onnx_error(file).find("of a file of " + std::to_string(weights.size() - 1)) != std::string::npos);
  with_location("../ternal.bi");
  CHECK(onnx_error(file).find("expected the name of a file beside the model") != std::string::npos);
  with_location("external.bin");
  fs::remove(folder.path() / "external.bin");
  test::write(folder.path() / "elsewhere", weights);
  fs::create_symlink("elsewhere", folder.path() / "external.bin");
  CHECK(onnx_error(file).find("no file beside the model") != std::string::npos);
}

}  // namespace convoy
