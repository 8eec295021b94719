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
              "libzip, which reads .npz and .keras files, cannot be loaded; it is in Debian's package libzip5, or "
              "libzip4 before 13");
}

template <class Function>
void find_in_libzip(Function& function, void* library, const char* name) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw Error(ErrorKind::failed, std::string("this libzip has no ") + name);
}

void find_writing(Libzip& zip, void* library) {
  find_in_libzip(zip.source_buffer_create, library, "zip_source_buffer_create");
  find_in_libzip(zip.source_buffer, library, "zip_source_buffer");
  find_in_libzip(zip.source_keep, library, "zip_source_keep");
  find_in_libzip(zip.source_free, library, "zip_source_free");
  find_in_libzip(zip.source_open, library, "zip_source_open");
  find_in_libzip(zip.source_stat, library, "zip_source_stat");
  find_in_libzip(zip.source_read, library, "zip_source_read");
  find_in_libzip(zip.source_close, library, "zip_source_close");
  find_in_libzip(zip.open_from_source, library, "zip_open_from_source");
  find_in_libzip(zip.file_add, library, "zip_file_add");
  find_in_libzip(zip.set_file_compression, library, "zip_set_file_compression");
  find_in_libzip(zip.file_set_mtime, library, "zip_file_set_mtime");
  find_in_libzip(zip.close, library, "zip_close");
}

Libzip load_libzip() {
  void* library = open_libzip();
  Libzip zip{};
  find_in_libzip(zip.open, library, "zip_open");
  find_in_libzip(zip.discard, library, "zip_discard");
  find_in_libzip(zip.get_num_entries, library, "zip_get_num_entries");
  find_in_libzip(zip.get_name, library, "zip_get_name");
  find_in_libzip(zip.stat, library, "zip_stat");
  find_in_libzip(zip.fopen_index, library, "zip_fopen_index");
  find_in_libzip(zip.fread, library, "zip_fread");
  find_in_libzip(zip.fclose, library, "zip_fclose");
  find_in_libzip(zip.strerror, library, "zip_strerror");
  find_in_libzip(zip.file_strerror, library, "zip_file_strerror");
  find_in_libzip(zip.error_init_with_code, library, "zip_error_init_with_code");
  find_in_libzip(zip.error_strerror, library, "zip_error_strerror");
  find_in_libzip(zip.error_fini, library, "zip_error_fini");
  find_writing(zip, library);
  return zip;
}

}  // namespace

const Libzip& libzip() {
  static const Libzip zip = load_libzip();
  return zip;
}

}  // namespace convoy
