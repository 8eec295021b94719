#pragma once

#include <string>

namespace convoy {

/// A whole HTML page that needs no other file, with convoy's style for light and dark screens and for paper. Title and
/// subtitle are escaped, `body` is HTML. Charts over time switch between steps, epochs and seconds without a script; a
/// script adds read-outs under the pointer. A `live` page is loaded again every five seconds and keeps the chosen x
/// axis.
std::string page(const std::string& title, const std::string& subtitle, const std::string& body, bool live = false);

}  // namespace convoy
