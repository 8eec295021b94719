#pragma once

#include <zip.h>

#include <filesystem>
#include <memory>
#include <string>

namespace convoy {

/// The functions of libzip that .npz, .pt and .keras files need. libzip is loaded with the first such file: it brings a
/// cryptography library, which would make each start of a program half as long again.
struct Libzip {
  decltype(&zip_open) open;
  decltype(&zip_discard) discard;
  decltype(&zip_get_num_entries) get_num_entries;
  decltype(&zip_get_name) get_name;
  decltype(&zip_stat) stat;
  decltype(&zip_stat_index) stat_index;
  decltype(&zip_fopen_index) fopen_index;
  decltype(&zip_fread) fread;
  decltype(&zip_fclose) fclose;
  decltype(&zip_strerror) strerror;
  decltype(&zip_file_strerror) file_strerror;
  decltype(&zip_error_init_with_code) error_init_with_code;
  decltype(&zip_error_strerror) error_strerror;
  decltype(&zip_error_fini) error_fini;
  decltype(&zip_source_buffer_create) source_buffer_create;
  decltype(&zip_source_buffer) source_buffer;
  decltype(&zip_source_keep) source_keep;
  decltype(&zip_source_free) source_free;
  decltype(&zip_source_open) source_open;
  decltype(&zip_source_stat) source_stat;
  decltype(&zip_source_read) source_read;
  decltype(&zip_source_close) source_close;
  decltype(&zip_open_from_source) open_from_source;
  decltype(&zip_file_add) file_add;
  decltype(&zip_set_file_compression) set_file_compression;
  decltype(&zip_file_set_mtime) file_set_mtime;
  decltype(&zip_close) close;
};

/// libzip's functions; the first call loads it. Throws Error{failed} where it is not installed.
const Libzip& libzip();

struct DiscardZip {
  void operator()(zip_t* archive) const { libzip().discard(archive); }
};
using OpenZip = std::unique_ptr<zip_t, DiscardZip>;

/// Opens an archive for reading. Throws Error{data} where it is none: "FILE: not KIND, or a damaged one: ...".
OpenZip open_zip(const std::filesystem::path& file, const std::string& kind);

}  // namespace convoy
