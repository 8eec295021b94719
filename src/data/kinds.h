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

/// The keys that every kind shares: invert and hint.
template <class Options>
Fields<Options> folder_fields() {
  return Fields<Options>()
      .add("invert", &Options::invert, "Turn dark on light images into light on dark.")
      .add("hint", &Options::hint, "What to tell a user whose data is missing.");
}

/// The options of "idx".
struct IdxOptions {
  std::string prefix = {};
  std::optional<Integers> shape = {};
  bool transpose = false;
  bool invert = false;
  int first_label = 0;
  std::string hint = {};
};
const Described<IdxOptions>& described_idx();

/// Finds the idx files of a folder. This and the functions below throw Error{data} for files that are missing or
/// ambiguous; the parts' files are read later.
DataParts parts_of_idx(const std::filesystem::path& folder, const IdxOptions& options);

/// The options of "numpy".
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
/// Finds NumPy's arrays: an .npz file, a folder with one, or a folder of .npy files. Throws Error{config} as well, for
/// x and y of which one has a star.
DataParts parts_of_numpy(const std::filesystem::path& path, const NumpyOptions& options);

/// CIFAR-100's labels: its 100 classes, or their 20 groups.
enum class CifarLabels { fine, coarse };

/// The options of "cifar".
struct CifarOptions {
  CifarLabels labels = CifarLabels::fine;
  bool invert = false;
  std::string hint = {};
};
const Described<CifarOptions>& described_cifar();
/// Finds the binary version of CIFAR-10 or CIFAR-100 in a folder, or in the folder there that their archive unpacks
/// into.
DataParts parts_of_cifar(const std::filesystem::path& folder, const CifarOptions& options);

/// The values of a CSV file: pixels from 0 to 255, or any numbers.
enum class CsvValues { bytes, floats };

/// The options of "csv".
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
/// Finds a CSV file, or the files train.csv and others of a folder, and reads the first rows of them.
DataParts parts_of_csv(const std::filesystem::path& path, const CsvOptions& options);

/// What to do about images that cannot be read.
enum class OnBadImage { error, skip };

/// The options of "image_folder".
struct ImageFolderOptions {
  Size2 image_size = 28;
  int channels = 1;
  std::string fit = "stretch";
  OnBadImage on_bad_image = OnBadImage::error;
  bool invert = false;
  std::string hint = {};
};
const Described<ImageFolderOptions>& described_image_folder();

/// Reads the parts that are needed of a folder with one subfolder of images for each class, or with train/, val/ and
/// test/ that have them. Classes and files are sorted by name. Throws Error{data}.
FoundParts load_image_folder(const std::filesystem::path& folder, const ImageFolderOptions& options, Need need);
/// The images that load_image_folder reads, sorted by name.
std::vector<std::filesystem::path> files_of_image_folder(const std::filesystem::path& folder,
                                                         const ImageFolderOptions& options, Need need);

}  // namespace convoy
