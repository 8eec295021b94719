#include "data/libzip.h"

#include "core/dynamic_library.h"

namespace convoy {
namespace {

/// Loads libzip, under Debian 13's name or that of Debian 12. Throws Error{failed} where there is none.
Libzip load_libzip() {
  const DynamicLibrary library("libzip, which reads .npz and .pt files,", {"libzip.so.5", "libzip.so.4"},
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
  return zip;
}

}  // namespace

const Libzip& libzip() {
  static const Libzip zip = load_libzip();
  return zip;
}

}  // namespace convoy
