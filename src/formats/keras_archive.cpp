#include "formats/keras_archive.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include "convoy/error.h"
#include "core/fail.h"
#include "data/libzip.h"
#include "io/atomic_file.h"

namespace convoy::formats {
namespace {

namespace fs = std::filesystem;

constexpr const char* config_entry = "config.json";
constexpr const char* metadata_entry = "metadata.json";
constexpr const char* weights_entry = "model.weights.h5";

/// Keras stores what it writes; others may deflate it, but hardly to less than this.
constexpr std::uint64_t most_deflated = 64;
constexpr std::uint64_t least_room = 1U << 20U;

/// What the archive says of an entry, checked.
zip_stat_t checked_entry(zip_t* archive, const fs::path& file, const char* name) {
  zip_stat_t found{};
  if (libzip().stat(archive, name, 0, &found) != 0) fail(file, std::string("not a .keras file: it has no ") + name);
  const fs::path title = file.string() + ": " + name;
  if (found.encryption_method != ZIP_EM_NONE) fail(title, "is encrypted");
  if (found.comp_method != ZIP_CM_STORE && found.comp_method != ZIP_CM_DEFLATE) {
    fail(title, "expected it stored or deflated, found method " + std::to_string(found.comp_method) + " of zip");
  }
  const std::uint64_t in_file = std::min<std::uint64_t>(found.comp_size, fs::file_size(file));
  if (found.size > least_room && found.size / most_deflated > in_file) {
    fail(title, "announces " + std::to_string(found.size) + " bytes, more than its part of the file can have");
  }
  return found;
}

template <class Bytes>
Bytes read_keras_entry(zip_t* archive, const fs::path& file, const char* name) {
  const zip_stat_t entry = checked_entry(archive, file, name);
  const fs::path title = file.string() + ": " + name;
  Bytes bytes;
  bytes.resize(entry.size);
  zip_file_t* stream = libzip().fopen_index(archive, entry.index, 0);
  if (stream == nullptr) fail(title, std::string("damaged: ") + libzip().strerror(archive));
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> closed(stream, libzip().fclose);
  std::uint64_t have = 0;
  while (have < bytes.size()) {
    const zip_int64_t got = libzip().fread(stream, bytes.data() + have, bytes.size() - have);
    if (got < 0) fail(title, std::string("damaged: ") + libzip().file_strerror(stream));
    if (got == 0) fail(title, "damaged: it ends too soon");
    have += static_cast<std::uint64_t>(got);
  }
  char more = 0;
  if (libzip().fread(stream, &more, 1) != 0) fail(title, "damaged: its checksum or its length is wrong");
  return bytes;
}

/// What libzip returned, unless it is nothing.
template <class Result>
Result* zip_made(Result* made) {
  if (made == nullptr) throw Error(ErrorKind::failed, "libzip could not make the archive: out of memory?");
  return made;
}

void add_entry(zip_t* archive, const char* name, const void* bytes, std::size_t count) {
  zip_source_t* source = zip_made(libzip().source_buffer(archive, bytes, count, 0));
  const zip_int64_t index = libzip().file_add(archive, name, source, ZIP_FL_ENC_UTF_8);
  constexpr time_t always = 1'577'880'000;  // noon of the 1st of January 2020, so that the bytes are the same each time
  const bool added = index >= 0 &&
                     libzip().set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0) == 0 &&
                     libzip().file_set_mtime(archive, static_cast<zip_uint64_t>(index), always, 0) == 0;
  if (!added) throw Error(ErrorKind::failed, std::string("libzip: ") + libzip().strerror(archive));
}

/// The bytes of an archive that was written to memory.
std::string bytes_of(zip_source_t* source) {
  zip_stat_t written{};
  std::string bytes;
  bool read = libzip().source_open(source) == 0 && libzip().source_stat(source, &written) == 0;
  if (read) {
    bytes.resize(written.size);
    read = libzip().source_read(source, bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size());
  }
  libzip().source_close(source);
  libzip().source_free(source);
  if (!read) throw Error(ErrorKind::failed, "libzip could not make the archive");
  return bytes;
}

}  // namespace

bool is_keras_archive(const fs::path& file) {
  int code = 0;
  const OpenZip archive(libzip().open(file.c_str(), ZIP_RDONLY, &code));
  zip_stat_t found{};
  return archive && libzip().stat(archive.get(), config_entry, 0, &found) == 0;
}

KerasArchive read_keras_archive(const fs::path& file) {
  const OpenZip archive = open_zip(file, "a .keras file");
  return {read_keras_entry<std::string>(archive.get(), file, config_entry),
          read_keras_entry<std::string>(archive.get(), file, metadata_entry),
          read_keras_entry<std::vector<std::byte>>(archive.get(), file, weights_entry)};
}

void write_keras_archive(const fs::path& file, const KerasArchive& archive) {
  zip_error_t error;
  libzip().error_init_with_code(&error, 0);
  zip_source_t* memory = zip_made(libzip().source_buffer_create(nullptr, 0, 0, &error));
  OpenZip zip(zip_made(libzip().open_from_source(memory, ZIP_TRUNCATE, &error)));
  libzip().source_keep(memory);  // beyond the archive
  add_entry(zip.get(), metadata_entry, archive.metadata.data(), archive.metadata.size());
  add_entry(zip.get(), config_entry, archive.config.data(), archive.config.size());
  add_entry(zip.get(), weights_entry, archive.weights.data(), archive.weights.size());
  if (libzip().close(zip.get()) != 0)
    throw Error(ErrorKind::failed, std::string("libzip: ") + libzip().strerror(zip.get()));
  static_cast<void>(zip.release());  // closed
  write_file_atomically(file, bytes_of(memory));
}

}  // namespace convoy::formats
