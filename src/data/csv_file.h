#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/gzip.h"

namespace convoy {

/// A row of a CSV file: its fields, without their quotes.
struct CsvRow {
  std::string text;               ///< of all fields
  std::vector<std::size_t> ends;  ///< of each, in `text`
  int line = 1;                   ///< where it begins

  std::size_t size() const { return ends.size(); }
  std::string_view field(std::size_t i) const;
};

/// Reads a file of comma-separated values (RFC 4180), raw or gzip, row by row. Lines end as on any system; empty ones
/// are passed over.
class CsvFile {
 public:
  /// Throws Error{data} for a file that cannot be opened, and for what is no text.
  explicit CsvFile(std::filesystem::path file);

  /// The next row; false at the end. Throws Error{data}, with line and column, for quotes that do not fit, and for a
  /// row longer than any image.
  bool next(CsvRow& row);

 private:
  int peek();
  int take();
  void read_row(CsvRow& row);
  void read_plain(CsvRow& row);
  void read_quoted(CsvRow& row);
  void append(CsvRow& row, int character);
  [[noreturn]] void refuse(const CsvRow& row, const std::string& what) const;

  std::filesystem::path file_;
  MaybeGzipFile stream_;
  std::vector<std::uint8_t> block_;
  std::size_t at_ = 0;  ///< in the block
  int line_ = 1;
};

}  // namespace convoy
