#pragma once

#include <nlohmann/json.hpp>

namespace convoy::app {

using Json = nlohmann::ordered_json;  ///< keys stay in the order in which they were given

}  // namespace convoy::app
