#include "convoy/version.h"

namespace convoy {

const char* version() noexcept { return CONVOY_VERSION; }

}  // namespace convoy
