#pragma once

#include <string>

namespace convoy {

/// A text as a field of a CSV file (RFC 4180): in quotes where it holds a comma, a quote or a line break.
std::string csv_field(const std::string& text);

}  // namespace convoy
