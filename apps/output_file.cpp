#include "output_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/formats.h"

namespace convoy::app {
namespace {

namespace fs = std::filesystem;

using namespace std::string_view_literals;

/// The first 64 bytes of a file, fewer if it is shorter.
std::string first_bytes(const fs::path& file) {
  std::array<char, 64> bytes{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(stream.gcount())};
}

/// Whether a file is the model or the checkpoint of a run: the folder also holds a resolved.toml.
bool is_run_weights(const fs::path& file) {
  const bool own_name = file.filename() == "best.safetensors" || file.filename() == "last.ckpt";
  return own_name && fs::exists(file.parent_path() / "resolved.toml");
}

/// Whether the ending is one of the formats that export writes.
bool is_foreign_model(const fs::path& file) {
  return std::ranges::any_of(export_formats(), [&](const auto& format) { return file.extension() == format.second; });
}

/// Whether a file that is there is of the kind of `output`, judged by its first bytes or ending.
bool is_alike(const fs::path& file, Output output) {
  const std::string bytes = first_bytes(file);
  switch (output) {
    case Output::picture: return bytes.starts_with("\x89PNG\r\n\x1a\n"sv);
    case Output::page: return bytes.starts_with("<!DOCTYPE html>");
    case Output::mistakes: return bytes.starts_with("image,label,prediction,probability\n");
    case Output::model: return bytes.size() > 8 && bytes[8] == '{' && file.extension() == ".safetensors";
    case Output::configuration: return file.extension() == ".toml";
    case Output::foreign_model: return is_foreign_model(file);
  }
  return false;
}

const char* name_of(Output output) {
  switch (output) {
    case Output::picture: return "a PNG image";
    case Output::page: return "an HTML page";
    case Output::mistakes: return "a table of mistakes";
    case Output::model: return "a .safetensors model";
    case Output::configuration: return "a .toml configuration";
    case Output::foreign_model: return "a model of another framework";
  }
  return "";
}

/// Throws Error{config} for an existing file that must stay: of another kind, the input, or the weights of a run.
void require_replaceable(const fs::path& file, Output output, const fs::path& input) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorKind::config, shown(file.string()) + ": " + why + "; name another file");
  };
  if (!fs::is_regular_file(file)) refuse("not a regular file");
  if (is_run_weights(file)) refuse("would replace the weights of a run");
  std::error_code error;
  if (!input.empty() && fs::equivalent(file, input, error)) refuse("would replace the input itself");
  if (fs::file_size(file) > 0 && !is_alike(file, output)) {
    refuse(std::string("is there already and is not ") + name_of(output) + ", which would replace it");
  }
}

}  // namespace

void require_output(const fs::path& file, Output output, const fs::path& input) {
  const auto fail = [&](int error) {
    throw Error(ErrorKind::failed, shown(file.string()) + ": cannot be written: " + std::strerror(error));
  };
  if (fs::is_directory(file)) fail(EISDIR);
  if (fs::exists(file)) require_replaceable(file, output, input);
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (!fs::exists(folder)) fail(ENOENT);
  if (!fs::is_directory(folder)) fail(ENOTDIR);
  if (access(folder.c_str(), W_OK | X_OK) != 0) fail(errno);
}

}  // namespace convoy::app
