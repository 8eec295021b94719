#include <algorithm>

#include "core/fail.h"
#include "data/array_samples.h"
#include "data/kinds.h"
#include "data/numpy_arrays.h"
#include "data/part_names.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// The pattern with the part in place of its star: "x_train" for "x_*" and "train".
std::string name_for(const std::string& pattern, const std::string& part) {
  const auto star = pattern.find('*');
  if (star == std::string::npos) return pattern;
  return pattern.substr(0, star) + part + pattern.substr(star + 1);
}

/// The first eight names, or "no arrays".
std::string arrays_listed(const Texts& names) {
  constexpr std::size_t most = 8;
  std::string list;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) list += (i == 0 ? "" : ", ") + shown(names[i]);
  return names.empty() ? "no arrays" : list + (names.size() > most ? ", ..." : "");
}

/// Finds the parts of a data set among the arrays of one file or folder.
class NumpyParts {
 public:
  NumpyParts(NumpyArrays arrays, const NumpyOptions& options) : arrays_(std::move(arrays)), options_(options) {}

  /// The part that has one of these names; empty where none has. Throws Error{data} for images without labels or labels
  /// without images.
  DataPart part(const Texts& names) const {
    for (const std::string& name : names) {
      const std::string x = name_for(options_.x, name);
      const std::string y = name_for(options_.y, name);
      if (has(x) && has(y)) return part_of(x, y);
      if (has(x) || has(y)) refuse(has(x) ? y : x);
    }
    return {};
  }

  /// Throws Error{data} that there is no such array, but others.
  [[noreturn]] void refuse(const std::string& name) const {
    fail(arrays_.place,
         "no array " + shown(name) + " in it, but " + arrays_listed(arrays_.names) +
             "; data.x = \"x_*\" and data.y = \"y_*\" name them, the star stands for train, val or test" +
             (options_.hint.empty() ? "" : "; " + options_.hint));
  }

 private:
  bool has(const std::string& name) const { return std::ranges::find(arrays_.names, name) != arrays_.names.end(); }

  /// The part with the images x and the labels y.
  DataPart part_of(const std::string& x, const std::string& y) const {
    const auto read = [arrays = arrays_, options = array_options(options_), x, y](Texts& notes) {
      NamedArray images = arrays.read(x);
      return array_dataset(std::move(images), arrays.read(y), options, arrays.place, notes);
    };
    return {{arrays_.file_of(x), arrays_.file_of(y)}, read};
  }

  NumpyArrays arrays_;
  NumpyOptions options_;
};

/// Whether the names of the arrays have a star for the part. Throws Error{config} where only one has, or more than one
/// star.
bool tells_parts_apart(const NumpyOptions& options) {
  const auto stars = [](const std::string& pattern) { return std::ranges::count(pattern, '*'); };
  if (stars(options.x) == stars(options.y) && stars(options.x) <= 1) return stars(options.x) == 1;
  throw Error(ErrorKind::config,
              "data.x = \"" + shown(options.x) + "\" and data.y = \"" + shown(options.y) +
                  "\": expected one star in both, which stands for train, val or test, or in neither");
}

}  // namespace

const Described<NumpyOptions>& described_numpy() {
  using Options = NumpyOptions;
  static const Described<Options> all{
      "numpy",
      "NumPy's arrays: an .npz file, a folder with one, or a folder of .npy files. Images are N x height x width, with "
      "or without channels, or N rows; labels are N integers or one-hot rows.",
      Fields<Options>()
          .add("x", &Options::x,
               "The arrays of images. The star stands for train, val and test; a name without one is all samples.")
          .add("y", &Options::y, "The arrays of labels, named likewise.")
          .add_all(array_fields<Options>()),
      folder_fields<Options>()};
  return all;
}

DataParts parts_of_numpy(const fs::path& path, const NumpyOptions& options) {
  DataParts parts;
  parts.divided = tells_parts_apart(options);
  const NumpyParts found(find_numpy_arrays(path, options.hint), options);
  parts.train = found.part(names_of_training);
  if (parts.divided) {
    parts.validation = found.part(names_of_validation);
    parts.test = found.part(names_of_test);
  }
  parts.refuse_missing = [found, options](const std::string& part) { found.refuse(name_for(options.x, part)); };
  return parts;
}

}  // namespace convoy
