#pragma once

/// The version of these headers; CMakeLists.txt reads it here.
#define CONVOY_VERSION_MAJOR 0
#define CONVOY_VERSION_MINOR 1
#define CONVOY_VERSION_PATCH 0

namespace convoy {

/// The version of the library that runs, "0.1.0".
const char* version() noexcept;

}  // namespace convoy
