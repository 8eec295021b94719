#include "formats/torch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "convoy/convoy.h"
#include "formats/torch_file.h"
#include "formats/torch_pickle.h"
#include "fuzz/memory_file.h"
#include "io/safetensors.h"
#include "support/errors.h"
#include "support/temporary_folder.h"

// The files of tests/formats/torch were made by make_torch.py with PyTorch.

namespace convoy {
namespace {

namespace fs = std::filesystem;

using Layers = std::vector<LayerSpec>;

const fs::path torch_folder = "tests/formats/torch";
const Shape small_input{6, 6, 2};

/// make_torch.py's Small, as small.toml has it.
Layers small_layers() {
  return {Conv2D{.filters = 4, .kernel = 3, .padding = 1, .use_bias = false, .name = "conv"},
          BatchNorm{.preset = "torch", .name = "norm"},
          Activation{.function = "relu"},
          MaxPool2D{},
          Conv2DTranspose{.filters = 3, .kernel = 2, .stride = 2, .name = "larger"},
          DepthwiseConv2D{.kernel = 3, .name = "depthwise"},
          PReLU{.slopes = "channel", .name = "slopes"},
          Flatten{},
          Dropout{.rate = 0},
          Dense{.units = 3, .name = "fc"}};
}

/// make_torch.py's Twins.
Layers twin_layers() {
  return {Flatten{}, Dense{.units = 3, .activation = "tanh", .name = "a"}, Dense{.units = 3, .name = "b"}};
}

Sequential model_of(const Shape& input, const Layers& layers) {
  Sequential model(input, 1);
  for (const LayerSpec& layer : layers) model.add(layer);
  return model;
}

/// A configuration of the same layers, with data in the folder.
Config small_config(const fs::path& folder) {
  std::ofstream csv(folder / "train.csv");
  for (std::size_t row = 0; row < 6; ++row) {
    csv << row % 3;
    for (std::size_t i = 0; i < small_input.size(); ++i) csv << ',' << i + row;
    csv << '\n';
  }
  csv.close();
  fs::copy_file(torch_folder / "small.toml", folder / "small.toml");
  return load_config(folder / "small.toml");
}

std::vector<float> numbers_of(const std::string& name) {
  const TensorFile file = read_safetensors(torch_folder / "values.safetensors");
  const StoredTensor* tensor = file.find(name);
  REQUIRE(tensor != nullptr);
  std::vector<float> numbers(tensor->bytes.size() / sizeof(float));
  std::memcpy(numbers.data(), tensor->bytes.data(), tensor->bytes.size());
  return numbers;
}

formats::ImportedWeights read_into(const fs::path& file, const Shape& input, const Layers& layers) {
  return formats::read_torch_weights(file, Network(input, layers));
}

std::string refusal(const fs::path& file, const Shape& input, const Layers& layers) {
  return test::error_of(ErrorKind::data, [&] { read_into(file, input, layers); });
}

void take(Model& model, const formats::ImportedWeights& weights) {
  for (const auto& [name, values] : weights.tensors) std::ranges::copy(values, model.tensor(name).begin());
}

void check_near(const std::vector<float>& found, const std::vector<float>& expected, float most = 1e-5F) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(found[i] - expected[i]) <= most * std::max(1.0F, std::abs(expected[i])));
  }
}

Dataset samples(const std::string& name, const Shape& shape) {
  std::vector<float> x = numbers_of(name);
  const std::size_t count = x.size() / shape.size();
  return Dataset::from_floats(shape, std::move(x), std::vector<int>(count, 0));
}

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Reads these bytes as a file; whether they gave weights. Any error but Error fails the test.
bool gives_weights(const std::string& bytes, const Network& network, formats::ImportedWeights* weights = nullptr) {
  const test::MemoryFile file(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  try {
    formats::ImportedWeights read = formats::read_torch_weights(file.path(), network);
    if (weights != nullptr) *weights = std::move(read);
    return true;
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
    return false;
  }
}

}  // namespace

