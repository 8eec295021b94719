#pragma once

#include "convoy/dataset.h"

namespace convoy::test {

/// The bundled MNIST, loaded once a test binary.
inline const DataSplits& mnist() {
  static const DataSplits data = load_idx("data/mnist");
  return data;
}

}  // namespace convoy::test
