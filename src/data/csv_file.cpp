#include "data/csv_file.h"

#include "core/fail.h"
#include "data/image_format.h"

namespace convoy {
namespace {

constexpr std::size_t csv_block = std::size_t{1} << 17;  // bytes that are read at a time
constexpr std::size_t most_row_bytes = std::size_t{1} << 24;
constexpr std::size_t most_fields = std::size_t{1} << 22;
constexpr int file_end = -1;

bool ends_field(int character) {
  return character == ',' || character == '\n' || character == '\r' || character == file_end;
}

}  // namespace

std::string_view CsvRow::field(std::size_t i) const {
  const std::size_t first = i == 0 ? 0 : ends[i - 1];
  return std::string_view(text).substr(first, ends[i] - first);
}

CsvFile::CsvFile(std::filesystem::path file) : file_(std::move(file)), stream_(file_), block_(stream_.read(csv_block)) {
  const std::string kind(kind_of(block_).name);
  if (!kind.empty()) fail(file_, kind + ", not a CSV file");
  if (text_at(block_, 0, "\xff\xfe") || text_at(block_, 0, "\xfe\xff")) fail(file_, "expected UTF-8, found UTF-16");
  if (text_at(block_, 0, "\xef\xbb\xbf")) at_ = 3;  // a byte order mark
}

bool CsvFile::next(CsvRow& row) {
  do {
    row.text.clear();
    row.ends.clear();
    row.line = line_;
    if (peek() == file_end) return false;
    read_row(row);
  } while (row.size() == 1 && row.text.empty());
  return true;
}

int CsvFile::peek() {
  if (at_ == block_.size()) {
    block_ = stream_.read(csv_block);
    at_ = 0;
  }
  return block_.empty() ? file_end : block_[at_];
}

int CsvFile::take() {
  const int character = peek();
  if (character != file_end) ++at_;
  return character;
}

void CsvFile::read_row(CsvRow& row) {
  while (true) {
    if (row.size() == most_fields) refuse(row, "more columns than any image has");
    if (peek() == '"') {
      read_quoted(row);
    } else {
      read_plain(row);
    }
    row.ends.push_back(row.text.size());
    const int end = take();
    if (end == ',') continue;
    if (end == '\r' && peek() == '\n') take();
    ++line_;
    return;
  }
}

void CsvFile::read_plain(CsvRow& row) {
  while (!ends_field(peek())) {
    if (peek() == '"') refuse(row, "a quote inside of a field that does not begin with one");
    append(row, take());
  }
}

void CsvFile::read_quoted(CsvRow& row) {
  take();
  while (true) {
    const int character = take();
    if (character == file_end) refuse(row, "a quote that is not closed");
    if (character == '"') {
      if (peek() != '"') break;
      take();
    }
    if (character == '\n') ++line_;
    append(row, character);
  }
  if (!ends_field(peek())) refuse(row, "expected a comma after the closing quote");
}

void CsvFile::append(CsvRow& row, int character) {
  if (row.text.size() == most_row_bytes) refuse(row, "a row longer than any image");
  row.text += static_cast<char>(character);
}

void CsvFile::refuse(const CsvRow& row, const std::string& what) const {
  fail(file_, "line " + std::to_string(row.line) + ", column " + std::to_string(row.size() + 1) + ": " + what);
}

}  // namespace convoy
