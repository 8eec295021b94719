#pragma once

#include "convoy/fields.h"
#include "convoy/fit_options.h"

namespace convoy {

/// The keys of [data] that say how samples enter training, the same for every kind of data set: shuffle, last_batch and
/// scaling.
const Fields<FitOptions>& feeding_fields();

}  // namespace convoy
