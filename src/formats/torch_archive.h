#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace convoy::formats {

/// A file as torch.save writes it: a zip with one folder, whose entries are stored without compression. What is read of
/// it in all is never more than the file has bytes.
class TorchArchive {
 public:
  /// Throws Error{data} for a file that is no such zip, or a damaged one.
  explicit TorchArchive(std::filesystem::path file);

  /// Whether the folder has an entry of that name: "data.pkl".
  bool has(const std::string& entry) const { return entries_.contains(entry); }
  /// The bytes of an entry, after comparing its checksum. Throws Error{data} where it is missing, damaged or larger
  /// than `most`, and where entries lie over each other.
  std::vector<std::byte> read(const std::string& entry, std::uint64_t most);

 private:
  struct Close {
    void operator()(void* archive) const;
  };
  void list_entries();

  std::filesystem::path file_;
  std::unique_ptr<void, Close> archive_;
  std::map<std::string, std::uint64_t> entries_;  ///< by the name in the folder: its number
  std::uint64_t left_ = 0;                        ///< bytes of the file that were not read yet
};

}  // namespace convoy::formats
