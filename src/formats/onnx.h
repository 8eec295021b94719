#pragma once

#include <filesystem>
#include <vector>

#include "formats/exchange.h"
#include "formats/format.h"

namespace convoy::formats {

/// ONNX (onnx.ai): reads all operator sets, writes number 17.
Format onnx_format();

namespace onnx {

bool recognises(const std::filesystem::path& file);
ImportedModel read(const std::filesystem::path& file);
std::vector<std::filesystem::path> write(const ExportedModel& model, const std::filesystem::path& file);

}  // namespace onnx
}  // namespace convoy::formats
