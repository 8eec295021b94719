#pragma once

namespace convoy {

/// "0.1.0"
const char* version() noexcept;

}  // namespace convoy
