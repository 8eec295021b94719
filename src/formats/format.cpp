#include "formats/format.h"

#include <algorithm>

#include "convoy/error.h"
#include "core/fail.h"
#include "core/text.h"
#include "formats/keras.h"
#include "formats/onnx.h"
#include "formats/torch.h"

namespace convoy {
namespace formats {

const std::vector<Format>& all_formats() {
  static const std::vector<Format> formats = {
      keras_format(),
      torch_format(),
      onnx_format(),
  };
  return formats;
}

const Format& format_named(const std::string& name) {
  const auto found = std::ranges::find(all_formats(), name, &Format::name);
  if (found != all_formats().end()) return *found;
  std::vector<std::string> names;
  for (const Format& format : all_formats()) names.push_back(format.name);
  throw Error(ErrorKind::config,
              "unknown format \"" + name + "\": expected " + join_or(names) + did_you_mean(name, names));
}

const Format& format_of(const std::filesystem::path& file) {
  const auto found = std::ranges::find_if(all_formats(), [&](const Format& format) { return format.recognises(file); });
  if (found != all_formats().end()) return *found;
  fail(file, "is no model that convoy can import: expected .keras, .h5, .pt, .pth, .safetensors or .onnx, by content");
}

}  // namespace formats

std::vector<std::pair<std::string, std::string>> export_formats() {
  std::vector<std::pair<std::string, std::string>> names;
  for (const auto& format : formats::all_formats()) names.emplace_back(format.name, format.ending);
  return names;
}

}  // namespace convoy
