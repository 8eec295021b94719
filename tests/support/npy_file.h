#pragma once

#include <zip.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/bytes.h"

namespace convoy::test {

/// An .npy file with that header, as NumPy would write it but for the padding.
inline std::string npy_with_header(const std::string& header, const std::string& values, int version = 1) {
  const std::string magic = "\x93NUMPY" + std::string{static_cast<char>(version), '\0'};
  return magic + little_endian(header.size(), version == 1 ? 2 : 4) + header + values;
}

/// Of that type, "|u1", and shape, "(2, 3)".
inline std::string npy_file(const std::string& descr, const std::string& shape, const std::string& values) {
  return npy_with_header("{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n", values);
}

/// A zip archive of these files, deflated or by another method of libzip.
inline void write_zip(const std::filesystem::path& file,
                      const std::vector<std::pair<std::string, std::string>>& entries, int method = ZIP_CM_DEFLATE) {
  int code = 0;
  zip_t* archive = zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (archive == nullptr) throw std::runtime_error(file.string() + ": not made");
  for (const auto& [name, bytes] : entries) {
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0);
  }
  if (zip_close(archive) != 0) throw std::runtime_error(file.string() + ": not written");
}

}  // namespace convoy::test
