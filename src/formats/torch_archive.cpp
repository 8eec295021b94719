#include "formats/torch_archive.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/fail.h"
#include "core/value_text.h"
#include "data/libzip.h"

namespace convoy::formats {
namespace {

constexpr std::string_view torch_pickle_entry = "/data.pkl";

/// Names of entries as the archive has them. Throws Error{data} for more than a model has.
std::vector<std::string> zip_names(zip_t* archive, const std::filesystem::path& file) {
  constexpr zip_int64_t most_entries = 1'000'000;
  const zip_int64_t count = libzip().get_num_entries(archive, 0);
  if (count > most_entries) fail(file, std::to_string(count) + " entries, more than a model has");
  std::vector<std::string> names;
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = libzip().get_name(archive, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    names.emplace_back(name == nullptr ? "" : name);
  }
  return names;
}

/// An entry that is open for reading.
using OpenZipEntry = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

/// Reads `size` bytes, and one more for the end, where the checksum is compared.
std::vector<std::byte> bytes_of_entry(zip_file_t* entry, std::uint64_t size, const std::filesystem::path& title) {
  std::vector<std::byte> bytes(size);
  std::uint64_t got = 0;
  while (true) {
    std::byte behind{};
    const bool full = got == size;
    const zip_int64_t more = libzip().fread(entry, full ? &behind : bytes.data() + got, full ? 1 : size - got);
    if (more < 0) fail(title, std::string("damaged: ") + libzip().file_strerror(entry));
    if (more == 0 && full) return bytes;
    if (more == 0 || full) fail(title, "damaged: it is not as long as the archive says");
    got += static_cast<std::uint64_t>(more);
  }
}

}  // namespace

void TorchArchive::Close::operator()(void* archive) const { libzip().discard(static_cast<zip_t*>(archive)); }

TorchArchive::TorchArchive(std::filesystem::path file) : file_(std::move(file)) {
  archive_.reset(open_zip(file_, "a file of torch.save").release());
  left_ = std::filesystem::file_size(file_);
  list_entries();
}

void TorchArchive::list_entries() {
  const std::vector<std::string> names = zip_names(static_cast<zip_t*>(archive_.get()), file_);
  std::string folder;
  for (const std::string& name : names) {
    if (!name.ends_with(torch_pickle_entry)) continue;
    if (!folder.empty()) fail(file_, "has more than one data.pkl");
    folder = name.substr(0, name.size() - torch_pickle_entry.size() + 1);
  }
  if (folder.empty()) fail(file_, "not a file of torch.save: it has no data.pkl");
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].starts_with(folder)) entries_.emplace(names[i].substr(folder.size()), i);
  }
}

std::vector<std::byte> TorchArchive::read(const std::string& entry, std::uint64_t most) {
  const std::filesystem::path title = file_.string() + ": " + entry;
  const auto found = entries_.find(entry);
  if (found == entries_.end()) fail(title, "no such entry in it");
  auto* archive = static_cast<zip_t*>(archive_.get());
  zip_stat_t about;
  if (libzip().stat_index(archive, found->second, 0, &about) != 0) fail(title, "damaged: the archive does not list it");
  if (about.encryption_method != ZIP_EM_NONE) fail(title, "is encrypted");
  if (about.comp_method != ZIP_CM_STORE) fail(title, "is compressed: expected it stored, as torch.save writes it");
  if (about.size > most || about.size > left_) {
    fail(title, "damaged: " + std::to_string(about.size) + " bytes, expected at most " +
                    std::to_string(std::min<std::uint64_t>(most, left_)));
  }
  left_ -= about.size;
  const OpenZipEntry open(libzip().fopen_index(archive, found->second, 0), libzip().fclose);
  if (!open) fail(title, std::string("damaged: ") + libzip().strerror(archive));
  return bytes_of_entry(open.get(), about.size, title);
}

}  // namespace convoy::formats
