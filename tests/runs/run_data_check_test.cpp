// Data that changed after training: samples that were trained on must not become test samples.

#include "runs/run_data_check.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>

#include "convoy/error.h"
#include "convoy/model_data.h"
#include "convoy/report.h"
#include "convoy/run.h"
#include "data/png.h"
#include "support/digits.h"
#include "support/files.h"
#include "support/small_idx.h"
#include "support/small_networks.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;

namespace {

namespace fs = std::filesystem;

const std::string network = R"(
  [train]
  epochs = 1
  [loss]
  type = "softmax_cross_entropy"
)" + test::dense_network;

void write_image(const fs::path& file, int number) {
  const Dataset& digits = test::mnist().test;
  const auto* pixels = digits.storage().bytes.data() + static_cast<std::size_t>(digits.index(number)) * 784;
  fs::create_directories(file.parent_path());
  test::write(file, png({pixels, pixels + 784}, {28, 28}, 1));
}

/// Images of two classes.
void write_images(const fs::path& folder, int count) {
  for (int i = 0; i < count; ++i) {
    write_image(folder / (i % 2 == 0 ? "even" : "odd") / (std::to_string(100 + i) + ".png"), i);
  }
}

fs::path train_on(const fs::path& folder, const std::string& data) {
  return train_run(parse_config("[data]\npath = \"data\"\n" + data + network, "small.toml", folder),
                   {.folder = folder / "run"})
      .folder;
}

std::string kind_and_error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return (error.kind() == ErrorKind::data ? "data: " : "other: ") + std::string(error.what());
  }
  return "no error";
}

}  // namespace

TEST_CASE("test samples that are drawn are refused once an image came or went") {
  const test::TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  write_images(data, 40);
  const fs::path run = train_on(folder.path(), "dataset = \"image_folder\"\nvalidation = 8\n");
  const fs::path model = run / "best.safetensors";
  const std::vector<std::function<void()>> readers = {
      [&] { load_model_data(model, {}); },
      [&] { load_model_data(model, {.split = "validation"}); },
      [&] { load_model_data(model, {.split = "train"}); },
      [&] { load_model_data(model, {.folder = data.string()}); },
      [&] { load_model_splits(model); },
      [&] { write_report(run); },
  };
  for (const auto& read : readers) CHECK(kind_and_error_of(read) == "no error");

  write_image(data / "odd" / "new.png", 41);
  for (const auto& read : readers) {
    const std::string error = kind_and_error_of(read);
    CAPTURE(error);
    CHECK(contains(error, "data: " + data.string() + ": not the data that " + run.string() +
                              " was trained on: an image was added, removed, renamed or changed; the "));
    CHECK(error.ends_with("or name a labelled set: convoy eval " + run.string() + " --data DIR"));
  }
  fs::rename(data / "odd" / "new.png", folder.path() / "new.png");
  CHECK(kind_and_error_of(readers[0]) == "no error");
  fs::remove(data / "even" / "100.png");
  CHECK(contains(kind_and_error_of(readers[0]), "the test samples are drawn from the data"));

  write_images(folder.path() / "labelled", 10);  // another folder was never trained on
  CHECK(load_model_data(model, {.folder = (folder.path() / "labelled").string()}).data.size() == 10);
  fs::rename(model, folder.path() / "alone.safetensors");  // it knows of no data
  CHECK(kind_and_error_of([&] { load_model_data(folder.path() / "alone.safetensors", {.folder = data.string()}); }) ==
        "no error");
}

TEST_CASE("another share of drawn samples is refused too") {
  const test::TemporaryFolder folder;
  write_images(folder.path() / "data", 40);
  const fs::path model = train_on(folder.path(), "dataset = \"image_folder\"\nvalidation = 8\n") / "best.safetensors";
  const auto read = [&](const std::string& split, const std::string& text) {
    return kind_and_error_of([&] { load_model_data(model, {.overrides = {text}, .split = split}); });
  };
  CHECK(contains(read("test", "data.test_fraction=0.5"), "other: data.test_fraction: 0.2, now 0.5; the test samples"));
  CHECK(
      contains(read("validation", "data.validation=12"), "other: data.validation: 8, now 12; the validation samples"));
  CHECK(read("test", "data.validation=12") == "no error");
  CHECK(read("test", "data.invert=true") == "no error");
}

TEST_CASE("a test part of its own has a note where it changed") {
  const test::TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  test::write_small_idx(data, 100);
  const fs::path run = train_on(folder.path(), "validation = 20\n");
  const fs::path model = run / "best.safetensors";
  CHECK(load_model_data(model, {}).notes.empty());
  const auto change = [&](const char* name) {
    std::string bytes = test::contents(data / name);
    bytes.back() = static_cast<char>((bytes.back() + 1) % 10);
    test::write(data / name, bytes);
  };
  change("train-labels-idx1-ubyte");
  CHECK(load_model_data(model, {}).notes.empty());
  CHECK(contains(kind_and_error_of([&] { load_model_data(model, {.split = "validation"}); }),
                 "train-labels-idx1-ubyte has other contents; the validation samples"));
  change("t10k-labels-idx1-ubyte");
  CHECK(load_model_data(model, {}).notes ==
        std::vector<std::string>{data.string() + ": not the data that " + run.string() +
                                 " was trained on: t10k-labels-idx1-ubyte has other contents"});
  CHECK(kind_and_error_of([&] { write_report(run); }) == "no error");
  for (const char* name : {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) fs::remove(data / name);
  CHECK(contains(kind_and_error_of([&] { load_model_data(model, {}); }), "the test samples are drawn from the data"));
}

TEST_CASE("a model of another run does not take the data of the run whose folder it is in") {
  const test::TemporaryFolder folder;
  test::write_small_idx(folder.path() / "data", 100);
  const fs::path model = train_on(folder.path(), "limit = 50\n") / "best.safetensors";
  fs::rename(model, folder.path() / "other.safetensors");
  fs::remove_all(folder.path() / "run");
  CHECK(train_on(folder.path(), "") / "best.safetensors" == model);
  fs::copy(folder.path() / "other.safetensors", model, fs::copy_options::overwrite_existing);
  CHECK(contains(kind_and_error_of([&] { load_model_data(model, {}); }),
                 "not the model of the run whose folder it is in: "
                 "data.limit: 0, now 50; "));
  CHECK(kind_and_error_of([&] { load_model_data(model, {.folder = (folder.path() / "data").string()}); }) ==
        "no error");
}
