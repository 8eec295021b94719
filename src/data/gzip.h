#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace convoy {

/// A file read from its beginning, decompressed if it is gzip.
class MaybeGzipFile {
 public:
  /// Throws Error{data} for a file that cannot be opened.
  explicit MaybeGzipFile(std::filesystem::path file);

  /// The next `most` bytes, fewer only at the end. `most` also limits the memory, since a small file may decompress to
  /// any size. Throws Error{data} when the file is damaged.
  std::vector<std::uint8_t> read(std::size_t most);

 private:
  struct Close {
    void operator()(void* stream) const;
  };
  std::filesystem::path file_;
  std::unique_ptr<void, Close> stream_;
};

}  // namespace convoy
