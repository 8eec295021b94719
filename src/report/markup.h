#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace convoy {

/// Text as shown_lines() has it, with &, <, > and quotes as HTML writes them.
std::string escaped(const std::string& text);

/// <h2> and what belongs to it; "" where there is nothing.
std::string section(const std::string& title, const std::string& body);

/// A paragraph in the soft colour.
std::string remark(const std::string& text);

/// A figure with its label, as one of the cards at a page's top.
struct Card {
  std::string figure;
  std::string label;
};
std::string cards(const std::vector<Card>& all);

/// One cell of a table, of a number (to the right) or a text (to the left).
struct Cell {
  std::string text;
  bool is_text = false;
};
/// A table that scrolls where it is too wide. The first row is its head.
std::string table(const std::vector<std::vector<Cell>>& rows);

/// An image in the page itself.
std::string data_uri(const std::string& png);

}  // namespace convoy
