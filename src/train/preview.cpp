#include "convoy/preview.h"

#include <algorithm>
#include <cmath>

#include "convoy/error.h"
#include "convoy/metrics.h"
#include "data/augment.h"
#include "data/augmentation.h"
#include "data/contact_sheet.h"
#include "data/loader.h"
#include "io/atomic_file.h"

namespace convoy {
namespace {

constexpr int versions = 7;            ///< of an augmented image
constexpr int images_by_default = 10;  ///< or of a class
constexpr int most_images = 1000;

std::string class_name_of(const Dataset& data, int i) { return class_name(data.storage().class_names, data.label(i)); }

/// The numbers of `count` samples: the first of each class, then the second of each, and so on.
std::vector<int> one_of_each_class_in_turn(const Dataset& data, int count) {
  std::vector<std::vector<int>> by_class(static_cast<std::size_t>(std::max(1, data.classes())));
  const bool labelled = !data.storage().labels.empty();
  for (int i = 0; i < data.size(); ++i) by_class[labelled ? static_cast<std::size_t>(data.label(i)) : 0].push_back(i);
  std::vector<int> chosen;
  const auto wanted = static_cast<std::size_t>(std::min(count, data.size()));
  for (std::size_t turn = 0; chosen.size() < wanted; ++turn) {
    for (const auto& samples : by_class) {
      if (turn < samples.size() && chosen.size() < wanted) chosen.push_back(samples[turn]);
    }
  }
  return chosen;
}

/// The samples as training gets them, and the bytes that show them.
class Images {
 public:
  Images(const Dataset& samples, const DataStatistics& statistics, std::uint64_t seed)
      : samples_(samples), seed_(seed) {
    if (samples.storage().bytes.empty()) {
      low_ = statistics.min;
      high_ = std::max(statistics.max, statistics.min + 1e-30);
    }
  }

  /// Each sample in an epoch of training with that augmentation.
  std::vector<std::vector<std::uint8_t>> in_epoch(int epoch, const Augmentation& augmentation) const {
    Loader loader(samples_, scaling_for("none", samples_),
                  {.batch_size = samples_.size(), .seed = seed_, .augmentation = augmentation});
    loader.start(static_cast<std::uint32_t>(epoch));
    const Batch& batch = *loader.next();
    std::vector<std::vector<std::uint8_t>> images(static_cast<std::size_t>(batch.size));
    const float* value = batch.inputs;
    for (auto& image : images) {
      for (std::size_t i = 0; i < samples_.shape().size(); ++i) image.push_back(byte_of(*value++));
    }
    return images;
  }

 private:
  std::uint8_t byte_of(float value) const {
    const double share = (static_cast<double>(value) - low_) / (high_ - low_);
    return static_cast<std::uint8_t>(std::lround(255 * std::clamp(share, 0.0, 1.0)));
  }

  const Dataset& samples_;
  std::uint64_t seed_;
  double low_ = 0;
  double high_ = 255;
};

/// A row of images for each class.
std::vector<ContactSheet::Row> rows_by_class(const Dataset& samples, const Images& images) {
  const auto originals = images.in_epoch(0, {});
  std::vector<ContactSheet::Row> rows(static_cast<std::size_t>(std::max(1, samples.classes())));
  for (int i = 0; i < samples.size(); ++i) {
    const int label = samples.storage().labels.empty() ? 0 : samples.label(i);
    auto& row = rows[static_cast<std::size_t>(label)];
    if (!samples.storage().labels.empty()) row.label = class_name_of(samples, i);
    row.images.push_back(originals[static_cast<std::size_t>(i)]);
  }
  std::erase_if(rows, [](const ContactSheet::Row& row) { return row.images.empty(); });
  return rows;
}

/// A row for each image: itself, then its versions.
std::vector<ContactSheet::Row> rows_of_versions(const Dataset& samples, const Images& images,
                                                const Augmentation& augmentation) {
  std::vector<ContactSheet::Row> rows(static_cast<std::size_t>(samples.size()));
  for (int version = 0; version <= versions; ++version) {
    auto column = version == 0 ? images.in_epoch(0, {}) : images.in_epoch(version - 1, augmentation);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].images.push_back(std::move(column[i]));
  }
  for (int i = 0; i < samples.size() && !samples.storage().labels.empty(); ++i) {
    rows[static_cast<std::size_t>(i)].label = class_name_of(samples, i);
  }
  return rows;
}

std::vector<std::string> headings() {
  std::vector<std::string> texts = {"original"};
  for (int version = 1; version <= versions; ++version) texts.push_back("epoch " + std::to_string(version));
  return texts;
}

void require_images(const Dataset& data) {
  const Shape& shape = data.shape();
  if (shape.rank() == 3 && (shape[2] == 1 || shape[2] == 3)) return;
  throw Error(
      ErrorKind::config,
      data.storage().source + ": a preview shows images, height x width x 1 or 3; the samples are " + shape.text());
}

}  // namespace

DataPreview preview_data(const Config& config, const std::filesystem::path& png, const PreviewOptions& options) {
  const auto seed = static_cast<std::uint64_t>(config.run.integer("seed"));
  const DataSplits splits = load_data(config.data, seed, options.split == "test" ? Need::test : Need::training);
  const Dataset& data = splits.split(options.split);
  require_images(data);
  const Augmentation augmentation = augmentation_from(config.augmentation);
  const bool augmented = options.split == "train" && (changes_images(augmentation) || augmentation.mixup > 0);

  DataPreview preview{.data = statistics_of(data), .notes = splits.notes};
  const int enough = augmented ? images_by_default : images_by_default * std::max(1, data.classes());
  const int count = std::min(options.images > 0 ? options.images : enough, most_images);
  const Dataset samples = data.select(one_of_each_class_in_turn(data, count));
  preview.images = samples.size();
  preview.versions = augmented ? versions : 0;

  const Images images(samples, preview.data, seed);
  const Shape& shape = data.shape();
  ContactSheet sheet{.size = {shape[0], shape[1]}, .channels = shape[2], .headings = {}, .rows = {}};
  if (augmented) sheet.headings = headings();
  sheet.rows = augmented ? rows_of_versions(samples, images, augmentation) : rows_by_class(samples, images);
  write_file_atomically(png, png_of(draw(sheet)));
  return preview;
}

}  // namespace convoy
