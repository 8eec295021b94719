// Model files from strangers: what their configuration says must not read, allocate or print what it should not.

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "convoy/error.h"
#include "convoy/machine.h"
#include "convoy/model.h"
#include "convoy/predictor.h"
#include "convoy/run.h"
#include "io/model_file.h"
#include "support/files.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;

namespace {

/// A file that averages an image of any size and takes a dense layer of two outputs of it.
struct File {
  std::string top = {};  ///< more of the configuration's first lines
  std::string input_shape = "[8, 8, 1]";
  std::string layers = "[[layer]]\ntype = \"global_avg_pool\"\n[[layer]]\ntype = \"dense\"\nname = \"d\"\nunits = 2\n";
  std::string dataset = "dataset = \"idx\"\n";
  std::string rest = {};  ///< more sections
  Scaling scaling = {{1}, {0}};
  std::vector<std::string> class_names = {"a", "b"};
  std::vector<float> kernel = {1, 2};
  std::vector<float> bias = {0, 0};

  void save(const std::filesystem::path& file) {
    const std::string config = top + "input_shape = " + input_shape + "\n[data]\n" + dataset + rest +
                               "[loss]\ntype = \"softmax_cross_entropy\"\n" + layers;
    const std::vector<NamedTensor> tensors = {{"d/kernel", {1, 2}, kernel}, {"d/bias", {2}, bias}};
    save_model(file, tensors, {.config = config, .scaling = scaling, .class_names = class_names, .convoy_version = {}});
  }
};

/// What loading it says; "" where it loads.
std::string refusal(File file) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "m.safetensors";
  test::write(folder.path() / "base.toml", "this is read, and no TOML");
  file.save(path);
  try {
    Model::load(path, 1);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
    CHECK(std::string(error.what()).starts_with(path.string() + ": "));
    CHECK_FALSE(contains(error.what(), "\n"));
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the file that the others are made from loads") { CHECK(refusal({}).empty()); }

TEST_CASE("a model file's configuration reads no other file") {
  CHECK(contains(refusal({.top = "extends = \"base.toml\"\n"}), "a model reads no other"));
  CHECK(contains(refusal({.top = "extends = \"/dev/zero\"\n"}), "a model reads no other"));
  CHECK(contains(refusal({.rest = "[sweep]\nseeds = 2\n"}), "[sweep] belongs into a file"));
  CHECK(contains(refusal({.rest = "[experiment]\nclaim = \"x\"\n"}), "[experiment] belongs into a file"));
}

TEST_CASE("where data lie is not for a model file to say") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "m.safetensors";
  File{.rest = "path = \"/dev/zero\"\nhint = \"run this\"\n"}.save(path);
  const Config config = config_of(path);
  CHECK_FALSE(config.data.has("path"));
  CHECK(config.data.text("hint").empty());
}

TEST_CASE("a model file has no more allocated than its tensors and one sample of a gigabyte need") {
  const std::string dense = "[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\nname = \"d\"\nunits = ";
  CHECK(contains(refusal({.layers = dense + "16777216\n"}), "describes 1090519040 numbers, its tensors have 4"));
  CHECK(contains(refusal({.input_shape = "[16384, 16384, 1]"}), "MB to predict one sample, expected at most 1024 MB"));
  CHECK(contains(refusal({.input_shape = "[2147483647, 2147483647, 1]"}), "more than 2^28 numbers"));
  CHECK(contains(refusal({.input_shape = "[2147483647, 2147483647, 2147483647, 2147483647]"}), "2^28 numbers"));
  // each doubles the channels: after 40 of them there are too many for any integer
  std::string doubled = "[[layer]]\ntype = \"dropout\"\nname = \"c0\"\nrate = 0.1\n";
  for (int i = 1; i <= 40; ++i) {
    const std::string before = "\"c" + std::to_string(i - 1) + "\"";
    doubled += "[[layer]]\ntype = \"concat\"\nname = \"c" + std::to_string(i) + "\"\ninputs = [" + before + ", " +
               before + "]\n";
  }
  CHECK_FALSE(refusal({.layers = doubled}).empty());
}

TEST_CASE("a model file asks for images of its input's size only") {
  File file;
  file.dataset = "dataset = \"image_folder\"\nimage_size = 4096\n";
  CHECK(contains(refusal(file), "images of 4096x4096x1 for an input of 8x8x1"));
  file.dataset = "dataset = \"image_folder\"\nimage_size = 8\n";
  CHECK(refusal(file).empty());
}

TEST_CASE("a prediction plans for the samples there are") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "m.safetensors";
  File{.input_shape = "[4096, 2048, 1]"}.save(path);  // 32 MB a sample
  Model model = Model::load(path, 1);
  const double before = peak_rss_mb();
  {
    Predictor predictor(model, 1);
    const std::vector<float> sample(std::size_t{4096} * 2048, 0.5F);
    CHECK(predictor.predict(sample)[1] > 0.5F);
  }
  model.predict(Dataset::from_floats({4096, 2048, 1}, std::vector<float>(std::size_t{4096} * 2048, 0.5F), {0}));
  CHECK(peak_rss_mb() - before < 512);  // with room for 32 samples each buffer of a batch has a gigabyte
}

TEST_CASE("what a model file says fits its network and is finite") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  CHECK(contains(refusal({.class_names = {"a", "a"}}), "two classes are named \"a\""));
  CHECK(contains(refusal({.class_names = {"a", "b", "c"}}), "3 \"class_names\" for 2 outputs"));
  CHECK(contains(refusal({.scaling = {{1, 1}, {0, 0}}}), "\"scaling\" is not for 1 channels"));
  CHECK(contains(refusal({.scaling = {{1, 1}, {0}}}), "\"scaling\" is not for 1 channels"));
  CHECK(contains(refusal({.scaling = {{1}, {0, 0}}}), "\"scaling\" is not for 1 channels"));
  CHECK_FALSE(refusal({.scaling = {{infinity}, {0}}}).empty());
  CHECK_FALSE(refusal({.scaling = {{1}, {-infinity}}}).empty());
  CHECK(contains(refusal({.kernel = {infinity, 0}}), "not finite"));
}

TEST_CASE("equal runs in two folders leave equal models, which do not name either folder") {
  const test::TemporaryFolder folder;
  std::vector<std::string> models;
  for (const std::string name : {"one", "another"}) {
    const auto data = folder.path() / name / "data";
    test::write_small_idx(data, 64);
    const Config config = parse_config(
        "name = \"x\"\n[data]\npath = \"data\"\nhint = \"get it\"\n[train]\nepochs = 1\n"
        "[loss]\ntype = \"softmax_cross_entropy\"\n"
        "[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\nunits = 10\n",
        "x.toml", folder.path() / name);
    const RunResult result = train_run(config, {.folder = folder.path() / name / "run", .threads = 1});
    models.push_back(test::contents(result.model));
    CHECK_FALSE(contains(models.back(), folder.path().string()));
    CHECK_FALSE(contains(test::contents(result.folder / "last.ckpt"), folder.path().string()));
    CHECK(contains(test::contents(result.folder / "resolved.toml"), data.string()));
  }
  CHECK(models[0] == models[1]);
}
