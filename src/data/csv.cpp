#include <algorithm>

#include "core/fail.h"
#include "data/array_samples.h"
#include "data/csv_files.h"
#include "data/csv_table.h"
#include "data/kinds.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// The part in this file; empty for an empty path. `path` names the data in messages.
DataPart csv_part(const fs::path& path, const fs::path& file, const CsvOptions& options) {
  if (file.empty()) return {};
  const auto read = [=](Texts& notes) {
    CsvTable table = read_csv_table(file, options);
    return labelled(array_samples({file, std::move(table.values)}, array_options(options), notes),
                    std::move(table.labels), options.first_label, path);
  };
  return {{file}, read};
}

/// Whether a file lacks the column that is the label in `train`, as Kaggle's test.csv does. Reads both first rows.
bool lacks_labels(const fs::path& file, const fs::path& train, const CsvOptions& options) {
  const CsvColumns columns = read_csv_columns(file);
  const CsvColumns trained = read_csv_columns(train);
  const auto label = label_column(trained, options.label);
  if (columns.head.empty() || trained.head.empty() || !label) return false;
  return !label_column(columns, trained.head[*label]);
}

/// Throws Error{data} where columns at the same place have other names than in `train`, as values are found by place.
void require_same_columns(const fs::path& file, const fs::path& train) {
  const CsvColumns columns = read_csv_columns(file);
  const CsvColumns trained = read_csv_columns(train);
  for (std::size_t i = 0; i < std::min(columns.head.size(), trained.head.size()); ++i) {
    if (columns.head[i] == trained.head[i]) continue;
    fail(file, "column " + std::to_string(i + 1) + " is \"" + shown(columns.head[i]) + "\", that of " +
                   train.filename().string() + " is \"" + shown(trained.head[i]) + "\"");
  }
}

}  // namespace

const Described<CsvOptions>& described_csv() {
  using Options = CsvOptions;
  static const Described<Options> all{
      "csv",
      "A CSV file, or a folder with train.csv, test.csv and val.csv, raw or .gz: in each row a sample's label and its "
      "values, with or without names of the columns in the first.",
      Fields<Options>()
          .add(
              "label", &Options::label,
              "The column of the labels: its name, or its place, from 1 or, as -1, from the end; without it \"label\", "
              "or the first where columns have no names.")
          .add("values", &Options::values, "What the others are: pixels from 0 to 255, or any numbers.",
               {.choices = {"bytes", "floats"}})
          .add("prefix", &Options::prefix,
               "What the names of the files begin with, \"emnist-letters\", where the folder has several data sets.")
          .add_all(array_fields<Options>()),
      folder_fields<Options>()};
  return all;
}

DataParts parts_of_csv(const fs::path& path, const CsvOptions& options) {
  CsvFiles files = find_csv_files(path, options.prefix, options.hint);
  DataParts parts;
  parts.divided = files.divided;
  parts.notes = files.notes;
  for (fs::path* file : {&files.validation, &files.test}) {
    if (file->empty() || files.train.empty()) continue;
    if (lacks_labels(*file, files.train, options)) {
      parts.notes.push_back(file->string() + ": passed over, as it has no column of labels");
      file->clear();
    } else {
      require_same_columns(*file, files.train);
    }
  }
  parts.train = csv_part(path, files.train, options);
  parts.validation = csv_part(path, files.validation, options);
  parts.test = csv_part(path, files.test, options);
  parts.refuse_missing = [path, options](const std::string& part) {
    fail(path, "no " + part + ".csv with labels in it" + (options.hint.empty() ? "" : "; " + options.hint));
  };
  return parts;
}

}  // namespace convoy
