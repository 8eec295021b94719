#include "data/gzip.h"

#include <zlib.h>

#include <algorithm>

#include "core/fail.h"
#include "core/file_state.h"

namespace convoy {
namespace {

constexpr std::size_t block = std::size_t{1} << 17;

}  // namespace

void MaybeGzipFile::Close::operator()(void* stream) const { gzclose_r(static_cast<gzFile>(stream)); }

MaybeGzipFile::MaybeGzipFile(std::filesystem::path file) : file_(std::move(file)) {
  if (const std::string why = why_unreadable(file_); !why.empty()) fail(file_, why);
  stream_.reset(gzopen(file_.c_str(), "rb"));
  if (!stream_) fail(file_, "cannot be opened");
  gzbuffer(static_cast<gzFile>(stream_.get()), static_cast<unsigned>(block));
}

std::vector<std::uint8_t> MaybeGzipFile::read(std::size_t most) {
  auto* stream = static_cast<gzFile>(stream_.get());
  std::vector<std::uint8_t> bytes;
  // Reserved, since growing would hold two copies for a moment: 8 times the file is enough for most. Memory that is not
  // touched costs nothing.
  bytes.reserve(std::min<std::size_t>(most, 8 * std::filesystem::file_size(file_)));
  while (bytes.size() < most) {
    const std::size_t before = bytes.size();
    const std::size_t wanted = std::min(block, most - before);
    bytes.resize(before + wanted);
    const int got = gzread(stream, bytes.data() + before, static_cast<unsigned>(wanted));
    int code = Z_OK;
    if (got < 0) fail(file_, std::string("damaged: ") + gzerror(stream, &code));
    bytes.resize(before + static_cast<std::size_t>(got));
    if (static_cast<std::size_t>(got) == wanted) continue;
    gzerror(stream, &code);
    if (code != Z_OK && code != Z_STREAM_END) fail(file_, "damaged: the file ends early");
    break;
  }
  return bytes;
}

}  // namespace convoy
