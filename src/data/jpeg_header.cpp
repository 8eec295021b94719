#include <algorithm>
#include <string>

#include "data/exif.h"
#include "data/image_header.h"

namespace convoy {
namespace {

constexpr int most_scans = 100;  // encoders make about ten
constexpr std::size_t exif_name_size = 6;

enum Marker : std::uint8_t {
  baseline = 0xC0,
  extended = 0xC1,
  progressive = 0xC2,
  huffman_tables = 0xC4,
  extension = 0xC8,
  arithmetic_tables = 0xCC,
  last_frame = 0xCF,
  first_restart = 0xD0,
  last_restart = 0xD7,
  start_of_image = 0xD8,
  end_of_image = 0xD9,
  start_of_scan = 0xDA,
  app1 = 0xE1,
  app14 = 0xEE
};

/// Reads a JPEG from marker to marker. Segments are skipped by their length, so that markers inside them, e.g. of a
/// thumbnail, do not count, and neither do bytes after the end of the image.
class JpegReader {
 public:
  explicit JpegReader(ByteSpan file) : file_(file) {}

  /// Reads the whole file. Throws Error{data}.
  ImageHeader read() {
    while (step()) {
    }
    if (header_.passes == 0 || header_.width == 0) fail("damaged image: a JPEG without an image");
    if (components_ == 4 && !adobe_) fail("a JPEG of four colours that Adobe's programs have not marked as CMYK");
    return header_;
  }

 private:
  /// Reads the next marker and its segment; returns false at the end of the image. Throws Error{data}.
  bool step() {
    while (at_ + 1 < file_.size() && !(file_[at_] == 0xFF && is_marker(file_[at_ + 1]))) ++at_;
    if (at_ + 1 >= file_.size()) fail("damaged image: a JPEG that ends too early");
    const std::uint8_t marker = file_[at_ + 1];
    at_ += 2;
    if (marker == end_of_image) return false;
    if (marker == start_of_image) return true;
    const std::size_t length = number_at(file_, at_, 2, ByteOrder::big_endian).value_or(0);
    if (length < 2 || length > file_.size() - at_) fail("damaged image: a JPEG that ends too early");
    read_segment(marker, file_.subspan(at_ + 2, length - 2));
    at_ += length;
    return true;
  }

  /// Whether a byte after 0xFF makes it a marker. Within a scan a 0 follows each 0xFF of the data and restarts can be
  /// ignored; elsewhere 0xFF may fill gaps.
  static bool is_marker(std::uint8_t byte) {
    return byte != 0 && byte != 0xFF && (byte < first_restart || byte > last_restart);
  }

  /// Takes size, passes, orientation and Adobe's mark from a segment. Throws Error{data}.
  void read_segment(std::uint8_t marker, ByteSpan segment) {
    const bool frame = marker >= baseline && marker <= last_frame && marker != huffman_tables && marker != extension &&
                       marker != arithmetic_tables;
    if (frame) read_frame(marker, segment);
    if (marker == app14 && text_at(segment, 0, "Adobe")) adobe_ = true;
    if (marker == app1 && header_.passes == 0 && !exif_ && text_at(segment, 0, std::string_view("Exif\0", 5)))
      read_exif(segment);
    if (marker == start_of_scan) ++header_.passes;
    if (header_.passes > most_scans) fail("a JPEG of more than " + std::to_string(most_scans) + " scans");
  }

  /// Sets the size and components_. Throws Error{data} for a variant that cannot be decoded.
  void read_frame(std::uint8_t marker, ByteSpan segment) {
    const auto number = [&](std::size_t at, std::size_t count) {
      return number_at(segment, at, count, ByteOrder::big_endian).value_or(0);
    };
    if (marker != baseline && marker != extended && marker != progressive)
      fail("a JPEG that is coded arithmetically or without loss");
    if (number(0, 1) != 8) fail("a JPEG of " + std::to_string(number(0, 1)) + " bits a colour, expected 8");
    header_.height = number(1, 2);
    header_.width = number(3, 2);
    components_ = number(5, 1);
  }

  /// Sets the orientation.
  void read_exif(ByteSpan segment) {
    exif_ = true;
    header_.orientation = exif_orientation(segment.subspan(std::min(exif_name_size, segment.size())));
  }

  ByteSpan file_;
  std::size_t at_ = 0;
  ImageHeader header_{.passes = 0, .most_pixels_a_byte = 512};  // a bit for each block of 8 x 8 pixels
  std::uint32_t components_ = 0;
  bool adobe_ = false;
  bool exif_ = false;
};

}  // namespace

ImageHeader jpeg_header(ByteSpan file) { return JpegReader(file).read(); }

}  // namespace convoy
