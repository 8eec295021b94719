#include "io/model_file.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "convoy/error.h"
#include "io/checkpoint.h"
#include "support/errors.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

const ModelMetadata about{.config = "name = \"x\"",
                          .scaling = {{0.1F, 1.0F / 3.0F}, {0, 1}},
                          .class_names = {"a", "ü"},
                          .convoy_version = ""};

struct SmallModel {
  std::vector<float> kernel = {1, 2, 3, 4, 5, 6};
  std::vector<float> bias = {7, 8};
  std::vector<NamedTensor> tensors() { return {{"conv/kernel", {3, 2}, kernel}, {"conv/bias", {2}, bias}}; }
};

std::string load_error(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors) {
  return test::error_of([&] { load_tensors(read_safetensors(file), file, tensors); });
}

}  // namespace

TEST_CASE("a model's tensors and metadata read back to the same bits") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "m.safetensors";
  SmallModel saved;
  save_model(file, saved.tensors(), about);
  SmallModel loaded;
  loaded.kernel.assign(6, 0);
  loaded.bias.assign(2, 0);
  load_tensors(read_safetensors(file), file, loaded.tensors());
  CHECK(loaded.kernel == saved.kernel);
  CHECK(loaded.bias == saved.bias);
  const ModelMetadata metadata = ModelMetadata::from(read_safetensors(file), file);
  CHECK(metadata.config == about.config);
  CHECK(metadata.scaling == about.scaling);
  CHECK(metadata.class_names == about.class_names);
}

TEST_CASE("a scaling keeps its threshold, and a file without one has none") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "m.safetensors";
  ModelMetadata binary = about;
  binary.scaling.threshold = 1.0F / 3.0F;
  save_model(file, SmallModel().tensors(), binary);
  CHECK(ModelMetadata::from(read_safetensors(file), file).scaling == binary.scaling);
  CHECK(about.to_map().at("scaling").find("threshold") == std::string::npos);
  Metadata damaged = binary.to_map();
  damaged["scaling"] = R"({"multiply":[1],"add":[0],"threshold":"high"})";
  write_safetensors(file, {}, damaged);
  CHECK_THROWS_WITH_AS(ModelMetadata::from(read_safetensors(file), file), doctest::Contains("damaged metadata"), Error);
}

TEST_CASE("a scaling is of finite numbers") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "m.safetensors";
  for (const char* scaling :
       {R"({"multiply":[1e39],"add":[0],"threshold":0.5})", R"({"multiply":[1],"add":[-1e39],"threshold":0.5})",
        R"({"multiply":[1],"add":[0],"threshold":1e39})"}) {
    Metadata damaged = about.to_map();
    damaged["scaling"] = scaling;
    write_safetensors(file, {}, damaged);
    CHECK(test::error_of(ErrorKind::data, [&] { ModelMetadata::from(read_safetensors(file), file); }) ==
          file.string() + ": damaged metadata: \"scaling\" holds a number that is not finite");
  }
}

TEST_CASE("tensors that do not fit are named, and nothing is changed") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "m.safetensors";
  SmallModel saved;
  save_model(file, saved.tensors(), about);
  std::vector<float> kernel(6, -1);
  std::vector<float> other(3, -1);
  const auto check = [&](const std::vector<NamedTensor>& tensors, const std::string& part) {
    const std::string message = load_error(file, tensors);
    INFO(message);
    CHECK(message.find(part) != std::string::npos);
    CHECK(kernel == std::vector<float>(6, -1));
  };
  check({{"conv/kernel", {3, 2}, kernel}, {"conv/bias", {3}, other}},
        "\"conv/bias\": expected 3, found 2; the file was written for another network");
  check({{"conv/kernel", {3, 2}, kernel}, {"conv/gamma", {3}, other}}, "\"conv/gamma\" is missing");
  check({{"conv/kernel", {3, 2}, kernel}}, "\"conv/bias\" is not part of the network");
  check({{"conv/kernel", {2, 3}, kernel}, {"conv/bias", {3}, other}}, "expected 2x3, found 3x2");
}

