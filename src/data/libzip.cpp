#include "data/libzip.h"

#include <dlfcn.h>

#include <string>

#include "convoy/error.h"

namespace convoy {
namespace {

/// Debian 13's name and that of Debian 12, of the same functions.
void* open_libzip() {
  for (const char* name : {"libzip.so.5", "libzip.so.4"}) {
    if (void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL); library != nullptr) return library;
  }
  throw Error(ErrorKind::failed,
              "libzip, which reads .npz and .pt files, cannot be loaded; it is in Debian's package libzip5, or libzip4 "
              "before 13");
}

template <class Function>
void find_in_libzip(Function& function, void* library, const char* name) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw Error(ErrorKind::failed, std::string("this libzip has no ") + name);
}

Libzip load_libzip() {
  void* library = open_libzip();
  Libzip zip{};
  find_in_libzip(zip.open, library, "zip_open");
  find_in_libzip(zip.discard, library, "zip_discard");
  find_in_libzip(zip.get_num_entries, library, "zip_get_num_entries");
  find_in_libzip(zip.get_name, library, "zip_get_name");
  find_in_libzip(zip.stat, library, "zip_stat");
  find_in_libzip(zip.stat_index, library, "zip_stat_index");
  find_in_libzip(zip.fopen_index, library, "zip_fopen_index");
  find_in_libzip(zip.fread, library, "zip_fread");
  find_in_libzip(zip.fclose, library, "zip_fclose");
  find_in_libzip(zip.strerror, library, "zip_strerror");
  find_in_libzip(zip.file_strerror, library, "zip_file_strerror");
  find_in_libzip(zip.error_init_with_code, library, "zip_error_init_with_code");
  find_in_libzip(zip.error_strerror, library, "zip_error_strerror");
  find_in_libzip(zip.error_fini, library, "zip_error_fini");
  return zip;
}

}  // namespace

const Libzip& libzip() {
  static const Libzip zip = load_libzip();
  return zip;
}

}  // namespace convoy