TEST_CASE("a state_dict of PyTorch gives PyTorch's outputs, whatever type, order and strides its numbers have") {
  for (const char* name : {"small.pt", "wrapped.pth", "half.pt", "double.pt", "strided.pt", "small.safetensors"}) {
    CAPTURE(name);
    CHECK(formats::torch_format().recognises(torch_folder / name));
    Sequential model = model_of(small_input, small_layers());
    const auto weights = read_into(torch_folder / name, small_input, small_layers());
    take(model, weights);
    check_near(model.forward(samples("x", small_input), false), numbers_of("y"));
    CHECK(weights.matches.size() == 12);
  }
  const auto rounded = read_into(torch_folder / "double.pt", small_input, small_layers());
  CHECK(rounded.notes == std::vector<std::string>{"its float64 numbers were rounded to float32"});
}

TEST_CASE("what a state_dict does not say is noted where the network has other keys than PyTorch") {
  Layers layers = small_layers();
  layers[1] = BatchNorm{.name = "norm"};
  const auto weights = read_into(torch_folder / "small.pt", small_input, layers);
  REQUIRE(weights.notes.size() == 2);
  CHECK(weights.notes[0].starts_with("batch_norm has epsilon = 0.001, PyTorch's default is 1e-05"));
  CHECK(weights.notes[1].starts_with("batch_norm has moving_variance = \"biased\""));
  CHECK(read_into(torch_folder / "small.pt", small_input, small_layers()).notes.empty());
}

TEST_CASE("a training step after an import is PyTorch's") {
  const test::TemporaryFolder folder;
  const Config config = small_config(folder.path());
  ImportReport report;
  Model model = Model::import_file(torch_folder / "small.pt", {.into = config, .threads = 1}, &report);
  CHECK(report.format == "torch");
  REQUIRE(!report.matches.empty());
  CHECK(report.matches[0].from == "features.0.weight");
  CHECK(report.matches[0].to == "conv/kernel");
  CHECK(report.matches[0].shape == Shape{3, 3, 2, 4});
  std::vector<float> x = numbers_of("x");
  const Dataset data = Dataset::from_floats(small_input, std::move(x), std::vector<int>{0, 1, 2, 1, 0});
  model.compile(SGD{.learning_rate = 0.1}, SoftmaxCrossEntropy{});
  model.fit(data, {.epochs = 1, .batch_size = 5, .shuffle = false, .scaling = "none"});
  // Through a file, so that PyTorch's names and orders are compared.
  model.export_file(folder.path() / "stepped.safetensors", "torch");
  const TensorFile stepped = read_safetensors(folder.path() / "stepped.safetensors");
  const std::vector<std::pair<std::string, std::string>> modules = {{"conv.weight", "features.0.weight"},
                                                                    {"norm.weight", "features.1.weight"},
                                                                    {"norm.bias", "features.1.bias"},
                                                                    {"norm.running_mean", "features.1.running_mean"},
                                                                    {"norm.running_var", "features.1.running_var"},
                                                                    {"larger.weight", "features.4.weight"},
                                                                    {"larger.bias", "features.4.bias"},
                                                                    {"depthwise.weight", "features.5.weight"},
                                                                    {"depthwise.bias", "features.5.bias"},
                                                                    {"slopes.weight", "features.6.weight"},
                                                                    {"fc.weight", "classifier.1.weight"},
                                                                    {"fc.bias", "classifier.1.bias"}};
  for (const auto& pair : modules) {
    const std::string& ours = pair.first;
    const std::string& theirs = pair.second;
    CAPTURE(ours);
    const StoredTensor* tensor = stepped.find(ours);
    REQUIRE(tensor != nullptr);
    std::vector<float> numbers(tensor->bytes.size() / sizeof(float));
    std::memcpy(numbers.data(), tensor->bytes.data(), tensor->bytes.size());
    check_near(numbers, numbers_of("stepped." + theirs));
  }
  REQUIRE(stepped.find("norm.num_batches_tracked") != nullptr);
  CHECK(stepped.find("norm.num_batches_tracked")->dtype == DType::i64);
  CHECK(stepped.find("norm.num_batches_tracked")->shape.empty());
}

