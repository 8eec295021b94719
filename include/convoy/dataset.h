#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "convoy/settings.h"
#include "convoy/shape.h"

namespace convoy {

/// Samples of one shape with their labels: a cheap, immutable view of shared storage. Images are kept as bytes
/// (height x width x channels, 0 to 255) or as floats.
class Dataset {
 public:
  /// Samples as they are stored, and their names for people.
  struct Storage {
    Shape shape;                      ///< of one sample
    std::vector<std::uint8_t> bytes;  ///< size * shape, or empty
    std::vector<float> floats;        ///< size * shape, or empty
    std::vector<int> labels;          ///< size class numbers, or empty
    std::vector<float> targets;       ///< size * target_size: one-hot rows or regression targets, or empty
    int target_size = 0;
    std::vector<std::string> class_names;  ///< by class number; empty: the numbers themselves
    std::vector<std::string> files;        ///< size paths of the samples' files, or empty
    std::string source;                    ///< the data's name in messages: a path, or "memory"
  };

  Dataset() = default;
  /// All samples of `storage`. Throws Error{data} when its sizes do not fit each other or a label is negative.
  explicit Dataset(Storage storage);

  /// Samples given by the program. Throws Error{data} when the sizes do not fit.
  static Dataset from_bytes(const Shape& shape, std::vector<std::uint8_t> images, std::vector<int> labels);
  static Dataset from_floats(const Shape& shape, std::vector<float> samples, std::vector<int> labels);
  /// The same with one-hot or regression targets of `target_size` numbers for each sample.
  static Dataset from_floats(const Shape& shape, std::vector<float> samples, std::vector<float> targets,
                             int target_size);

  int size() const { return static_cast<int>(indices_.size()); }
  bool empty() const { return indices_.empty(); }
  const Shape& shape() const { return storage_->shape; }
  /// The number of classes: of names if there are any, else of targets, else the largest label plus 1.
  int classes() const;
  const Storage& storage() const { return *storage_; }
  /// The place of sample i in the storage.
  int index(int i) const { return indices_[static_cast<std::size_t>(i)]; }
  int label(int i) const { return storage_->labels[static_cast<std::size_t>(index(i))]; }

  /// Samples [first, first + count) of this view; shares the storage. Throws Error{data} beyond its samples.
  Dataset slice(int first, int count) const;
  /// The samples with these numbers, in this order; shares the storage. Throws Error{data} beyond its samples.
  Dataset select(std::span<const int> which) const;
  /// The same samples with the class numbers that a model trained on `names` gives them, whatever the order of the
  /// classes here; shares the storage where the names are the same. A class without a name is called by its number, and
  /// so are the `classes` of a model whose `names` are empty. Throws Error{data} for a class that is not among `names`.
  Dataset with_classes(const std::vector<std::string>& names, int classes) const;

 private:
  std::shared_ptr<const Storage> storage_ = std::make_shared<Storage>();
  std::vector<std::int32_t> indices_;
};

/// Training, validation and test samples.
struct DataSplits {
  Dataset train;
  Dataset validation;  ///< empty unless the configuration asks for one, or the data has one
  Dataset test;
  std::vector<std::string> notes = {};  ///< a line each, on what was passed over and what was decided
  /// The names of the splits that are drawn from the training samples, or are left of them after drawing: a sample more
  /// or less there changes the draw.
  std::set<std::string> drawn = {};

  /// The split of that name: "train", "validation" or "test". Throws Error{config} for other names and for "validation"
  /// where that is empty.
  const Dataset& split(const std::string& name) const;
};

/// How raw values become the network's input: value * multiply + add, by channel; with a threshold, then 1 if that is
/// above it, else 0.
struct Scaling {
  std::vector<float> multiply;
  std::vector<float> add;
  std::optional<float> threshold = {};
  bool operator==(const Scaling&) const = default;
};

/// Reads a folder of idx files (raw or .gz), named as MNIST's: train-images-idx3-ubyte.gz and its three companions.
/// Throws Error{data} where one is missing or damaged.
DataSplits load_idx(const std::filesystem::path& folder);

/// The parts of a data set that a caller needs. Other parts are not read where they are separate files, and may be
/// missing.
enum class Need {
  all,        ///< training, validation and test samples
  training,   ///< training and validation samples
  test,       ///< the test samples that a training with these settings leaves out
  evaluation  ///< the test samples of data that was not trained on: all samples, where it is not divided into parts
};

/// Reads the data set that a configuration's [data] settings describe. Where it has no test part,
/// data.test_fraction of the training samples are set aside. Throws Error{data} or Error{config}.
DataSplits load_data(const Settings& data, std::uint64_t seed, Need need = Need::all);

/// The scaling that data.scaling calls "unit" (bytes / 255; floats unchanged), "standard" (mean 0 and deviation 1 by
/// channel over `train`), "binary" (1 for bytes above 127 and floats above 0.5, else 0) or "none".
Scaling scaling_for(const std::string& kind, const Dataset& train);

/// How an image file is turned into a sample.
struct ImageOptions {
  bool invert = false;          ///< dark digits on light paper become light on dark; ignored with the fit "digit"
  std::string fit = "stretch";  ///< one of image_fits()
};

/// The names of the ways to bring an image to a sample's size. "stretch": each axis is resized, by the mean of areas
/// when shrinking, else between neighbours. "pad": the proportions are kept; the rest has the colour of the image's
/// border. "digit": a photo of one digit is prepared as MNIST's authors prepared theirs, white strokes on black
/// whatever they were, their box fitted into 20 x 20 of 28 x 28 pixels, or the same share, and placed by its centre of
/// mass.
const std::vector<std::string>& image_fits();

/// Reads one PNG, JPEG or BMP, whatever its name says, as a viewer shows it: turned as its Exif data say, transparent
/// parts on white or black, whichever gives contrast. It becomes grey or colour and of `shape`. Sides are at most 16384
/// pixels, and 2^26 in all. Throws Error{data}.
std::vector<std::uint8_t> load_image(const std::filesystem::path& file, const Shape& shape,
                                     const ImageOptions& options = {});

/// The images in a folder and its subfolders, sorted by path.
struct ImageList {
  std::vector<std::filesystem::path> files;
  int passed_over = 0;  ///< other files: not images by their names nor by their first bytes
};

/// Searches a folder and its subfolders, without hidden ones and __MACOSX. Throws Error{data} where they cannot be
/// read.
ImageList list_images(const std::filesystem::path& folder);

}  // namespace convoy
