#include "convoy/preview.h"

#include <algorithm>

#include "convoy/error.h"
#include "data/augment.h"
#include "data/augmentation.h"
#include "data/contact_sheet.h"
#include "data/preview_sheet.h"
#include "io/atomic_file.h"

namespace convoy {
namespace {

constexpr int versions = 7;            ///< shown of each augmented image
constexpr int images_by_default = 10;  ///< in all with augmentation, else of each class
constexpr int most_images = 1000;

/// The indices of at most `count` samples: the first of each class, then the second of each, and so on.
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

/// Throws Error{config} for samples that are not images of 1 or 3 channels.
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
  const Augmentation augmentation = augmentation_fields().read(config.augmentation);
  const bool augmented = options.split == "train" && changes_samples(augmentation);

  DataPreview preview{.data = statistics_of(data), .notes = splits.notes};
  const int enough = augmented ? images_by_default : images_by_default * std::max(1, data.classes());
  const int count = std::min(options.images > 0 ? options.images : enough, most_images);
  const Dataset samples = data.select(one_of_each_class_in_turn(data, count));
  preview.images = samples.size();
  preview.versions = augmented ? versions : 0;

  const PreviewSheet sheet(samples, preview.data, seed);
  write_file_atomically(png, png_of(draw(augmented ? sheet.versions(augmentation, versions) : sheet.by_class())));
  return preview;
}

}  // namespace convoy