TEST_CASE("what is exported reads back bit by bit, and its source names the same tensors") {
  const test::TemporaryFolder folder;
  const Config config = small_config(folder.path());
  Model model = Model::import_file(torch_folder / "small.pt", {.into = config, .threads = 1});
  const fs::path file = folder.path() / "out.safetensors";
  CHECK(model.export_file(file, "torch") == std::vector<fs::path>{file, folder.path() / "out.py"});
  Model again = Model::import_file(file, {.into = config, .threads = 1});
  for (const std::string& name : model.tensor_names()) {
    CAPTURE(name);
    const auto first = model.tensor(name);
    const auto second = again.tensor(name);
    REQUIRE(first.size() == second.size());
    CHECK(std::memcmp(first.data(), second.data(), first.size_bytes()) == 0);
  }
  const Dataset x = samples("x", small_input);
  CHECK(model.forward(x, false) == again.forward(x, false));
  const std::string source = bytes_of(folder.path() / "out.py");
  for (const char* line : {"self.conv = nn.Conv2d(2, 4, (3, 3), padding=(1, 1), bias=False)",
                           "self.norm = nn.BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=True)", "strict=True",
                           "self.larger = nn.ConvTranspose2d(4, 3, (2, 2), stride=(2, 2))", "x = x.flatten(1)"}) {
    CAPTURE(line);
    CHECK(source.find(line) != std::string::npos);
  }
  model.export_file(file, "torch");  // in place of what convoy wrote
  std::ofstream(folder.path() / "mine.py") << "print('mine')\n";
  const auto error = [&](const char* name) {
    return test::error_of(ErrorKind::config, [&] { model.export_file(folder.path() / name, "torch"); });
  };
  CHECK(error("mine.safetensors")
            .ends_with("mine.py: was not written by convoy export, which would replace it; name another file"));
  CHECK(!fs::exists(folder.path() / "mine.safetensors"));
  CHECK(error("model.pt").find("expected a name that ends in .safetensors") != std::string::npos);
}

TEST_CASE("tensors of one shape are told apart by order or by name, or refused") {
  const Shape three{1, 1, 3};
  Sequential model = model_of(three, twin_layers());
  take(model, read_into(torch_folder / "twins.pt", three, twin_layers()));
  check_near(model.forward(samples("twins_x", three), false), numbers_of("twins_y"));
  CHECK(
      refusal(torch_folder / "twins.safetensors", three, twin_layers()) ==
      "tests/formats/torch/twins.safetensors: \"first\" (bias 3, weight 3x3) and \"second\" both fit layer \"a\" (bias "
      "3, weight 3x3); put the layers into the file's order, or give them the names that they have there");
  const Layers named = {Flatten{}, Dense{.units = 3, .activation = "tanh", .name = "second"},
                        Dense{.units = 3, .name = "first"}};
  Sequential by_name = model_of(three, named);
  take(by_name, read_into(torch_folder / "twins.safetensors", three, named));
  check_near(by_name.forward(samples("twins_x", three), false), numbers_of("twins_y"));
}

TEST_CASE("a network of another kind is refused with the first difference") {
  const auto with = [](std::size_t place, const LayerSpec& layer) {
    Layers layers = small_layers();
    layers[place] = layer;
    return layers;
  };
  const fs::path file = torch_folder / "small.pt";
  const std::string begins = file.string() + ": ";
  CHECK(refusal(file, small_input, with(0, Conv2D{.filters = 4, .kernel = 3, .padding = 1, .name = "conv"})) ==
        begins +
            "\"features.0\" (weight 4x2x3x3) does not fit layer \"conv\" (bias 4, weight 4x2x3x3); put the layers into "
            "the file's order, or give them the names that they have there");
  CHECK(refusal(file, small_input, with(9, Dense{.units = 4, .name = "fc"}))
            .starts_with(begins +
                         "\"classifier.1\" (bias 3, weight 3x48) does not fit layer \"fc\" (bias 4, weight 4x48)"));
  CHECK(refusal(file, small_input, with(6, Activation{.function = "relu"}))
            .starts_with(begins + "\"features.6\" (weight 3) does not fit layer \"fc\""));
  Layers longer = small_layers();
  longer.push_back(Dense{.units = 2, .name = "more"});
  CHECK(refusal(file, small_input, longer) == begins + "has nothing for layer \"more\" (bias 2, weight 2x3)");
  Layers shorter = small_layers();
  shorter.pop_back();
  CHECK(refusal(file, small_input, shorter) ==
        begins + "\"classifier.1\" (bias 3, weight 3x48) is left over: the network has no such layer");
  CHECK(refusal(torch_folder / "small.safetensors", small_input, shorter).find("is left over") != std::string::npos);
  CHECK(refusal(file, small_input, with(1, BatchNorm{.center = false, .preset = "torch", .name = "norm"}))
            .find("and the network's layer has none: expected 0.0 everywhere") != std::string::npos);
}

