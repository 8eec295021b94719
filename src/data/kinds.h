#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/size2.h"
#include "core/described.h"
#include "data/parts.h"

namespace convoy {

/// The keys that every kind has as well, of what lies in its folder.
template <class Options>
Fields<Options> folder_fields() {
  return Fields<Options>()
      .add("invert", &Options::invert, "Turn dark on light images into light on dark.")
      .add("hint", &Options::hint, "What to tell a user whose data is missing.");
}

struct IdxOptions {
  std::string prefix = {};
  std::optional<Integers> shape = {};
  bool transpose = false;
  bool invert = false;
  int first_label = 0;
  std::string hint = {};
};
const Described<IdxOptions>& described_idx();

/// A folder of idx files. Throws Error{data}, as all of these.
DataParts parts_of_idx(const std::filesystem::path& folder, const IdxOptions& options);

struct NumpyOptions {
  std::string x = "x_*";
  std::string y = "y_*";
  std::optional<Integers> shape = {};
  bool transpose = false;
  int first_label = 0;
  bool invert = false;
  std::string hint = {};
};
const Described<NumpyOptions>& described_numpy();
/// An .npz file, a folder with one, or a folder of .npy files.
DataParts parts_of_numpy(const std::filesystem::path& path, const NumpyOptions& options);

enum class CifarLabels { fine, coarse };

struct CifarOptions {
  CifarLabels labels = CifarLabels::fine;
  bool invert = false;
  std::string hint = {};
};
const Described<CifarOptions>& described_cifar();
/// A folder with the binary version of CIFAR-10 or CIFAR-100, or with the folder that their archive unpacks into.
DataParts parts_of_cifar(const std::filesystem::path& folder, const CifarOptions& options);

enum class CsvValues { bytes, floats };

struct CsvOptions {
  std::string label = {};
  CsvValues values = CsvValues::bytes;
  std::string prefix = {};
  std::optional<Integers> shape = {};
  bool transpose = false;
  int first_label = 0;
  bool invert = false;
  std::string hint = {};
};
const Described<CsvOptions>& described_csv();
/// A CSV file, or a folder with train.csv and others. Labels and pixels are in one row.
DataParts parts_of_csv(const std::filesystem::path& path, const CsvOptions& options);

enum class OnBadImage { error, skip };

struct ImageFolderOptions {
  Size2 image_size = 28;
  int channels = 1;
  std::string fit = "stretch";
  OnBadImage on_bad_image = OnBadImage::error;
  bool invert = false;
  std::string hint = {};
};
const Described<ImageFolderOptions>& described_image_folder();

/// A folder with one subfolder of images a class, or with train/, val/ and test/ that have them. Classes and files go
/// by name. Throws Error{data}.
FoundParts load_image_folder(const std::filesystem::path& folder, const ImageFolderOptions& options, Need need);
/// The images that load_image_folder reads, by name.
std::vector<std::filesystem::path> files_of_image_folder(const std::filesystem::path& folder,
                                                         const ImageFolderOptions& options, Need need);

}  // namespace convoy
