#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace convoy {

/// Text for HTML: control characters made visible by shown_lines(), &, <, > and quotes as entities.
std::string escaped(const std::string& text);

/// A <section> of a heading, whose text is escaped, and a body of HTML; "" where the body is "".
std::string section(const std::string& title, const std::string& body);

/// A paragraph in the soft colour; the text is escaped.
std::string remark(const std::string& text);

/// A number with its label, shown in a box at the top of a page.
struct Card {
  std::string figure;
  std::string label;
};
/// The cards side by side; their texts are escaped.
std::string cards(const std::vector<Card>& all);

/// A cell of a table: a number, set to the right, or a text, set to the left.
struct Cell {
  std::string text;
  bool is_text = false;
};
/// A table that scrolls where it is too wide; its first row is the head. Texts are escaped.
std::string table(const std::vector<std::vector<Cell>>& rows);

/// The bytes of a PNG file as a data: URI, so that the page itself holds the image.
std::string data_uri(const std::string& png);

}  // namespace convoy
