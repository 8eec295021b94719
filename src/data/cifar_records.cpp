#include "data/cifar_records.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "core/fail.h"
#include "core/file_state.h"
#include "core/parse.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t image_side = 32;
constexpr std::size_t plane_size = image_side * image_side;
constexpr std::size_t colours = 3;
constexpr std::size_t most_file_bytes = std::size_t{1} << 30;

std::size_t label_bytes(CifarKind kind) { return kind == CifarKind::ten ? 1 : 2; }

/// The number of classes.
int classes_of(CifarKind kind) {
  switch (kind) {
    case CifarKind::ten: return 10;
    case CifarKind::hundred_fine: return 100;
    case CifarKind::hundred_coarse: return 20;
  }
  return 0;
}

/// The number of records in a file by its length. Throws Error{data} for a length that does not fit.
std::size_t records_in(const fs::path& file, std::size_t each) {
  if (const std::string why = why_unreadable(file); !why.empty()) fail(file, why);
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(file, error);
  if (error) fail(file, "cannot be read: " + error.message());
  if (bytes == 0 || bytes % each != 0 || bytes > most_file_bytes) {
    fail(file, "expected records of " + std::to_string(each) + " bytes, at most " + std::to_string(most_file_bytes) +
                   " in all, found " + std::to_string(bytes) + " bytes; is it damaged?");
  }
  return bytes / each;
}

/// Adds an image, given as three planes, to `images` with its channels last.
void add_image(const std::uint8_t* planes, std::vector<std::uint8_t>& images) {
  for (std::size_t pixel = 0; pixel < plane_size; ++pixel) {
    for (std::size_t channel = 0; channel < colours; ++channel) images.push_back(planes[channel * plane_size + pixel]);
  }
}

/// Adds the labels and images of a file's `count` records to `samples`. Throws Error{data} for a label beyond the
/// classes.
void read_records(const fs::path& file, std::size_t count, CifarKind kind, Dataset::Storage& samples) {
  const std::size_t labels = label_bytes(kind);
  std::ifstream stream(file, std::ios::binary);
  std::vector<char> record(labels + colours * plane_size);
  for (std::size_t i = 0; i < count; ++i) {
    if (!stream.read(record.data(), static_cast<std::streamsize>(record.size()))) fail(file, "ends early");
    const std::size_t place = kind == CifarKind::hundred_fine ? 1 : 0;  // the group comes first
    const int label = static_cast<std::uint8_t>(record[place]);
    if (label >= classes_of(kind)) {
      fail(file, "label " + std::to_string(label) + " of image " + std::to_string(i) + ", expected 0 to " +
                     std::to_string(classes_of(kind) - 1));
    }
    samples.labels.push_back(label);
    add_image(reinterpret_cast<const std::uint8_t*>(record.data()) + labels, samples.bytes);
  }
}

}  // namespace

Dataset::Storage read_cifar(const std::vector<fs::path>& files, CifarKind kind) {
  std::vector<std::size_t> counts;
  std::size_t all = 0;
  for (const fs::path& file : files) {
    counts.push_back(records_in(file, label_bytes(kind) + colours * plane_size));
    all += counts.back();
  }
  Dataset::Storage samples;
  samples.shape = {image_side, image_side, colours};
  samples.bytes.reserve(all * colours * plane_size);
  samples.labels.reserve(all);
  for (std::size_t i = 0; i < files.size(); ++i) read_records(files[i], counts[i], kind, samples);
  return samples;
}

Texts read_class_names(const fs::path& file, CifarKind kind) {
  constexpr std::size_t most = std::size_t{1} << 16;
  if (const std::string why = why_unreadable(file); !why.empty()) fail(file, why);
  std::ifstream stream(file, std::ios::binary);
  std::string text(most, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(most));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  Texts names;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.pop_back();
    if (!trimmed(line).empty()) names.push_back(trimmed(line));
    at = end + 1;
  }
  const auto expected = static_cast<std::size_t>(classes_of(kind));
  if (names.size() != expected) {
    fail(file, "expected " + std::to_string(expected) + " names of classes, a line each, found " +
                   std::to_string(names.size()));
  }
  return names;
}

}  // namespace convoy
