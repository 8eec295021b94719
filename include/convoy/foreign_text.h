#pragma once

#include <cstddef>
#include <string>

/// Functions that make text from outside harmless, such as names of files and classes, metadata and messages that quote
/// them, before it goes to a terminal, a table, a page or JSON.
namespace convoy {

/// `text` with U+FFFD for each byte that is not UTF-8.
std::string valid_utf8(const std::string& text);

/// `text` for a terminal or a page, with everything that would act there or be invisible written as an escape: "\xe9"
/// for a byte that is not UTF-8, "\n" and "\x1b" for control characters, "\u202e" for C1 controls, bidirectional marks,
/// line separators and characters without width. Applying it twice changes nothing more.
std::string shown(const std::string& text);
/// The same as shown() for text of several lines: line breaks and tabs stay.
std::string shown_lines(const std::string& text);

/// The columns of a terminal that a shown text takes: East Asian wide characters and pictures take two, accents none.
std::size_t columns(const std::string& text);
/// `text` cut to at most `width` columns by putting "..." in place of its middle.
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

/// JSON text with the characters that shown() would escape as \u escapes, which read back as the same text; bytes that
/// are not UTF-8 become U+FFFD.
std::string shown_json(const std::string& json);

/// A nlohmann::json as text that is always valid UTF-8 and shown_json(). All JSON is written here.
template <class Json>
std::string json_text(const Json& json, int indent = -1) {
  return shown_json(json.dump(indent, ' ', false, Json::error_handler_t::replace));
}

}  // namespace convoy
