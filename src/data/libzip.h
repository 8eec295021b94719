#pragma once

#include <zip.h>

namespace convoy {

/// The functions of libzip that reading an .npz or .pt file needs. libzip is loaded with the first such file: it brings a
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
};

/// libzip's functions; the first call loads it. Throws Error{failed} where it is not installed.
const Libzip& libzip();

}  // namespace convoy
