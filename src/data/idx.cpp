#include "data/idx.h"

#include "convoy/dataset.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "data/gzip.h"
#include "data/kinds.h"

namespace convoy {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 30;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw Error(ErrorKind::data, shown(file.string()) + ": " + what);
}

std::uint32_t big_endian(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

std::string hex(std::uint32_t number) {
  std::string text = "0x00000000";
  for (std::size_t i = 0; i < 8; ++i) text[9 - i] = "0123456789abcdef"[(number >> (4 * i)) & 15U];
  return text;
}

/// MNIST's name for one of the four files, with "." as some copies have it, raw or compressed.
std::filesystem::path find_file(const std::filesystem::path& folder, const std::string& stem, int rank,
                                const std::string& hint) {
  const std::string dashed = stem + "-idx" + std::to_string(rank) + "-ubyte";
  const std::string dotted = stem + ".idx" + std::to_string(rank) + "-ubyte";
  for (const auto& name : {dashed, dashed + ".gz", dotted, dotted + ".gz"}) {
    if (std::filesystem::is_regular_file(folder / name)) return folder / name;
  }
  const std::string what =
      std::filesystem::is_directory(folder) ? "no " + dashed + " or " + dashed + ".gz in it" : "no such folder";
  fail(folder, what + (hint.empty() ? "" : "; " + hint));
}

Dataset load_part(const std::filesystem::path& folder, const std::string& part, const std::string& hint) {
  const auto image_file = find_file(folder, part + "-images", 3, hint);
  const auto label_file = find_file(folder, part + "-labels", 1, hint);
  IdxArray images = read_idx(image_file);
  const IdxArray labels = read_idx(label_file);
  const std::size_t rank = images.extents.size();
  if (rank != 3 && rank != 4) fail(image_file, "expected images x height x width, found rank " + std::to_string(rank));
  if (labels.extents.size() != 1)
    fail(label_file, "expected one label an image, found rank " + std::to_string(labels.extents.size()));
  if (labels.extents[0] != images.extents[0]) {
    fail(label_file, std::to_string(labels.extents[0]) + " labels, but " + image_file.filename().string() + " has " +
                         std::to_string(images.extents[0]) + " images");
  }
  Dataset::Storage storage;
  storage.shape = {images.extents[1], images.extents[2], rank == 4 ? images.extents[3] : 1};
  storage.bytes = std::move(images.values);
  storage.labels.assign(labels.values.begin(), labels.values.end());
  storage.source = folder.string();
  return Dataset(std::move(storage));
}

}  // namespace

IdxArray read_idx(const std::filesystem::path& file) {
  MaybeGzipFile stream(file);
  const std::vector<std::uint8_t> beginning = stream.read(4);
  if (beginning.size() < 4) fail(file, "too short for an idx file");
  const std::uint32_t magic = big_endian(beginning.data());
  const std::size_t rank = magic & 0xffU;
  if ((magic & ~0xffU) != 0x800U || rank < 1 || rank > 4) {
    fail(file, "not an idx file of bytes: expected magic 0x00000801 to 0x00000804, found " + hex(magic));
  }
  const std::vector<std::uint8_t> header = stream.read(4 * rank);
  if (header.size() < 4 * rank) fail(file, "too short for its header");
  IdxArray array;
  std::size_t expected = 1;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::uint32_t extent = big_endian(header.data() + 4 * axis);
    if (extent == 0 || extent > most_bytes / expected) {
      fail(file, "extent " + std::to_string(extent) + " of axis " + std::to_string(axis) + " makes no sense");
    }
    expected *= extent;
    array.extents.push_back(static_cast<int>(extent));
  }
  array.values = stream.read(expected + 1);
  if (array.values.size() != expected) {
    fail(file, "expected " + std::to_string(expected) + " bytes after the header, found " +
                   (array.values.size() < expected ? std::to_string(array.values.size()) : "more"));
  }
  return array;
}

FoundParts load_idx(const std::filesystem::path& folder, const IdxOptions& options, Need need) {
  FoundParts found{.splits = {}, .divided = true, .has_test = true};
  if (need != Need::test && need != Need::evaluation) found.splits.train = load_part(folder, "train", options.hint);
  if (need != Need::training) found.splits.test = load_part(folder, "t10k", options.hint);
  return found;
}

DataSplits load_idx(const std::filesystem::path& folder) { return load_idx(folder, {}, Need::all).splits; }

}  // namespace convoy
