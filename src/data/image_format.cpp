#include "data/image_format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <string>
#include <vector>

namespace convoy {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t signature_bytes = 512;  // so many first bytes of a file are examined

/// Bytes at a place of a file that show its kind.
struct Signature {
  std::size_t at;
  std::string_view bytes;
  FileKind kind;
};

constexpr auto other = ImageFormat::other_image;
constexpr auto none = ImageFormat::no_image;

/// The table of signatures; the first that fits counts.
const std::vector<Signature>& signatures() {
  static const std::vector<Signature> table = {
      {0, "\x89PNG\r\n\x1a\n"sv, {ImageFormat::png, "a PNG image"}},
      {0, "\xff\xd8\xff"sv, {ImageFormat::jpeg, "a JPEG image"}},
      {0, "GIF8"sv, {other, "a GIF image"}},
      {8, "WEBPVP8"sv, {other, "a WebP image"}},
      {0, "II*\0"sv, {other, "a TIFF image"}},
      {0, "MM\0*"sv, {other, "a TIFF image"}},
      {0, "II+\0"sv, {other, "a BigTIFF image"}},
      {0, "MM\0+"sv, {other, "a BigTIFF image"}},
      {4, "ftyphei"sv, {other, "a HEIC image"}},
      {4, "ftyphev"sv, {other, "a HEIC image"}},
      {4, "ftypmif1"sv, {other, "a HEIC image"}},
      {4, "ftypmsf1"sv, {other, "a HEIC image"}},
      {4, "ftypavif"sv, {other, "an AVIF image"}},
      {4, "ftypavis"sv, {other, "an AVIF image"}},
      {4, "ftypcrx"sv, {other, "a CR3 image"}},
      {4, "JXL \r\n\x87\n"sv, {other, "a JPEG XL image"}},
      {0, "\xff\x0a"sv, {other, "a JPEG XL image"}},
      {4, "jP  \r\n\x87\n"sv, {other, "a JPEG 2000 image"}},
      {0, "\xff\x4f\xff\x51"sv, {other, "a JPEG 2000 image"}},
      {0, "8BPS"sv, {other, "a Photoshop image"}},
      {0, "gimp xcf"sv, {other, "a GIMP image"}},
      {0, "\0\0\1\0"sv, {other, "an icon"}},
      {0, "qoif"sv, {other, "a QOI image"}},
      {0, "\x76\x2f\x31\x01"sv, {other, "an OpenEXR image"}},
      {0, "#?RADIANCE"sv, {other, "a Radiance image"}},
      {4, "ftyp"sv, {none, "a video"}},
      {0, "%PDF"sv, {none, "a PDF document"}},
      {0, "PK\3\4"sv, {none, "a ZIP archive"}},
      {0, "\x1f\x8b"sv, {none, "a gzip file"}},
  };
  return table;
}

/// The first 512 bytes in small letters, without a byte order mark and leading spaces.
std::string letters(ByteSpan bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), signature_bytes)))
    text += static_cast<char>(std::tolower(byte));
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

/// Whether bytes begin a BMP: by "BM" and, since some texts begin so too, a likely size of the header.
bool is_bmp(ByteSpan bytes) {
  const std::uint32_t size = number_at(bytes, 14, 4, ByteOrder::little_endian).value_or(0);
  return text_at(bytes, 0, "BM") && size >= 12 && size <= 124;
}

/// Whether bytes begin with "P1" to "P7" and a space, as the formats of Netpbm, e.g. PGM.
bool is_netpbm(ByteSpan bytes) {
  return bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' && std::isspace(bytes[2]) != 0;
}

/// HTML page, SVG drawing or unknown.
FileKind kind_of_text(ByteSpan bytes) {
  const std::string text = letters(bytes);
  if (text.starts_with("<!doctype html") || text.starts_with("<html")) return {none, "an HTML page"};
  const bool markup = text.starts_with("<?xml") || text.starts_with("<!doctype svg") || text.starts_with("<!--");
  if (text.starts_with("<svg") || (markup && text.find("<svg") != std::string::npos)) return {other, "an SVG drawing"};
  return {none, ""};
}

}  // namespace

FileKind kind_of(ByteSpan bytes) {
  for (const Signature& signature : signatures())
    if (text_at(bytes, signature.at, signature.bytes)) return signature.kind;
  if (is_bmp(bytes)) return {ImageFormat::bmp, "a BMP image"};
  if (is_netpbm(bytes)) return {other, "a Netpbm image"};
  return kind_of_text(bytes);
}

bool named_as_image(const std::filesystem::path& file) {
  constexpr std::array endings = {".png"sv, ".jpg"sv,  ".jpeg"sv, ".jpe"sv,  ".jfif"sv, ".bmp"sv,  ".dib"sv,
                                  ".gif"sv, ".webp"sv, ".tif"sv,  ".tiff"sv, ".heic"sv, ".heif"sv, ".avif"sv};
  std::string ending = file.extension().string();
  for (char& letter : ending) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return std::ranges::find(endings, ending) != endings.end();
}

bool is_image_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return false;
  if (named_as_image(file)) return true;
  std::ifstream stream(file, std::ios::binary);
  std::array<char, signature_bytes> first{};
  stream.read(first.data(), first.size());
  const auto count = static_cast<std::size_t>(stream.gcount());
  return kind_of({reinterpret_cast<const std::uint8_t*>(first.data()), count}).format != ImageFormat::no_image;
}

}  // namespace convoy
