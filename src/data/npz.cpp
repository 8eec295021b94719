#include "data/npz.h"

#include <algorithm>

#include "core/fail.h"
#include "core/file_state.h"
#include "data/libzip.h"
#include "data/npy.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".npy";

/// A file in an archive, read from its beginning to its end, where libzip compares its checksum.
class ZipEntry {
 public:
  /// Opens the archive's file number `index`; `title` names it in messages. Throws Error{data} for a damaged one.
  ZipEntry(zip_t* archive, zip_uint64_t index, fs::path title)
      : title_(std::move(title)), entry_(libzip().fopen_index(archive, index, 0)) {
    if (entry_ == nullptr) fail(title_, std::string("damaged: ") + libzip().strerror(archive));
  }
  ~ZipEntry() { libzip().fclose(entry_); }
  ZipEntry(const ZipEntry&) = delete;
  ZipEntry& operator=(const ZipEntry&) = delete;

  /// The next `most` bytes, fewer only at the end. Throws Error{data} for a damaged file.
  std::vector<std::uint8_t> read(std::size_t most) {
    constexpr std::size_t block = std::size_t{1} << 17;
    std::vector<std::uint8_t> bytes;
    while (bytes.size() < most) {
      const std::size_t before = bytes.size();
      bytes.resize(before + std::min(block, most - before));
      const zip_int64_t got = libzip().fread(entry_, bytes.data() + before, bytes.size() - before);
      if (got < 0) fail(title_, std::string("damaged: ") + libzip().file_strerror(entry_));
      bytes.resize(before + static_cast<std::size_t>(got));
      if (got == 0) break;
    }
    return bytes;
  }

 private:
  fs::path title_;
  zip_file_t* entry_;
};

}  // namespace

void NpzFile::Close::operator()(void* archive) const { libzip().discard(static_cast<zip_t*>(archive)); }

NpzFile::NpzFile(fs::path file) : file_(std::move(file)) {
  if (const std::string why = why_unreadable(file_); !why.empty()) fail(file_, why);
  archive_.reset(open_zip(file_, "an .npz file").release());
  auto* archive = static_cast<zip_t*>(archive_.get());
  const zip_int64_t count = libzip().get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = libzip().get_name(archive, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    const std::string_view text = name == nullptr ? "" : name;
    if (text.ends_with(ending)) names_.emplace_back(text.substr(0, text.size() - ending.size()));
  }
  std::ranges::sort(names_);
}

fs::path NpzFile::title(const std::string& name) const { return file_.string() + ": " + name; }

NumberArray NpzFile::read(const std::string& name) const {
  auto* archive = static_cast<zip_t*>(archive_.get());
  const std::string inner = name + std::string(ending);
  zip_stat_t found;
  if (libzip().stat(archive, inner.c_str(), ZIP_FL_ENC_RAW, &found) != 0) fail(title(name), "no such array in it");
  if (found.encryption_method != ZIP_EM_NONE) fail(title(name), "is encrypted");
  if (found.comp_method != ZIP_CM_STORE && found.comp_method != ZIP_CM_DEFLATE) {
    fail(title(name), "expected it stored or deflated, found method " + std::to_string(found.comp_method) + " of zip");
  }
  ZipEntry entry(archive, found.index, title(name));
  return read_npy([&](std::size_t most) { return entry.read(most); }, title(name));
}

}  // namespace convoy
