#include "data/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

#include "convoy/error.h"

namespace convoy {
namespace {

struct Close {
  void operator()(gzFile file) const { gzclose_r(file); }
};
using GzFile = std::unique_ptr<gzFile_s, Close>;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw Error(ErrorKind::data, file.string() + ": " + what);
}

}  // namespace

std::vector<std::uint8_t> read_maybe_gzip(const std::filesystem::path& file, std::size_t most) {
  if (std::filesystem::is_directory(file)) fail(file, "expected a file, found a folder");
  const GzFile stream(gzopen(file.c_str(), "rb"));
  if (!stream) fail(file, "cannot be opened");
  gzbuffer(stream.get(), 1U << 17);
  std::vector<std::uint8_t> bytes;
  // Growing would hold two copies for a moment. Most files shrink less than this; memory not touched costs nothing.
  bytes.reserve(std::min<std::size_t>(most, 8 * std::filesystem::file_size(file)));
  std::array<std::uint8_t, 1U << 17> block{};
  while (true) {
    const int got = gzread(stream.get(), block.data(), static_cast<unsigned>(block.size()));
    if (got < 0) {
      int code = 0;
      fail(file, std::string("damaged: ") + gzerror(stream.get(), &code));
    }
    if (got == 0) break;
    if (bytes.size() + static_cast<std::size_t>(got) > most) {
      fail(file, "holds more than " + std::to_string(most) + " bytes");
    }
    bytes.insert(bytes.end(), block.begin(), block.begin() + got);
  }
  int code = Z_OK;
  gzerror(stream.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END) fail(file, "damaged: the file ends early");
  return bytes;
}

}  // namespace convoy
