#pragma once

#include "convoy/fields.h"

namespace convoy::layers {

/// The keys `center` and `scale` of the layers that end with gamma * x + beta: all normalisations.
template <class Norm>
Fields<Norm> affine_fields() {
  return Fields<Norm>()
      .add("center", &Norm::center, "Add a trained beta.")
      .add("scale", &Norm::scale, "Multiply by a trained gamma.");
}

}  // namespace convoy::layers