TEST_CASE("files that are no state_dict are refused by what they are") {
  const auto says = [](const char* name) { return refusal(torch_folder / name, small_input, small_layers()); };
  CHECK(says("old.pt").find("was written by PyTorch before 1.6; load it there and save it again") != std::string::npos);
  CHECK(says("module.pt")
            .find("holds a Python object of \"__main__.Twins\", which convoy does not make; expected a "
                  "state_dict: torch.save(model.state_dict(), FILE), not torch.save(model, FILE)") !=
        std::string::npos);
  CHECK(says("script.pt").find("is a TorchScript program") != std::string::npos);
  const test::TemporaryFolder folder;
  Sequential own = model_of(small_input, small_layers());
  own.compile(SGD{}, SoftmaxCrossEntropy{});
  own.save(folder.path() / "own.safetensors");
  CHECK(refusal(folder.path() / "own.safetensors", small_input, small_layers())
            .ends_with("is convoy's own model already; use it as it is"));
  const std::string needs = test::error_of(ErrorKind::config, [] { Model::import_file(torch_folder / "small.pt"); });
  CHECK(
      needs.ends_with("is a PyTorch state_dict, which has weights but no network; give the network's configuration: "
                      "--into CONFIG"));
}

TEST_CASE("what no module of PyTorch has is refused on export") {
  const test::TemporaryFolder folder;
  Sequential model =
      model_of({4, 4, 2}, {Reshape{.shape = {8, 4}}, BatchNorm{.name = "rows"}, Flatten{}, Dense{.units = 2}});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  CHECK(test::error_of(ErrorKind::config, [&] { model.export_file(folder.path() / "a.safetensors", "torch"); }) ==
        "layer \"rows\" (batch_norm): PyTorch has no such layer for an input of 8x4");
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("every truncation of a file is refused") {
  const Network network(small_input, small_layers());
  for (const char* name : {"small.pt", "small.safetensors"}) {
    const std::string whole = bytes_of(torch_folder / name);
    CHECK(gives_weights(whole, network));
    for (std::size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(name);
      CAPTURE(length);
      CHECK_FALSE(gives_weights(whole.substr(0, length), network));
    }
  }
}

TEST_CASE("no damaged byte changes a weight of a .pt file without being noticed, and none does harm") {
  const Network network(small_input, small_layers());
  const std::string whole = bytes_of(torch_folder / "small.pt");
  formats::ImportedWeights sound;
  REQUIRE(gives_weights(whole, network, &sound));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
    formats::ImportedWeights weights;
    CAPTURE(at);
    if (gives_weights(bytes, network, &weights)) CHECK(weights.tensors == sound.tensors);
  }
  const std::string tensors = bytes_of(torch_folder / "small.safetensors");
  for (std::size_t at = 0; at < tensors.size(); ++at) {
    std::string bytes = tensors;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
    gives_weights(bytes, network);
  }
}

