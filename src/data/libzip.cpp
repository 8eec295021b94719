#include "data/libzip.h"

#include "core/dynamic_library.h"
#include "core/fail.h"

namespace convoy {
namespace {

/// Finds the functions that writing a file takes.
void find_writing(Libzip& zip, const DynamicLibrary& library) {
  library.find(zip.source_buffer_create, "zip_source_buffer_create");
  library.find(zip.source_buffer, "zip_source_buffer");
  library.find(zip.source_keep, "zip_source_keep");
  library.find(zip.source_free, "zip_source_free");
  library.find(zip.source_open, "zip_source_open");
  library.find(zip.source_stat, "zip_source_stat");
  library.find(zip.source_read, "zip_source_read");
  library.find(zip.source_close, "zip_source_close");
  library.find(zip.open_from_source, "zip_open_from_source");
  library.find(zip.file_add, "zip_file_add");
  library.find(zip.set_file_compression, "zip_set_file_compression");
  library.find(zip.file_set_mtime, "zip_file_set_mtime");
  library.find(zip.close, "zip_close");
}

/// Loads libzip, under Debian 13's name or that of Debian 12. Throws Error{failed} where there is none.
Libzip load_libzip() {
  const DynamicLibrary library("libzip, which reads .npz, .pt and .keras files,", {"libzip.so.5", "libzip.so.4"},
                               "libzip5, or libzip4 before 13");
  Libzip zip{};
  library.find(zip.open, "zip_open");
  library.find(zip.discard, "zip_discard");
  library.find(zip.get_num_entries, "zip_get_num_entries");
  library.find(zip.get_name, "zip_get_name");
  library.find(zip.stat, "zip_stat");
  library.find(zip.stat_index, "zip_stat_index");
  library.find(zip.fopen_index, "zip_fopen_index");
  library.find(zip.fread, "zip_fread");
  library.find(zip.fclose, "zip_fclose");
  library.find(zip.strerror, "zip_strerror");
  library.find(zip.file_strerror, "zip_file_strerror");
  library.find(zip.error_init_with_code, "zip_error_init_with_code");
  library.find(zip.error_strerror, "zip_error_strerror");
  library.find(zip.error_fini, "zip_error_fini");
  find_writing(zip, library);
  return zip;
}

}  // namespace

const Libzip& libzip() {
  static const Libzip zip = load_libzip();
  return zip;
}

OpenZip open_zip(const std::filesystem::path& file, const std::string& kind) {
  int code = 0;
  OpenZip archive(libzip().open(file.c_str(), ZIP_RDONLY, &code));
  if (archive) return archive;
  zip_error_t error;
  libzip().error_init_with_code(&error, code);
  const std::string why = libzip().error_strerror(&error);
  libzip().error_fini(&error);
  fail(file, "not " + kind + ", or a damaged one: " + why);
}

}  // namespace convoy
