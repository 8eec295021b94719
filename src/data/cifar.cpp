#include <algorithm>
#include <optional>
#include <system_error>

#include "core/fail.h"
#include "core/file_state.h"
#include "data/array_samples.h"
#include "data/cifar_records.h"
#include "data/kinds.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// Whether there is a regular file of that name.
bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored);
}

/// The files of CIFAR-10 or CIFAR-100 in a folder.
struct CifarFiles {
  CifarKind kind;
  std::vector<fs::path> train;
  fs::path test;   ///< empty where there is none, as `names`
  fs::path names;  ///< of the classes
};

/// The files data_batch_1.bin, data_batch_2.bin ... of a folder. Throws Error{data} where one before the last is
/// missing.
std::vector<fs::path> batches_in(const fs::path& folder) {
  constexpr int most = 5;
  std::vector<fs::path> batches;
  int last = 0;
  for (int i = 1; i <= most; ++i) {
    const fs::path file = folder / ("data_batch_" + std::to_string(i) + ".bin");
    if (!is_there(file)) continue;
    if (last != i - 1) fail(folder, "no data_batch_" + std::to_string(last + 1) + ".bin in it");
    batches.push_back(file);
    last = i;
  }
  return batches;
}

/// The file, or "" where it does not exist.
fs::path if_there(const fs::path& file) { return is_there(file) ? file : fs::path(); }

/// The files of CIFAR-10 in a folder, some of which may be missing. Throws Error{data} for a gap in the training files.
CifarFiles cifar10_files(const fs::path& folder) {
  return {CifarKind::ten, batches_in(folder), if_there(folder / "test_batch.bin"),
          if_there(folder / "batches.meta.txt")};
}

/// The files of CIFAR-100 in a folder, some of which may be missing, with the names of the fine or the coarse classes.
CifarFiles cifar100_files(const fs::path& folder, CifarLabels labels) {
  const bool fine = labels == CifarLabels::fine;
  CifarFiles files{fine ? CifarKind::hundred_fine : CifarKind::hundred_coarse,
                   {},
                   if_there(folder / "test.bin"),
                   if_there(folder / (fine ? "fine_label_names.txt" : "coarse_label_names.txt"))};
  if (is_there(folder / "train.bin")) files.train.push_back(folder / "train.bin");
  return files;
}

/// The folder inside of this one that CIFAR's archive unpacks into, or this one where there is none, or there are both.
fs::path unpacked(const fs::path& folder) {
  std::vector<fs::path> inner;
  std::error_code ignored;
  for (const char* name : {"cifar-10-batches-bin", "cifar-100-binary"}) {
    if (fs::is_directory(folder / name, ignored)) inner.push_back(folder / name);
  }
  return inner.size() == 1 ? inner.front() : folder;
}

/// The files in a folder or in the unpacked one inside. Throws Error{data} where there are none, those of both data
/// sets, or those of CIFAR-10 when coarse labels are asked for.
CifarFiles find_cifar(const fs::path& path, const CifarOptions& options) {
  const std::string end = options.hint.empty() ? "" : "; " + options.hint;
  if (const std::string why = why_no_folder(path); !why.empty()) fail(path, why + end);
  const auto has_samples = [](const CifarFiles& files) { return !files.train.empty() || !files.test.empty(); };
  for (const fs::path& folder : {path, unpacked(path)}) {
    CifarFiles ten = cifar10_files(folder);
    CifarFiles hundred = cifar100_files(folder, options.labels);
    if (has_samples(ten) && has_samples(hundred)) {
      fail(folder, "holds files of CIFAR-10 and of CIFAR-100; give each a folder of its own");
    }
    if (has_samples(hundred)) return hundred;
    if (!has_samples(ten)) continue;
    if (options.labels == CifarLabels::coarse) {
      fail(folder, "data.labels = \"coarse\" is for CIFAR-100, found CIFAR-10");
    }
    return ten;
  }
  const bool pickles = is_there(path / "data_batch_1") || is_there(unpacked(path) / "data_batch_1") ||
                       is_there(path / "train") || is_there(unpacked(path) / "train");
  fail(path, "no data_batch_1.bin (CIFAR-10) and no train.bin (CIFAR-100) in it" +
                 std::string(pickles ? ", but the version for Python; the binary version is needed" : "") + end);
}

/// The part in these files, with the names of the classes; empty where there are no files.
DataPart cifar_part(const fs::path& folder, const CifarFiles& found, const std::vector<fs::path>& files, bool invert) {
  if (files.empty()) return {};
  const auto read = [=](Texts&) {
    Dataset::Storage samples = read_cifar(files, found.kind);
    if (!found.names.empty()) samples.class_names = read_class_names(found.names, found.kind);
    if (invert) invert_samples(samples, folder);
    samples.source = folder.string();
    return Dataset(std::move(samples));
  };
  std::vector<fs::path> all = files;
  if (!found.names.empty()) all.push_back(found.names);
  return {all, read};
}

}  // namespace

const Described<CifarOptions>& described_cifar() {
  using Options = CifarOptions;
  static const Described<Options> all{
      "cifar",
      "CIFAR-10 or CIFAR-100 in its binary version: a folder with data_batch_1.bin and those that follow it, or with "
      "train.bin.",
      Fields<Options>().add("labels", &Options::labels, "Of CIFAR-100: its 100 classes, or their 20 groups.",
                            {.choices = {"fine", "coarse"}}),
      folder_fields<Options>()};
  return all;
}

DataParts parts_of_cifar(const fs::path& folder, const CifarOptions& options) {
  const CifarFiles found = find_cifar(folder, options);
  DataParts parts;
  parts.train = cifar_part(folder, found, found.train, options.invert);
  if (!found.test.empty()) parts.test = cifar_part(folder, found, {found.test}, options.invert);
  const bool ten = found.kind == CifarKind::ten;
  if (ten && !found.train.empty() && found.train.size() < 5) {
    parts.notes.push_back(folder.string() + ": " + std::to_string(found.train.size()) +
                          " of the 5 training files of CIFAR-10");
  }
  parts.refuse_missing = [=](const std::string& part) {
    const std::string name = part == "test" ? (ten ? "test_batch" : "test") : (ten ? "data_batch_1" : "train");
    fail(folder, "no " + name + ".bin in it" + (options.hint.empty() ? "" : "; " + options.hint));
  };
  return parts;
}

}  // namespace convoy