namespace {

std::string pickle_error(const std::string& pickle) {
  const auto bytes = std::as_bytes(std::span(pickle));
  return test::error_of(ErrorKind::data, [&] { formats::read_state_dict(bytes, "p"); });
}

/// A state_dict of one tensor of two numbers, "w", with this offset, shape and strides, each one byte.
std::string pickled_tensor(char offset, const std::string& shape, const std::string& strides) {
  const auto tuple = [](const std::string& numbers) {
    std::string text = "(";
    for (const char number : numbers) text += {'K', number};
    return text + 't';
  };
  return std::string("\x80\x02}(X\x01\0\0\0w", 10) + "ctorch._utils\n_rebuild_tensor_v2\n((" +
         std::string("X\x07\0\0\0storage", 12) + "ctorch\nFloatStorage\n" +
         std::string(
             "X\x01\0\0\0"
             "0",
             6) +
         std::string("X\x03\0\0\0cpu", 8) + "K\x02tQ" + 'K' + offset + tuple(shape) + tuple(strides) + "tRu.";
}

}  // namespace

TEST_CASE("a pickle calls nothing, and its tensors lie in their storages") {
  using namespace std::string_literals;
  CHECK(pickle_error(pickled_tensor(0, "\x02", "\x01")) == "no error");
  CHECK(pickle_error(pickled_tensor(0, "\x09\x09", "\0\0"s)) == "no error");  // an expanded tensor: one number
  for (const std::string& beyond :
       {pickled_tensor(1, "\x02", "\x01"), pickled_tensor(0, "\x03", "\x01"), pickled_tensor(0, "\x02", "\x02"),
        pickled_tensor(0, "\x02\x02", "\x01\x01"), pickled_tensor(2, "", "")}) {
    CHECK(pickle_error(beyond).find("a tensor reaches beyond its storage of 2 numbers") != std::string::npos);
  }
  CHECK(pickle_error(pickled_tensor(0, "\x02", "\x01\x01")).find("more extents than strides") != std::string::npos);
  CHECK(pickle_error(pickled_tensor(0, std::string(9, '\x01'), std::string(9, '\x01'))).find("more than 8 extents") !=
        std::string::npos);
  CHECK(pickle_error("\x80\x02"
                     "cos\nsystem\n(X\x02\0\0\0lstR."s)
            .find("a Python object of \"os.system\"") != std::string::npos);
  CHECK(pickle_error("\x80\x02}."s) == "p: holds no tensors");
  CHECK(pickle_error("\x80\x02K\x01."s).find("expected a state_dict") != std::string::npos);
  CHECK(pickle_error("\x80\x02}(X\x01\0\0\0aK\x01u."s).find("found \"a\", which is no tensor") != std::string::npos);
  CHECK(pickle_error("\x80\x02}q\x01X\x05\0\0\0modelh\x01s."s).find("found \"model\"") !=
        std::string::npos);  // in itself
  CHECK(pickle_error("\x80\x02h\x05."s).find("value 5 was never made") != std::string::npos);
  CHECK(pickle_error("\x80\x02X\xff\xff\xff\xff"s).find("a text of 4294967295 characters") != std::string::npos);
  CHECK(pickle_error("i"s).find("is none that torch.save uses") != std::string::npos);
  CHECK(pickle_error(std::string(1'000'000, ']')).find("more values than a state_dict has") != std::string::npos);
}

namespace {

/// The same of any instructions for the offset, the extents and the strides, behind a storage of 200 numbers.
std::string pickled_by(const std::string& offset, const std::string& extents, const std::string& strides,
                       const std::string& after = "") {
  return std::string("\x80\x02}(X\x01\0\0\0w", 10) + "ctorch._utils\n_rebuild_tensor_v2\n((" +
         std::string("X\x07\0\0\0storage", 12) + "ctorch\nFloatStorage\n" +
         std::string(
             "U\x01zU\x03"
             "cpuK\xc8tQ",
             12) +
         offset + extents + strides + "tR" + after + "u.";
}

std::vector<formats::PickledTensor> pickled(const std::string& pickle) {
  return formats::read_state_dict(std::as_bytes(std::span(pickle)), "p");
}

}  // namespace

