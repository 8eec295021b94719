#pragma once

#include "convoy/fields.h"

namespace convoy::layers {

/// The keys that all normalisations share.
template <class Norm>
Fields<Norm> affine_fields() {
  return Fields<Norm>()
      .add("center", &Norm::center, "Add a trained beta.")
      .add("scale", &Norm::scale, "Multiply by a trained gamma.");
}

}  // namespace convoy::layers
