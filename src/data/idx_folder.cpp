#include <algorithm>

#include "core/fail.h"
#include "data/idx_files.h"
#include "data/idx_samples.h"
#include "data/kinds.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// Numbers from the first label to the last, as the files have them.
Texts numbers(int first, int count) {
  Texts names;
  for (int i = 0; i < count; ++i) names.push_back(std::to_string(first + i));
  return names;
}

void invert(Dataset::Storage& samples, const fs::path& file) {
  if (!samples.floats.empty()) fail(file, "data.invert needs images of bytes, found floats");
  for (auto& byte : samples.bytes) byte = static_cast<std::uint8_t>(255 - byte);
}

Dataset load_part(const fs::path& folder, const IdxFiles& files, const IdxOptions& options, Texts& notes) {
  Dataset::Storage storage = idx_samples(read_idx(files.images), options.transpose, files.images, notes);
  if (options.invert) invert(storage, files.images);
  const std::size_t samples = std::max(storage.bytes.size(), storage.floats.size()) / storage.shape.size();
  storage.labels = idx_labels(read_idx(files.labels), options.first_label, files.labels);
  if (storage.labels.size() != samples) {
    fail(files.labels, std::to_string(storage.labels.size()) + " labels, but " + files.images.filename().string() +
                           " has " + std::to_string(samples) + " images");
  }
  if (options.first_label != 0) {
    storage.class_names = numbers(options.first_label, std::ranges::max(storage.labels) + 1);
  }
  storage.source = folder.string();
  return Dataset(std::move(storage));
}

bool reads_test_alone(Need need, bool has_test) { return need == Need::evaluation || (need == Need::test && has_test); }

/// What is known of data sets that are not quite like MNIST.
void note_peculiarities(const IdxFolder& files, const IdxOptions& options, DataSplits& splits) {
  if (files.prefix.starts_with("emnist") && !options.transpose) {
    splits.notes.push_back(files.train.images.string() +
                           ": EMNIST's images have rows and columns exchanged; data.transpose = true turns them");
  }
  const auto& labels = splits.train.storage().labels;
  if (!labels.empty() && options.first_label == 0 && std::ranges::min(labels) == 1) {
    splits.notes.push_back(files.train.labels.string() + ": labels go from 1 to " +
                           std::to_string(std::ranges::max(labels)) + "; data.first_label = 1 makes 1 the first class");
  }
}

}  // namespace

const Described<IdxOptions>& described_idx() {
  static const Described<IdxOptions> all{
      "idx", "A folder of idx files, raw or .gz, named as MNIST's or with more before it, as EMNIST's.",
      Fields<IdxOptions>()
          .add("prefix", &IdxOptions::prefix,
               "What the names of the files begin with, \"emnist-letters\", where the folder has several data sets.")
          .add("transpose", &IdxOptions::transpose,
               "Exchange rows and columns of each image: EMNIST's are stored that way.")
          .add("first_label", &IdxOptions::first_label,
               "The label of the first class: 1 for EMNIST's letters, whose labels go from 1 to 26.",
               {.min = 0, .max = 1}),
      folder_fields<IdxOptions>()};
  return all;
}

FoundParts load_idx(const fs::path& folder, const IdxOptions& options, Need need) {
  const IdxFolder files = find_idx_files(folder, options.prefix, options.hint);
  FoundParts found{.splits = {}, .divided = true, .has_test = !files.test.images.empty()};
  DataSplits& splits = found.splits;
  splits.notes = files.notes;
  const bool test_only = reads_test_alone(need, found.has_test);
  if (!test_only && files.train.images.empty()) {
    refuse_missing(folder, files.prefix + "train-images-idx3-ubyte", options.hint);
  }
  if (need == Need::evaluation && !found.has_test) {
    refuse_missing(folder, files.prefix + "t10k-images-idx3-ubyte", options.hint);
  }
  if (!test_only) splits.train = load_part(folder, files.train, options, splits.notes);
  if (need != Need::training && found.has_test) {
    Texts again;  // what holds for both parts is said once
    splits.test = load_part(folder, files.test, options, test_only ? splits.notes : again);
  }
  note_peculiarities(files, options, splits);
  return found;
}

std::vector<fs::path> files_of_idx(const fs::path& folder, const IdxOptions& options, Need need) {
  const IdxFolder found = find_idx_files(folder, options.prefix, options.hint);
  std::vector<fs::path> files;
  if (need != Need::training) files = {found.test.images, found.test.labels};
  if (!reads_test_alone(need, !found.test.images.empty())) {
    files.insert(files.end(), {found.train.images, found.train.labels});
  }
  std::erase_if(files, [](const fs::path& file) { return file.empty(); });
  return files;
}

DataSplits load_idx(const fs::path& folder) {
  DataSplits splits = load_idx(folder, {}, Need::all).splits;
  if (splits.test.empty()) refuse_missing(folder, "t10k-images-idx3-ubyte", "");
  return splits;
}

}  // namespace convoy
