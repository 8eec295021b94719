#include "report/markup.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "convoy/foreign_text.h"
namespace convoy {
namespace {

/// A <tr> of escaped cells, each an element `tag`: "th" or "td".
std::string table_row(const std::vector<Cell>& cells, const std::string& tag) {
  std::string text = "<tr>";
  for (const Cell& cell : cells) {
    text += "<" + tag + (cell.is_text ? " class=\"text\">" : ">") + escaped(cell.text) + "</" + tag + ">";
  }
  return text + "</tr>\n";
}

/// The bytes in base64, with padding.
std::string base64(const std::string& bytes) {
  constexpr const char* alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned triple{};
    for (std::size_t i = at; i < at + 3; ++i) {
      triple = triple << 8U | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
    }
    for (unsigned shift : {18U, 12U, 6U, 0U}) text += alphabet[triple >> shift & 63U];
  }
  const std::size_t padding = (3 - bytes.size() % 3) % 3;
  return text.replace(text.size() - padding, padding, padding, '=');
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : shown_lines(text)) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  }
  return result;
}

std::string section(const std::string& title, const std::string& body) {
  return body.empty() ? "" : "<section>\n<h2>" + escaped(title) + "</h2>\n" + body + "</section>\n";
}

std::string remark(const std::string& text) { return "<p class=\"soft\">" + escaped(text) + "</p>\n"; }

std::string cards(const std::vector<Card>& all) {
  std::string text = "<div class=\"cards\">\n";
  for (const Card& card : all) {
    text += "<div class=\"card\"><b>" + escaped(card.figure) + "</b><span>" + escaped(card.label) + "</span></div>\n";
  }
  return text + "</div>\n";
}

std::string table(const std::vector<std::vector<Cell>>& rows) {
  std::string text = "<div class=\"wide\"><table>\n";
  for (std::size_t i = 0; i < rows.size(); ++i) text += table_row(rows[i], i == 0 ? "th" : "td");
  return text + "</table></div>\n";
}

std::string data_uri(const std::string& png) { return "data:image/png;base64," + base64(png); }

}  // namespace convoy
