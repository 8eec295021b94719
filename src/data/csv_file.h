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
  std::string text;               ///< all fields, one behind the other
  std::vector<std::size_t> ends;  ///< the end of each field in `text`
  int line = 1;                   ///< the file's line where the row begins, from 1

  std::size_t size() const { return ends.size(); }
  std::string_view field(std::size_t i) const;
};

/// Reads a file of comma-separated values (RFC 4180), raw or gzip, row by row. Lines may end as on any system; empty
/// lines are passed over.
class CsvFile {
 public:
  /// Opens the file, reads its first block and passes a byte order mark. Throws Error{data} for a file that cannot be
  /// opened, or is of another kind or in UTF-16.
  explicit CsvFile(std::filesystem::path file);

  /// Assigns the next row; false at the end of the file. Throws Error{data}, with line and column, for quotes that do
  /// not fit, and for a row longer than any image.
  bool next(CsvRow& row);

 private:
  /// The next character, or -1 at the end of the file; reads the next block where this one is used up.
  int peek();
  /// The next character, which it passes, or -1 at the end of the file.
  int take();
  /// Adds all fields of the next row to `row`, and passes the end of its line. Throws Error{data}, as next().
  void read_row(CsvRow& row);
  /// Adds the text of a field without quotes to row.text, up to the comma or the end of the line.
  void read_plain(CsvRow& row);
  /// Adds the text of a field in quotes to row.text, and passes the quotes.
  void read_quoted(CsvRow& row);
  /// Adds a character to row.text. Throws Error{data} for a row longer than any image.
  void append(CsvRow& row, int character);
  /// Throws Error{data} with the row's line and the number of the field that is being read.
  [[noreturn]] void refuse(const CsvRow& row, const std::string& what) const;

  std::filesystem::path file_;
  MaybeGzipFile stream_;
  std::vector<std::uint8_t> block_;
  std::size_t at_ = 0;  ///< in the block
  int line_ = 1;
};

}  // namespace convoy
