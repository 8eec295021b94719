#include "data/preview_sheet.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "convoy/metrics.h"
#include "data/loader.h"

namespace convoy {
namespace {

/// The name of the class of sample i; "" without labels.
std::string class_of_sample(const Dataset& data, int i) {
  return data.storage().labels.empty() ? "" : class_name(data.storage().class_names, data.label(i));
}

/// "original", "epoch 1", ...
std::vector<std::string> version_headings(int epochs) {
  std::vector<std::string> texts = {"original"};
  for (int epoch = 1; epoch <= epochs; ++epoch) texts.push_back("epoch " + std::to_string(epoch));
  return texts;
}

}  // namespace

PreviewSheet::PreviewSheet(const Dataset& samples, const DataStatistics& statistics, std::uint64_t seed)
    : samples_(samples), seed_(seed) {
  if (!samples.storage().bytes.empty()) return;
  low_ = statistics.min;
  high_ = statistics.max;
}

ContactSheet PreviewSheet::by_class() const {
  ContactSheet sheet = empty();
  Images images = in_epoch(0, {});
  sheet.rows.resize(static_cast<std::size_t>(std::max(1, samples_.classes())));
  for (int i = 0; i < samples_.size(); ++i) {
    const int label = samples_.storage().labels.empty() ? 0 : samples_.label(i);
    auto& row = sheet.rows[static_cast<std::size_t>(label)];
    row.label = class_of_sample(samples_, i);
    row.images.push_back(std::move(images[static_cast<std::size_t>(i)]));
  }
  std::erase_if(sheet.rows, [](const ContactSheet::Row& row) { return row.images.empty(); });
  return sheet;
}

ContactSheet PreviewSheet::versions(const Augmentation& augmentation, int epochs) const {
  ContactSheet sheet = empty();
  sheet.headings = version_headings(epochs);
  for (int i = 0; i < samples_.size(); ++i) sheet.rows.push_back({class_of_sample(samples_, i), {}});
  for (int column = 0; column <= epochs; ++column) {
    Images images = column == 0 ? in_epoch(0, {}) : in_epoch(column - 1, augmentation);
    for (std::size_t i = 0; i < sheet.rows.size(); ++i) sheet.rows[i].images.push_back(std::move(images[i]));
  }
  return sheet;
}

ContactSheet PreviewSheet::empty() const {
  const Shape& shape = samples_.shape();
  return {.size = {shape[0], shape[1]}, .channels = shape[2], .headings = {}, .rows = {}};
}

PreviewSheet::Images PreviewSheet::in_epoch(int epoch, const Augmentation& augmentation) const {
  Loader loader(samples_, scaling_for("none", samples_),
                {.batch_size = samples_.size(), .seed = seed_, .augmentation = augmentation});
  loader.start(static_cast<std::uint32_t>(epoch));
  const Batch& batch = *loader.next();
  Images images(static_cast<std::size_t>(batch.size));
  const float* value = batch.inputs;
  for (auto& image : images) {
    for (std::size_t i = 0; i < samples_.shape().size(); ++i) image.push_back(byte_of(*value++));
  }
  return images;
}

std::uint8_t PreviewSheet::byte_of(float value) const {
  const double share = (static_cast<double>(value) - low_) / (high_ - low_);
  // In this order std::max gives 0 for a share that is not a number: 0 / 0 where all values are equal.
  return static_cast<std::uint8_t>(std::lround(255 * std::min(std::max(0.0, share), 1.0)));
}

}  // namespace convoy
