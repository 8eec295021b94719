#include "formats/hdf5_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "convoy/error.h"
#include "core/fail.h"
#include "formats/child_process.h"
#include "formats/hdf5_walk.h"
#include "formats/libhdf5.h"

namespace convoy::formats {
namespace {

constexpr std::size_t least_memory = std::size_t{64} << 20U;
constexpr std::size_t bytes_a_second = std::size_t{20} << 20U;  ///< a slow machine reads as fast

/// What a child sends comes in records that begin with one of these.
enum class Hdf5Record : std::uint64_t { array = 1, texts, refusal, end };

/// Writes the records of a file, in the child.
class Hdf5Sender {
 public:
  explicit Hdf5Sender(const ChildOutput& output) : output_(output) {}

  void array(const std::string& path, const Hdf5Array& array) const {
    number(Hdf5Record::array);
    text(path);
    number(array.shape.size());
    output_(array.shape.data(), array.shape.size() * sizeof(std::int64_t));
    number(array.floats ? 1 : 0);
    number(array.bytes_each);
    number(array.values.size());
    output_(array.values.data(), array.values.size() * sizeof(float));
  }
  void texts(const std::string& attribute, const std::vector<std::string>& texts) const {
    number(Hdf5Record::texts);
    text(attribute);
    number(texts.size());
    for (const std::string& one : texts) text(one);
  }
  void refusal(const std::string& why) const {
    number(Hdf5Record::refusal);
    text(why);
  }
  void end() const { number(Hdf5Record::end); }

 private:
  void number(std::uint64_t value) const { output_(&value, sizeof(value)); }
  void number(Hdf5Record record) const { number(static_cast<std::uint64_t>(record)); }
  void text(const std::string& text) const {
    number(text.size());
    output_(text.data(), text.size());
  }

  const ChildOutput& output_;
};

/// Reads them, in the parent, which does not trust a child that has read a damaged file: sizes are compared with the
/// file's before there is memory for them.
class Hdf5Receiver {
 public:
  Hdf5Receiver(ChildProcess& child, std::filesystem::path title, std::size_t file_bytes)
      : child_(child), title_(std::move(title)), left_(4 * file_bytes + least_memory) {}

  Hdf5Contents contents() {
    Hdf5Contents contents;
    for (;;) {
      switch (static_cast<Hdf5Record>(number())) {
        case Hdf5Record::array: receive_array(contents); break;
        case Hdf5Record::texts: receive_texts(contents); break;
        case Hdf5Record::refusal: fail(title_, text());
        case Hdf5Record::end: return contents;
        default: damaged();
      }
    }
  }

 private:
  [[noreturn]] void damaged() const { fail(title_, "damaged: libhdf5 cannot read it"); }
  void bytes(void* to, std::size_t count) {
    if (!child_.read(to, count)) damaged();
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    bytes(&value, sizeof(value));
    return value;
  }
  /// How many things of `each` bytes follow.
  std::size_t count(std::size_t each) {
    const std::uint64_t value = number();
    if (value > left_ / each) damaged();
    left_ -= value * each;
    return value;
  }
  std::string text() {
    std::string text(count(1), '\0');
    bytes(text.data(), text.size());
    return text;
  }
  void receive_array(Hdf5Contents& contents) {
    Hdf5Array& array = contents.arrays[text()];
    array.shape.resize(count(sizeof(std::int64_t)));
    bytes(array.shape.data(), array.shape.size() * sizeof(std::int64_t));
    array.floats = number() != 0;
    array.bytes_each = number();
    array.values.resize(count(sizeof(float)));
    bytes(array.values.data(), array.values.size() * sizeof(float));
  }
  void receive_texts(Hdf5Contents& contents) {
    std::vector<std::string>& texts = contents.texts[text()];
    const std::size_t many = count(sizeof(std::string));
    for (std::size_t i = 0; i < many; ++i) texts.push_back(text());
  }

  ChildProcess& child_;
  std::filesystem::path title_;
  std::size_t left_;  ///< bytes that may come
};

Hdf5Contents read_apart(const std::filesystem::path& title, const std::string& file, std::span<const std::byte> image,
                        std::size_t file_bytes) {
  libhdf5();  // loaded here, where its absence can be said
  const ChildLimits limits{.more_bytes = least_memory + 8 * file_bytes,
                           .seconds = static_cast<unsigned>(1 + file_bytes / bytes_a_second)};
  std::unique_lock lock(libhdf5_mutex());
  ChildProcess child(limits, [&](const ChildOutput& output) {
    const Hdf5Sender sender(output);
    try {
      walk_hdf5(file, image, {.bytes = file_bytes, .unpacked = 3 * file_bytes},
                {.array = [&](const auto& path, const auto& array) { sender.array(path, array); },
                 .texts = [&](const auto& path, const auto& texts) { sender.texts(path, texts); }});
      sender.end();
    } catch (const std::exception& error) {
      sender.refusal(error.what());
    }
  });
  lock.unlock();
  return Hdf5Receiver(child, title, file_bytes).contents();
}

}  // namespace

std::string Hdf5Contents::path_of(const Hdf5Array& array) const {
  const auto found = std::ranges::find_if(arrays, [&](const auto& entry) { return &entry.second == &array; });
  return found == arrays.end() ? "" : found->first;
}

std::string Hdf5Contents::text(const std::string& attribute) const {
  const auto found = texts.find(attribute);
  return found == texts.end() || found->second.empty() ? "" : found->second.front();
}

std::vector<std::string> Hdf5Contents::all_texts(const std::string& attribute) const {
  if (const auto found = texts.find(attribute); found != texts.end()) return found->second;
  std::vector<std::string> all;
  for (int part = 0;; ++part) {
    const auto found = texts.find(attribute + std::to_string(part));
    if (found == texts.end()) return all;
    all.insert(all.end(), found->second.begin(), found->second.end());
  }
}

bool begins_as_hdf5(std::span<const std::byte> bytes) {
  constexpr std::array<unsigned char, 8> signature = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  return bytes.size() >= signature.size() && std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

Hdf5Contents read_hdf5(const std::filesystem::path& file) {
  return read_apart(file, file.string(), {}, std::filesystem::file_size(file));
}

Hdf5Contents read_hdf5(const std::filesystem::path& title, std::span<const std::byte> image) {
  // libhdf5 takes no image where there is a file of that name.
  return read_apart(title, "/dev/null/no file", image, image.size());
}

}  // namespace convoy::formats
