#pragma once

#include <string>

namespace convoy {

/// A whole HTML page that needs nothing else, with convoy's style for light and dark screens and for paper. Charts over
/// time switch between steps, epochs and seconds without a script; a script adds read-outs under the pointer.
/// With `live` it is loaded again every few seconds, and stays at the chosen clock.
std::string page(const std::string& title, const std::string& subtitle, const std::string& body, bool live = false);

}  // namespace convoy
