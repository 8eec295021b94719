#include "data/npy_header.h"

#include <cctype>
#include <optional>
#include <string_view>

#include "convoy/settings.h"
#include "core/fail.h"
#include "core/parse.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// Reads a literal of Python piece by piece. All functions pass spaces first, and throw Error{data} where another piece
/// comes.
class PythonLiteral {
 public:
  PythonLiteral(const std::string& text, const fs::path& name) : text_(text), name_(name) {}

  /// Whether this text comes next; if so it is passed. Does not throw.
  bool passed(std::string_view expected) {
    skip_spaces();
    if (text_.compare(at_, expected.size(), expected) != 0) return false;
    at_ += expected.size();
    return true;
  }

  /// Passes this text.
  void pass(std::string_view expected) {
    if (!passed(expected)) refuse("expected \"" + std::string(expected) + "\"");
  }

  /// Passes a text in quotes and returns it without them.
  std::string quoted() {
    skip_spaces();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const auto end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string::npos;
    if (end == std::string::npos) refuse("expected a text in quotes");
    std::string inner = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return inner;
  }

  /// Passes a whole number and returns it.
  std::uint64_t number() {
    skip_spaces();
    const auto end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
    const auto number = number_in<std::uint64_t>(text_.substr(at_, end - at_));
    if (!number) refuse("expected a whole number");
    at_ = end;
    passed("L");  // as Python 2 writes large ones
    return *number;
  }

  /// Requires the end of the literal.
  void end() {
    skip_spaces();
    if (at_ < text_.size()) refuse("expected its end");
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  /// Throws Error{data} with what was expected and what comes instead.
  [[noreturn]] void refuse(const std::string& expected) const {
    fail(name_, "its header is damaged: " + expected + ", found \"" + shown(text_.substr(at_, 20)) + "\"");
  }

  const std::string& text_;
  const fs::path& name_;
  std::size_t at_ = 0;
};

/// The type of numbers that NumPy calls "<f4": order of bytes, kind, and number of bytes. Nothing for other types.
std::optional<NumberType> type_of_descr(const std::string& descr) {
  if (descr.size() != 3) return std::nullopt;
  NumberType type{.bytes = static_cast<std::size_t>(descr[2] - '0')};
  if (descr[0] == '<') {
    type.order = ByteOrder::little_endian;
  } else if (descr[0] != '>' && !(descr[0] == '|' && descr[2] == '1')) {
    return std::nullopt;
  }
  const std::string sizes = descr[1] == 'b' ? "1" : descr[1] == 'f' ? "248" : "1248";
  if (sizes.find(descr[2]) == std::string::npos) return std::nullopt;
  switch (descr[1]) {
    case 'b': type.kind = NumberType::Kind::flag; return type;
    case 'i': type.kind = NumberType::Kind::whole; return type;
    case 'u': type.kind = NumberType::Kind::natural; return type;
    case 'f': type.kind = NumberType::Kind::real; return type;
    default: return std::nullopt;
  }
}

/// Passes the value of 'descr'. Throws Error{data} for a type that is not read.
NumberType parse_type(PythonLiteral& literal, const fs::path& name) {
  if (literal.passed("[")) fail(name, "expected an array of numbers, found one of records");
  const std::string descr = literal.quoted();
  if (const auto type = type_of_descr(descr)) return *type;
  const bool objects = descr.find('O') != std::string::npos;
  fail(name, "expected booleans, integers or floats, found " +
                 (objects ? std::string("Python objects") : "numbers of type \"" + shown(descr) + "\""));
}

/// Passes True or False and returns it. Throws Error{data} for other text.
bool parse_flag(PythonLiteral& literal) {
  if (literal.passed("True")) return true;
  literal.pass("False");
  return false;
}

/// Passes the value of 'shape', a tuple, and returns it. Throws Error{data} for none or more than 8 dimensions.
std::vector<std::uint64_t> parse_extents(PythonLiteral& literal, const fs::path& name) {
  constexpr std::size_t most = 8;
  std::vector<std::uint64_t> extents;
  literal.pass("(");
  while (!literal.passed(")")) {
    extents.push_back(literal.number());
    if (extents.size() > most) fail(name, "expected 1 to " + std::to_string(most) + " dimensions, found more");
    if (literal.passed(",")) continue;
    literal.pass(")");
    break;
  }
  if (extents.empty()) fail(name, "expected an array, found a single number");
  return extents;
}

}  // namespace

NpyHeader parse_npy_header(const std::string& text, const fs::path& name) {
  PythonLiteral literal(text, name);
  std::optional<NumberType> type;
  std::optional<bool> columns_first;
  std::optional<std::vector<std::uint64_t>> extents;
  literal.pass("{");
  while (!literal.passed("}")) {
    const std::string key = literal.quoted();
    literal.pass(":");
    if (key == "descr") {
      type = parse_type(literal, name);
    } else if (key == "fortran_order") {
      columns_first = parse_flag(literal);
    } else if (key == "shape") {
      extents = parse_extents(literal, name);
    } else {
      fail(name, "its header has an unknown key \"" + shown(key) + "\"");
    }
    if (literal.passed(",")) continue;
    literal.pass("}");
    break;
  }
  literal.end();
  if (!type || !columns_first || !extents) fail(name, "its header lacks descr, fortran_order or shape");
  return {*type, *columns_first, *extents};
}

}  // namespace convoy
