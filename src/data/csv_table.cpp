#include "data/csv_table.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "core/fail.h"
#include "core/parse.h"
#include "core/text.h"
#include "data/csv_file.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// The finite number in a field, which may have spaces around it; nothing for other text.
std::optional<double> number_of(std::string_view field) {
  while (field.starts_with(' ')) field.remove_prefix(1);
  while (field.ends_with(' ')) field.remove_suffix(1);
  double number = 0;
  const auto [stopped, error] = std::from_chars(field.data(), field.data() + field.size(), number);
  if (error != std::errc{} || stopped != field.data() + field.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// The columns by a file's first row. Throws Error{data} where there is only one.
CsvColumns columns_of(const CsvRow& first, const fs::path& file) {
  CsvColumns columns{.head = {}, .count = first.size()};
  bool is_head = false;
  for (std::size_t i = 0; i < first.size(); ++i) {
    columns.head.emplace_back(first.field(i));
    is_head = is_head || !number_of(first.field(i));
  }
  if (first.size() < 2) {
    const bool other = first.text.find_first_of(";\t|") != std::string::npos;
    fail(file, "expected a label and values in each row, separated by commas, found one column" +
                   std::string(other ? "; its columns are separated by something else" : ""));
  }
  if (!is_head) columns.head.clear();
  return columns;
}

/// The place of the column with that name, or with that name in another case of letters.
std::optional<std::size_t> column_named(const Texts& head, const std::string& name) {
  for (const bool exactly : {true, false}) {
    const auto same = [&](const std::string& column) {
      return exactly ? column == name : lower_case(column) == lower_case(name);
    };
    const auto found = std::ranges::find_if(head, same);
    if (found != head.end()) return static_cast<std::size_t>(found - head.begin());
  }
  return std::nullopt;
}

/// Reads a CSV file into a CsvTable.
class CsvReader {
 public:
  CsvReader(fs::path file, const CsvOptions& options) : file_(std::move(file)), options_(options), csv_(file_) {}

  /// All rows. To be called once. Throws as read_csv_table.
  CsvTable read() {
    if (!csv_.next(row_)) fail(file_, "has no rows");
    columns_ = columns_of(row_, file_);
    find_label();
    CsvTable table;
    const bool floats = options_.values == CsvValues::floats;
    constexpr ByteOrder order =
        std::endian::native == std::endian::big ? ByteOrder::big_endian : ByteOrder::little_endian;
    if (floats) table.values.type = {NumberType::Kind::real, sizeof(float), order};
    if (columns_.head.empty()) read_row(table);
    while (csv_.next(row_)) read_row(table);
    if (table.labels.empty()) fail(file_, "has a head, but no rows");
    table.values.extents = {static_cast<int>(table.labels.size()), static_cast<int>(columns_.count - 1)};
    return table;
  }

 private:
  /// Sets label_. Throws Error{data} where there is no such column.
  void find_label() {
    const auto found = label_column(columns_, options_.label);
    if (found) {
      label_ = *found;
      return;
    }
    const std::string label = options_.label.empty() ? "label" : options_.label;
    constexpr std::size_t most = 4;
    std::string head;
    for (std::size_t i = 0; i < std::min(most, columns_.head.size()); ++i) {
      head += (i == 0 ? "" : ", ") + shown(columns_.head[i]);
    }
    fail(file_, "no column \"" + shown(label) + "\" among its " + std::to_string(columns_.count) +
                    (head.empty() ? ", which have no names" : ": " + head + (columns_.count > most ? ", ..." : "")) +
                    "; data.label names that of the labels, or is its place");
  }

  /// Adds the label and the values of row_ to the table. Throws Error{data} for a field or a length that does not fit.
  void read_row(CsvTable& table) {
    if (row_.size() != columns_.count) {
      fail(file_, "line " + std::to_string(row_.line) + ": expected " + std::to_string(columns_.count) +
                      " columns, found " + std::to_string(row_.size()));
    }
    const std::size_t bytes = (columns_.count - 1) * table.values.type.bytes;
    if (bytes > most_array_bytes - table.values.values.size()) {
      fail(file_, "line " + std::to_string(row_.line) + ": more than " + std::to_string(most_array_bytes) +
                      " bytes of values");
    }
    for (std::size_t i = 0; i < columns_.count; ++i) {
      if (i == label_) {
        table.labels.push_back(label_in(i));
      } else if (options_.values == CsvValues::bytes) {
        table.values.values.push_back(pixel_in(i));
      } else {
        add_float(i, table.values.values);
      }
    }
  }

  /// The class number, the pixel in field i of row_. Both throw Error{data} for other text.
  int label_in(std::size_t i) const {
    const auto number = number_of(row_.field(i));
    const auto label = number ? class_of(*number, options_.first_label) : std::nullopt;
    if (label) return *label;
    refuse(i, "expected a whole number from " + std::to_string(options_.first_label) + " on as the label", "");
  }

  std::uint8_t pixel_in(std::size_t i) const {
    const auto number = number_of(row_.field(i));
    if (number && *number >= 0 && *number <= 255 && *number == std::floor(*number)) {
      return static_cast<std::uint8_t>(*number);
    }
    refuse(i, "expected a whole number from 0 to 255", number ? "; data.values = \"floats\" takes any numbers" : "");
  }

  /// Adds the bytes of the number in field i of row_ to `values`. Throws Error{data} where it is none, or not finite.
  void add_float(std::size_t i, std::vector<std::uint8_t>& values) const {
    const auto number = number_of(row_.field(i));
    const float value = number ? static_cast<float>(*number) : INFINITY;
    if (!std::isfinite(value)) refuse(i, "expected a number", "");
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
    values.insert(values.end(), bytes, bytes + sizeof(value));
  }

  /// Throws Error{data} with the place and text of field i of row_, and what was expected.
  [[noreturn]] void refuse(std::size_t i, const std::string& expected, const std::string& hint) const {
    const std::string name = columns_.head.empty() ? "" : " (" + shown(columns_.head[i]) + ")";
    fail(file_, "line " + std::to_string(row_.line) + ", column " + std::to_string(i + 1) + name + ": " + expected +
                    ", found \"" + shown(std::string(row_.field(i).substr(0, 40))) + "\"" + hint);
  }

  fs::path file_;
  CsvOptions options_;
  CsvFile csv_;
  CsvRow row_;
  CsvColumns columns_;
  std::size_t label_ = 0;
};

}  // namespace

CsvColumns read_csv_columns(const fs::path& file) {
  CsvFile csv(file);
  CsvRow first;
  if (!csv.next(first)) fail(file, "has no rows");
  return columns_of(first, file);
}

std::optional<std::size_t> label_column(const CsvColumns& columns, const std::string& label) {
  if (label.empty() && columns.head.empty()) return 0;
  if (const auto named = column_named(columns.head, label.empty() ? "label" : label)) return named;
  const auto place = number_in<int>(label);
  const auto count = static_cast<int>(columns.count);
  if (!place || *place == 0 || *place > count || *place < -count) return std::nullopt;
  return static_cast<std::size_t>(*place > 0 ? *place - 1 : count + *place);
}

CsvTable read_csv_table(const fs::path& file, const CsvOptions& options) { return CsvReader(file, options).read(); }

}  // namespace convoy
