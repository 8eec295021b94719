#include <algorithm>

#include "core/fail.h"
#include "data/array_samples.h"
#include "data/idx.h"
#include "data/idx_files.h"
#include "data/kinds.h"
#include "data/parts.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// The labels, of QMNIST's (rows of eight integers) only the first column, which is the class.
NumberArray class_column(NumberArray labels) {
  constexpr int columns = 8;
  const bool is_qmnist = labels.extents.size() == 2 && labels.extents[1] == columns && labels.type.bytes == 4 &&
                         labels.type.kind == NumberType::Kind::whole;
  if (!is_qmnist) return labels;
  const auto each = static_cast<std::ptrdiff_t>(labels.type.bytes);
  NumberArray classes{{labels.extents[0]}, labels.type, {}};
  for (auto row = labels.values.begin(); row != labels.values.end(); row += columns * each) {
    classes.values.insert(classes.values.end(), row, row + each);
  }
  return classes;
}

/// Adds notes on what differs from MNIST: EMNIST's exchanged rows and columns, labels that begin with 1.
void note_peculiarities(const IdxFiles& files, const std::string& prefix, const IdxOptions& options,
                        const Dataset& data, Texts& notes) {
  if (prefix.starts_with("emnist") && !options.transpose) {
    notes.push_back(files.images.string() +
                    ": EMNIST's images have rows and columns exchanged; data.transpose = true turns them");
  }
  const auto& labels = data.storage().labels;
  if (options.first_label == 0 && std::ranges::min(labels) == 1) {
    notes.push_back(files.labels.string() + ": labels go from 1 to " + std::to_string(std::ranges::max(labels)) +
                    "; data.first_label = 1 makes 1 the first class");
  }
}

/// The part with these two files; empty where there are none.
DataPart part_of(const fs::path& folder, const IdxFiles& files, const std::string& prefix, const IdxOptions& options,
                 bool is_train) {
  if (files.images.empty()) return {};
  const auto read = [=](Texts& notes) {
    NamedArray images{files.images, read_idx(files.images)};
    const NamedArray labels{files.labels, class_column(read_idx(files.labels))};
    Dataset data = array_dataset(std::move(images), labels, array_options(options), folder, notes);
    if (is_train) note_peculiarities(files, prefix, options, data, notes);
    return data;
  };
  return {{files.images, files.labels}, read};
}

}  // namespace

const Described<IdxOptions>& described_idx() {
  static const Described<IdxOptions> all{
      "idx", "A folder of idx files, raw or .gz, named as MNIST's or with more before it, as EMNIST's.",
      Fields<IdxOptions>()
          .add("prefix", &IdxOptions::prefix,
               "What the names of the files begin with, \"emnist-letters\", where the folder has several data sets.")
          .add_all(array_fields<IdxOptions>()),
      folder_fields<IdxOptions>()};
  return all;
}

DataParts parts_of_idx(const fs::path& folder, const IdxOptions& options) {
  const IdxFolder found = find_idx_files(folder, options.prefix, options.hint);
  DataParts parts;
  parts.train = part_of(folder, found.train, found.prefix, options, true);
  parts.test = part_of(folder, found.test, found.prefix, options, false);
  parts.notes = found.notes;
  parts.refuse_missing = [=](const std::string& part) {
    refuse_missing(folder, found.prefix + (part == "test" ? "t10k" : "train") + "-images-idx3-ubyte", options.hint);
  };
  return parts;
}

DataSplits load_idx(const fs::path& folder) {
  DataSplits splits = read_parts(parts_of_idx(folder, {}), Need::all).splits;
  if (splits.test.empty()) refuse_missing(folder, "t10k-images-idx3-ubyte", "");
  return splits;
}

}  // namespace convoy