TEST_CASE("numbers that are not finite are refused") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "m.safetensors";
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    for (const std::size_t at : {0U, 1U}) {
      SmallModel saved;
      saved.bias[at] = bad;
      save_model(file, saved.tensors(), about);
      SmallModel loaded;
      CHECK(load_error(file, loaded.tensors()).find("\"conv/bias\" holds a number that is not finite") !=
            std::string::npos);
    }
  }
}

TEST_CASE("a moving variance is not below 0") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "m.safetensors";
  std::vector<float> variance = {1, 0};
  std::vector<float> mean = {-1, 0};
  const std::vector<NamedTensor> tensors = {{"bn/moving_variance", {2}, variance}, {"bn/moving_mean", {2}, mean}};
  save_model(file, tensors, about);
  CHECK(load_error(file, tensors) == "no error");
  variance[1] = -1e-9F;
  save_model(file, tensors, about);
  CHECK(load_error(file, tensors).find("\"bn/moving_variance\" holds a variance below 0") != std::string::npos);
}

TEST_CASE("metadata of another program, a later version or damage is refused") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "m.safetensors";
  const std::vector<std::pair<Metadata, std::string>> bad = {
      {{}, "no \"format\""},
      {{{"format", "pt"}}, "not a convoy model"},
      {{{"format", "convoy"}, {"format_version", "9"}}, "format version \"9\""},
      {{{"format", "convoy"}, {"format_version", "2"}}, "no \"config\""},
      {{{"format", "convoy"}, {"format_version", "1"}}, "no \"config\""},
      {{{"format", "convoy"}, {"format_version", "1"}, {"config", ""}, {"convoy_version", ""}}, "no \"scaling\""},
      {{{"format", "convoy"},
        {"format_version", "1"},
        {"config", ""},
        {"convoy_version", ""},
        {"scaling", "{"},
        {"class_names", "[]"}},
       "damaged metadata"},
      {{{"format", "convoy"},
        {"format_version", "1"},
        {"config", ""},
        {"convoy_version", ""},
        {"scaling", "[]"},
        {"class_names", "[]"}},
       "damaged metadata"},
  };
  for (const auto& [metadata, part] : bad) {
    write_safetensors(file, {}, metadata);
    try {
      ModelMetadata::from(read_safetensors(file), file);
      FAIL("accepted");
    } catch (const Error& error) {
      INFO(error.what());
      CHECK(std::string(error.what()).find(part) != std::string::npos);
    }
  }
}

TEST_CASE("a checkpoint holds the optimizer and the progress as well; a model is no checkpoint") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "last.ckpt";
  SmallModel model;
  std::vector<float> m = {1, 2};
  Checkpoint saved{.model = model.tensors(),
                   .training = {{"optim.m/conv/bias", {2}, m}},
                   .metadata = about,
                   .progress = "{\"step\":7}",
                   .data = {{"images", "abc"}, {"labels", "def"}}};
  save_checkpoint(file, saved);
  SmallModel other;
  other.kernel.assign(6, 0);
  std::vector<float> slot(2);
  Checkpoint loaded{.model = other.tensors(),
                    .training = {{"optim.m/conv/bias", {2}, slot}},
                    .metadata = {},
                    .progress = "",
                    .data = {}};
  load_checkpoint(file, loaded);
  CHECK(other.kernel == model.kernel);
  CHECK(slot == m);
  CHECK(loaded.progress == saved.progress);
  CHECK(loaded.data == saved.data);
  CHECK(loaded.metadata.config == about.config);
  load_tensors(read_safetensors(file), file, other.tensors(), training_prefixes);  // as a model
  save_model(file, model.tensors(), about);
  CHECK_THROWS_AS(load_checkpoint(file, loaded), Error);
}
