#include "formats/onnx.h"

namespace convoy::formats {

Format onnx_format() {
  return {.name = "onnx",
          .ending = ".onnx",
          .recognises = onnx::recognises,
          .read = onnx::read,
          .read_weights = nullptr,  // it always has its network
          .write = onnx::write};
}

}  // namespace convoy::formats
