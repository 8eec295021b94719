#pragma once

#include <cstddef>
#include <string>

/// Text from outside, such as names of files and classes, metadata and messages that quote them, on its way to where it
/// must do no harm: to a terminal, a table, a page or JSON.
namespace convoy {

/// `text` with U+FFFD for each byte that is not UTF-8.
std::string valid_utf8(const std::string& text);

/// `text` for a terminal or a page: what would act there or be invisible is written out: "\xe9" a byte that is not
/// UTF-8, "\n" and "\x1b" control characters, "\u202e" C1, bidirectional marks, line separators and what has no width.
/// Showing it again changes nothing.
std::string shown(const std::string& text);
/// The same for text of several lines: line breaks and tabs stay.
std::string shown_lines(const std::string& text);

/// How many columns of a terminal a shown text takes: East Asian wide characters and pictures take two, accents none.
std::size_t columns(const std::string& text);
/// `text` in at most `width` columns, of which "..." in its middle takes three where it was cut.
std::string shortened(const std::string& text, std::size_t width);
/// `text` followed by spaces up to `width` columns.
std::string padded(const std::string& text, std::size_t width);
/// `text` after spaces up to `width` columns.
std::string right_aligned(const std::string& text, std::size_t width);

/// `head` and then `text` in lines of at most `width` columns where words allow it; the later lines begin below the
/// first word of `text`. Ends with a line break.
std::string wrapped(const std::string& head, const std::string& text, std::size_t width = 80);

/// `text` as a field of a CSV file (RFC 4180): in quotes where it holds a comma, a quote or a line break, and with
/// U+FFFD for each byte that is not UTF-8.
std::string csv_field(const std::string& text);

/// JSON text with what shown() would write out as \u escapes, which read back as the same text.
std::string shown_json(const std::string& json);

/// A nlohmann::json as text, whatever bytes its strings hold. The one place where JSON is written.
template <class Json>
std::string json_text(const Json& json, int indent = -1) {
  return shown_json(json.dump(indent, ' ', false, Json::error_handler_t::replace));
}

}  // namespace convoy