TEST_CASE("whole numbers of a pickle have up to eight bytes and a sign") {
  using namespace std::string_literals;
  const std::string one = "K\x01\x85";
  const auto offset = [&](const std::string& number) { return pickled(pickled_by(number, one, one)).at(0).offset; };
  CHECK(offset("K\xc7") == 199);
  CHECK(offset("M\x80\0"s) == 128);
  CHECK(offset("J\x80\0\0\0"s) == 128);
  CHECK(offset("\x8a\0"s) == 0);
  CHECK(offset("\x8a\x01\x7f") == 127);
  CHECK(offset("\x8a\x02\x80\0"s) == 128);
  CHECK(offset("\x8a\x08\x80\0\0\0\0\0\0\0"s) == 128);
  for (const std::string& negative :
       {"\x8a\x01\x80"s, "\x8a\x02\xff\xff"s, "J\xff\xff\xff\xff"s, "\x8a\x08\0\0\0\0\0\0\0\x80"s}) {
    CHECK(pickle_error(pickled_by(negative, one, one)).find("reaches beyond its storage of 200") != std::string::npos);
  }
  CHECK(pickle_error(pickled_by("\x8a\x09", one, one)).find("a whole number of 9 bytes") != std::string::npos);
  CHECK(pickle_error(pickled_by("K\x01", "\x8a\x01\xff\x85", one)).find("an extent below 0") != std::string::npos);
}

TEST_CASE("the tensors of a pickle keep their offset, extents and strides") {
  const auto tensor = pickled(pickled_by("K\x05", "K\x02K\x01K\x03\x87", "K\x03K\x63K\x01\x87")).at(0);
  CHECK(tensor.name == "w");
  CHECK(tensor.storage == "z");
  CHECK(tensor.offset == 5);
  CHECK(tensor.shape == std::vector<std::int64_t>{2, 1, 3});
  CHECK(tensor.strides == std::vector<std::int64_t>{3, 0, 1});  // nothing is ever a stride away on an axis of 1
  CHECK(pickled(pickled_by("K\x05", "K\x01\x85", "K\x07\x85")).at(0).strides == std::vector<std::int64_t>{0});
  const std::string none = std::string("K\x05K\0\x85", 5);
  CHECK(pickled(pickled_by("K\x05", none.substr(2), "K\x01\x85")).at(0).shape == std::vector<std::int64_t>{0});
}

TEST_CASE("a pickle's calls take the arguments that PyTorch gives") {
  using namespace std::string_literals;
  const std::string one = "K\x01\x85";
  // _rebuild_parameter(tensor, True, OrderedDict()) in place of the tensor
  const std::string plain = pickled_by("K\x05", one, one);
  const std::string parameter = "ctorch._utils\n_rebuild_parameter\n";
  const std::size_t at = plain.find("ctorch._utils");
  const std::string wrapped = plain.substr(0, at) + parameter + "(" + plain.substr(at, plain.size() - 2 - at) +
                              "\x88"
                              "ccollections\nOrderedDict\n)RtRu.";
  CHECK(pickled(wrapped).at(0).offset == 5);
  const std::string size = pickled_by("K\x05", "ctorch\nSize\nK\x01\x85\x85R", one);
  CHECK(pickled(size).at(0).shape == std::vector<std::int64_t>{1});
  const auto refused = [](const std::string& instructions, const std::string& what) {
    const std::string error = pickle_error("\x80\x02" + instructions + ".");
    CAPTURE(error);
    CHECK(error.find(what) != std::string::npos);
  };
  const std::string other = "a call with other arguments than PyTorch's";
  refused("ctorch._utils\n_rebuild_tensor_v2\n)R", "a tensor of too few arguments");
  refused("ccollections\nOrderedDict\n(K\x01tR", other);
  refused(parameter + ")R", other);
  refused(parameter + "(K\x01tR", "expected a tensor");
  refused("ccollections\nCounter\n)R", other);
  refused("ctorch\nFloatStorage\n(K\x01tR", other);
  refused("ctorch\nSize\n(K\x01K\x01tR", other);
  refused("c" + std::string(5000, 'a') + "\nb\n", "a name without an end");
  refused("cshort", "a name without an end");
}

}  // namespace convoy
