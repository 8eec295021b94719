#include "data/decode.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "convoy/error.h"
#include "data/exif.h"
#include "data/image_format.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/image_files.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::Pixels;

namespace {

namespace fs = std::filesystem;

/// A file with these bytes, whatever they are.
class ImageFile {
 public:
  explicit ImageFile(const std::string& bytes) : path_(folder_.path() / "a.png") { test::write(path_, bytes); }
  const fs::path& path() const { return path_; }

 private:
  test::TemporaryFolder folder_;
  fs::path path_;
};

Image decoded(const std::string& bytes, int channels = 1) { return decode_image(ImageFile(bytes).path(), channels); }

Pixels pixels_of(const std::string& bytes, int channels = 1) { return decoded(bytes, channels).pixels; }

std::string decode_error(const std::string& bytes) {
  return test::error_of(ErrorKind::data, [&] { decoded(bytes); });
}

/// Whether each pixel is as far from black and white as the other's.
bool near(const Pixels& a, const Pixels& b, int distance) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::abs(a[i] - b[i]) > distance) return false;
  return true;
}

std::string transparent(std::initializer_list<unsigned> values) {
  std::string bytes;
  for (const unsigned value : values) bytes += test::big_endian(value, 2);
  return test::png_chunk("tRNS", bytes);
}

/// 2 rows of 3 blocks of 8 x 8 pixels, each block of one shade: a JPEG keeps them apart.
Pixels blocks(const std::vector<std::uint8_t>& shades, int across) {
  Pixels pixels;
  const int down = static_cast<int>(shades.size()) / across;
  for (int y = 0; y < 8 * down; ++y) {
    for (int x = 0; x < 8 * across; ++x) pixels.push_back(shades[static_cast<std::size_t>(y / 8 * across + x / 8)]);
  }
  return pixels;
}

/// The shades of 2 x 3 blocks as a viewer shows them for each orientation, and how many are in a row.
struct View {
  int across;
  std::vector<std::uint8_t> shades;
};
const std::vector<std::uint8_t> stored = {0, 40, 80, 120, 160, 200};
const std::vector<View> views = {{3, {0, 40, 80, 120, 160, 200}}, {3, {80, 40, 0, 200, 160, 120}},
                                 {3, {200, 160, 120, 80, 40, 0}}, {3, {120, 160, 200, 0, 40, 80}},
                                 {2, {0, 120, 40, 160, 80, 200}}, {2, {120, 0, 160, 40, 200, 80}},
                                 {2, {200, 80, 160, 40, 120, 0}}, {2, {80, 200, 40, 160, 0, 120}}};

}  // namespace

TEST_CASE("a JPEG is turned as its Exif data say") {
  const std::string jpeg = test::jpeg_file(24, 16, 1, blocks(stored, 3));
  for (const bool little : {true, false}) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      CAPTURE(orientation);
      const View& view = views[static_cast<std::size_t>(orientation - 1)];
      const Image image = decoded(test::with_exif(jpeg, test::exif_data(orientation, little)));
      CHECK(image.width == 8 * view.across);
      CHECK(image.height == 48 / view.across);
      CHECK(near(image.pixels, blocks(view.shades, view.across), 3));
    }
  }
}

TEST_CASE("a PNG is turned as its Exif data say, before and behind the pixels, in grey and colour") {
  const std::vector<unsigned> samples(stored.begin(), stored.end());
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const View& view = views[static_cast<std::size_t>(orientation - 1)];
    const std::string exif = test::png_chunk("eXIf", test::exif_data(orientation));
    CHECK(pixels_of(test::png_file({3, 2}, samples, exif)) == view.shades);
    CHECK(pixels_of(test::png_file({3, 2}, samples, "", exif)) == view.shades);
    const Image colour = decoded(test::png_file({3, 2}, samples, exif), 3);
    CHECK(colour.width == view.across);
    CHECK(colour.pixels[4] == view.shades[1]);
    CHECK(colour.pixels[5] == view.shades[1]);
  }
}

TEST_CASE("Exif data that say nothing valid turn nothing") {
  const auto orientation = [](const std::string& data) {
    return exif_orientation({reinterpret_cast<const std::uint8_t*>(data.data()), data.size()});
  };
  for (const bool little : {true, false}) {
    const std::string data = test::exif_data(6, little);
    CHECK(orientation(data) == 6);
    for (std::size_t size = 0; size < data.size(); ++size) {  // the value ends with byte 32
      CHECK(orientation(data.substr(0, size)) == (size >= 32 ? 6 : 1));
    }
    for (std::size_t at = 0; at < data.size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        std::string other = data;
        other[at] = static_cast<char>(static_cast<unsigned char>(other[at]) ^ 1U << bit);
        const int found = orientation(other);
        CHECK(found >= 1);
        CHECK(found <= 8);
      }
    }
    CHECK(orientation(test::exif_data(0, little)) == 1);
    CHECK(orientation(test::exif_data(9, little)) == 1);
    CHECK(orientation(test::exif_data(6, little, 4)) == 1);     // 32 bits
    CHECK(orientation(test::exif_data(6, little, 3, 2)) == 1);  // two of them
  }
  std::string far = test::exif_data(6);
  far.replace(4, 4, "\xff\xff\xff\xff");
  CHECK(orientation(far) == 1);
  far.replace(4, 6, std::string("\x8\0\0\0\xff\xff", 6));  // 65535 entries
  CHECK(orientation(far) == 6);
  CHECK(orientation(std::string("XX*\0\x8\0\0\0", 8)) == 1);
}

TEST_CASE("what lies in a JPEG's segments and behind its end is no part of the image") {
  const Pixels grey = blocks(stored, 3);
  const std::string jpeg = test::jpeg_file(24, 16, 1, grey);
  std::string markers;
  for (int i = 0; i < 150; ++i) markers += "\xff\xda";
  CHECK(near(pixels_of(test::with_segment(jpeg, 0xE1, markers)), grey, 3));
  const std::string thumbnail = test::jpeg_file(8, 8, 1, Pixels(64, 9));
  CHECK(near(pixels_of(test::with_exif(jpeg, test::exif_data(1) + thumbnail)), grey, 3));
  CHECK(near(pixels_of(jpeg + markers), grey, 3));
  CHECK(near(pixels_of(jpeg + thumbnail), grey, 3));
  CHECK(near(pixels_of(jpeg + "MotionPhoto_Data" + std::string(100000, '\xff') + markers), grey, 3));
  CHECK(near(pixels_of(test::with_exif(test::with_exif(jpeg, test::exif_data(6)), test::exif_data(3))),
             blocks(views[2].shades, 3), 3));  // the first counts
}

TEST_CASE("a JPEG with hundreds of passes over the image is refused") {
  const std::string jpeg = test::jpeg_file(24, 16, 1, blocks(stored, 3));
  const std::size_t scan = jpeg.find("\xff\xda");
  const std::string pass = jpeg.substr(scan, jpeg.size() - 2 - scan);
  std::string many = jpeg.substr(0, scan);
  for (int i = 0; i < 100; ++i) many += pass;
  CHECK(decode_error(many + "\xff\xd9") == "no error");
  CHECK(decode_error(many + pass + "\xff\xd9") == "a JPEG of more than 100 scans");
}

TEST_CASE("a cut or damaged JPEG is an error or an image, and a cut one never an image") {
  const std::string jpeg = test::with_exif(test::jpeg_file(24, 16, 3, Pixels(24 * 16 * 3, 90)), test::exif_data(6));
  for (std::size_t size = 0; size < jpeg.size(); ++size) {
    CAPTURE(size);
    CHECK(decode_error(jpeg.substr(0, size)) != "no error");
  }
  for (std::size_t at = 0; at < jpeg.size(); ++at) {
    std::string damaged = jpeg;
    damaged[at] = static_cast<char>(damaged[at] ^ '\xff');
    decode_error(damaged);
  }
  const std::size_t length = jpeg.find("Exif") - 2;
  for (const int lie : {0, 1, 2, 7, 8, 40, 65535}) {
    std::string lying = jpeg;
    lying.replace(length, 2, test::big_endian(static_cast<unsigned>(lie), 2));
    decode_error(lying);
  }
}

TEST_CASE("variants of JPEG that are not read are named") {
  const std::string jpeg = test::jpeg_file(8, 8, 1, Pixels(64, 90));
  const std::size_t frame = jpeg.find("\xff\xc0");
  std::string other = jpeg;
  other[frame + 1] = '\xc9';
  CHECK(decode_error(other) == "a JPEG that is coded arithmetically or without loss");
  other = jpeg;
  other[frame + 4] = 12;
  CHECK(decode_error(other) == "a JPEG of 12 bits a colour, expected 8");
}

TEST_CASE("each kind of PNG keeps its values, with and without a transparent colour") {
  // One dark pixel beside a light one that is marked as transparent: on white ground, which the dark one needs.
  for (const int depth : {1, 2, 4, 8, 16}) {
    CAPTURE(depth);
    const unsigned most = (1U << static_cast<unsigned>(depth)) - 1;
    CHECK(pixels_of(test::png_file({2, 1, depth}, {0, most})) == Pixels{0, 255});
    CHECK(pixels_of(test::png_file({2, 1, depth}, {0, most}, transparent({most}))) == Pixels{0, 255});
    CHECK(pixels_of(test::png_file({2, 1, depth}, {0, most}, transparent({0}))) == Pixels{0, 255});  // light: on black
    if (depth > 8 || depth == 1) continue;
    const std::string palette = test::png_chunk("PLTE", std::string("\0\0\0\xc8\xc8\xc8", 6));
    CHECK(pixels_of(test::png_file({2, 1, depth, 3}, {0, 1}, palette)) == Pixels{0, 200});
    const std::string clear = test::png_chunk("tRNS", std::string("\xff\0", 2));
    CHECK(pixels_of(test::png_file({2, 1, depth, 3}, {0, 1}, palette + clear)) == Pixels{0, 255});
  }
  for (const int depth : {8, 16}) {
    CAPTURE(depth);
    const unsigned one = depth == 8 ? 1 : 257;
    const std::vector<unsigned> rgb = {10 * one, 10 * one, 10 * one, 200 * one, 200 * one, 200 * one};
    const std::string clear = transparent({200 * one, 200 * one, 200 * one});
    CHECK(pixels_of(test::png_file({2, 1, depth, 2}, rgb)) == Pixels{10, 200});
    CHECK(pixels_of(test::png_file({2, 1, depth, 2}, rgb, clear)) == Pixels{10, 255});
    CHECK(pixels_of(test::png_file({2, 1, depth, 2}, rgb, clear), 3) == Pixels{10, 10, 10, 255, 255, 255});
    const std::vector<unsigned> grey_alpha = {10 * one, 255 * one, 200 * one, 0};
    CHECK(pixels_of(test::png_file({2, 1, depth, 4}, grey_alpha)) == Pixels{10, 255});
    const std::vector<unsigned> rgb_alpha = {10 * one, 10 * one, 10 * one, 255 * one, 0, 0, 0, 0};
    CHECK(pixels_of(test::png_file({2, 1, depth, 6}, rgb_alpha), 3) == Pixels{10, 10, 10, 255, 255, 255});
  }
}

TEST_CASE("progressive, CMYK and interlaced images are read") {
  const auto mean_distance = [](const std::string& file, const auto& grey_at) {
    const Image image = decode_image("tests/fuzz/seeds/image/" + file, 1);
    int sum = 0;
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x)
        sum += std::abs(image.pixels[static_cast<std::size_t>(y * image.width + x)] - grey_at(x, y));
    }
    return static_cast<double>(sum) / static_cast<double>(image.size());
  };
  const auto ramp = [](int x, int y) { return 20 * x + 4 * y; };
  const auto colours = [&](int x, int y) {  // the ramp in red, mirrored in green, upside down in blue
    return (299 * ramp(x, y) + 587 * ramp(11 - x, y) + 114 * ramp(x, 7 - y)) / 1000;
  };
  CHECK(mean_distance("interlaced.png", ramp) == 0);
  CHECK(mean_distance("progressive.jpg", colours) < 3);
  CHECK(mean_distance("cmyk.jpg", colours) < 3);
}

TEST_CASE("transparent images lie on the ground that gives contrast") {
  const auto strokes = [](unsigned grey) { return test::png_file({3, 1, 8, 4}, {grey, 255, grey, 128, grey, 0}); };
  CHECK(pixels_of(strokes(0)) == Pixels{0, 127, 255});
  CHECK(pixels_of(strokes(255)) == Pixels{255, 128, 0});
  CHECK(pixels_of(strokes(127)) == Pixels{127, 191, 255});
  CHECK(pixels_of(strokes(128)) == Pixels{128, 64, 0});
  CHECK(pixels_of(test::png_file({1, 1, 8, 4}, {0, 0})) == Pixels{255});
  CHECK(pixels_of(test::png_file({2, 1, 8, 6}, {255, 255, 0, 255, 9, 9, 9, 0}), 3) == Pixels{255, 255, 0, 0, 0, 0});
}

TEST_CASE("a PNG that is cut, or of which one bit is another, is refused with a reason") {
  const std::string exif = test::png_chunk("eXIf", test::exif_data(6));
  const std::string png = test::png_file({3, 2}, {0, 40, 80, 120, 160, 200}, transparent({40}) + exif);
  REQUIRE(decode_error(png) == "no error");
  for (std::size_t size = 0; size < png.size(); ++size) {
    CAPTURE(size);
    CHECK(decode_error(png.substr(0, size)) != "no error");
  }
  for (std::size_t at = 0; at < png.size(); ++at) {
    CAPTURE(at);
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string damaged = png;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ 1U << bit);
      CHECK(decode_error(damaged) != "no error");
    }
  }
  std::string damaged = png;
  damaged[png.find("IDAT") + 9] ^= 1;
  CHECK(decode_error(damaged) == "damaged image: the checksum of the PNG's chunk IDAT is not that of its bytes");
  damaged = png;
  damaged[png.find("eXIf") + 9] ^= 1;
  CHECK(decode_error(damaged) == "damaged image: the checksum of the PNG's chunk eXIf is not that of its bytes");
  const std::size_t end = png.find("IEND") - 4;
  CHECK(decode_error(png.substr(0, end)) == "damaged image: a PNG without its last chunk, IEND");
  CHECK(decode_error(png.substr(0, end - 5)) == "damaged image: a PNG that ends within its chunk IDAT");
  CHECK(decode_error(png.substr(0, end) + test::png_chunk(std::string(4, '\0'), "")) ==
        "damaged image: a PNG's chunk of the type \"\\x00\\x00\\x00\\x00\", expected four letters");
  CHECK(decode_error(png + "what lies behind the end is no part of it") == "no error");
}

TEST_CASE("a PNG whose checksums are right may have anything else in it") {
  const std::string exif = test::png_chunk("eXIf", test::exif_data(6));
  const std::string png = test::png_file({3, 2}, {0, 40, 80, 120, 160, 200}, transparent({40}) + exif);
  for (std::size_t at = 0; at < png.size(); ++at) {
    for (const char change : {'\x01', '\x80', '\xff'}) {
      std::string other = png;
      other[at] = static_cast<char>(other[at] ^ change);
      decode_error(test::with_right_png_checksums(other));
    }
  }
  std::string apple = png;
  CHECK(test::contains(decode_error(apple.insert(8, test::png_chunk("CgBI", "1234"))), "Apple"));
}

TEST_CASE("a BMP of each kind is read, from the top down too") {
  const std::string dark = "\x0a\x0a\x0a";
  const std::string light = "\xc8\xc8\xc8";
  const Pixels want = {10, 10, 200, 200};
  CHECK(pixels_of(test::bmp_file(2, 2, 24, {light + light, dark + dark})) == want);
  CHECK(pixels_of(test::bmp_file(2, -2, 24, {dark + dark, light + light})) == want);
  const std::string clear_dark = dark + '\0' + dark + '\x07';  // a fourth byte that means nothing
  const std::string clear_light = light + '\0' + light + '\0';
  for (const int channels : {1, 3}) {
    const Pixels four = pixels_of(test::bmp_file(2, -2, 32, {clear_dark, clear_light}), channels);
    CHECK(four.front() == 10);
    CHECK(four.back() == 200);
  }
  std::string palette;
  for (int i = 0; i < 256; ++i) palette += std::string(3, static_cast<char>(i)) + '\0';
  CHECK(pixels_of(test::bmp_file(2, -2, 8, {"\x0a\x0a", "\xc8\xc8"}, palette)) == want);
  CHECK(pixels_of(test::bmp_file(2, 2, 8, {"\xc8\xc8", "\x0a\x0a"}, palette)) == want);
  const std::string sixteen = test::bmp_file(2, -1, 16, {std::string("\0\0\xff\x7f", 4)});
  CHECK(pixels_of(sixteen) == Pixels{0, 255});
}

TEST_CASE("a BMP's bit fields may have transparency") {
  const auto field = [](std::uint32_t mask) { return test::little_endian(mask, 4); };
  const std::string fields = field(0xff0000) + field(0xff00) + field(0xff);
  const std::string pixels("\x0a\x0a\x0a\xff\x0a\x0a\x0a\0", 8);
  const std::string with_alpha = fields + field(0xff000000) + std::string(52, '\0');
  CHECK(pixels_of(test::bmp_file(2, 1, 32, {pixels}, "", 3, with_alpha, 108)) == Pixels{10, 255});
  const std::string without = fields + field(0) + std::string(52, '\0');
  CHECK(pixels_of(test::bmp_file(2, 1, 32, {pixels}, "", 3, without, 108)) == Pixels{10, 10});
}

TEST_CASE("a BMP that is compressed, cut or damaged is refused") {
  const std::string bmp = test::bmp_file(3, -2, 24, {"123456789", "abcdefghi"});
  CHECK(decode_error(bmp) == "no error");
  for (std::size_t size = 0; size < bmp.size(); ++size) {
    CAPTURE(size);
    CHECK(decode_error(bmp.substr(0, size)) != "no error");
  }
  for (std::size_t at = 0; at < bmp.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string damaged = bmp;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ 1U << bit);
      decode_error(damaged);
    }
  }
  CHECK(decode_error(test::bmp_file(2, 1, 8, {"12"}, std::string(1024, 'a'), 1)) ==
        "a BMP compressed by run lengths (RLE)");
  CHECK(test::contains(decode_error(test::bmp_file(-2, 1, 24, {"123456"})), "without pixels"));
  CHECK(test::contains(decode_error(test::bmp_file(0x7fffffff, 0x7fffffff, 0xffff, {"123456"})), "ends too early"));
}

TEST_CASE("formats that are not read are refused by name, whatever the file's name says") {
  const auto refused = [](const std::string& start) { return decode_error(start + std::string(100, ' ')); };
  CHECK(refused("GIF89a") == "a GIF image; convoy reads PNG, JPEG and BMP");
  CHECK(refused(std::string("RIFF\x24\0\0\0WEBPVP8L", 16)) == "a WebP image; convoy reads PNG, JPEG and BMP");
  CHECK(refused(std::string("II*\0\x8\0\0\0", 8)) == "a TIFF image; convoy reads PNG, JPEG and BMP");
  CHECK(refused(std::string("MM\0*\0\0\0\x8", 8)) == "a TIFF image; convoy reads PNG, JPEG and BMP");
  CHECK(refused(std::string("\0\0\0\x18"
                            "ftypheic",
                            12)) == "a HEIC image; convoy reads PNG, JPEG and BMP");
  CHECK(refused(std::string("\0\0\0\x18"
                            "ftypavif",
                            12)) == "an AVIF image; convoy reads PNG, JPEG and BMP");
  CHECK(refused("P5 28 28 255 ") == "a Netpbm image; convoy reads PNG, JPEG and BMP");
  CHECK(refused("%PDF-1.7") == "a PDF document; convoy reads PNG, JPEG and BMP");
  CHECK(refused("<?xml version=\"1.0\"?>\n<svg>") == "an SVG drawing; convoy reads PNG, JPEG and BMP");
  CHECK(refused("\n<!DOCTYPE html>") == "an HTML page; convoy reads PNG, JPEG and BMP");
  CHECK(refused("anything else") == "not an image that can be read; convoy reads PNG, JPEG and BMP");
  CHECK(decode_error("") == "an empty file, expected an image");
}

TEST_CASE("images are told from other files by their bytes or their names") {
  const test::TemporaryFolder folder;
  const auto is_image = [&](const std::string& name, const std::string& bytes) {
    test::write(folder.path() / name, bytes);
    return is_image_file(folder.path() / name);
  };
  CHECK(is_image("photo", test::png_file({1, 1}, {0})));
  CHECK(is_image("photo.dat", "GIF89a"));
  CHECK(is_image("photo.JPG", "damaged"));
  CHECK_FALSE(is_image("notes.txt", "BMW makes cars, among other things"));
  CHECK_FALSE(is_image("desktop.ini", "[.ShellClassInfo]"));
  CHECK_FALSE(is_image_file(folder.path()));
  CHECK_FALSE(is_image_file(test::make_pipe(folder.path() / "pipe.png")));
}

TEST_CASE("a path that leads to no readable file says why") {
  const test::TemporaryFolder folder;
  const auto why = [](const fs::path& file) { return test::error_of(ErrorKind::data, [&] { decode_image(file, 1); }); };
  const fs::path loop = folder.path() / "loop.png";
  fs::create_symlink("loop.png", loop);
  CHECK(why(loop) == "cannot be read: Too many levels of symbolic links");
  fs::create_symlink("nowhere", folder.path() / "dangling.png");
  CHECK(why(folder.path() / "dangling.png") == "a link to nothing");
  CHECK(why(folder.path() / "none.png") == "no such file");
  CHECK(why(folder.path()) == "expected a file, found a folder");
  CHECK(test::contains(why(folder.path() / std::string(300, 'x')), "cannot be read: File name too long"));
  const fs::path secret = folder.path() / "secret.png";
  test::write(secret, test::png_file({1, 1}, {0}));
  fs::permissions(secret, fs::perms::none);
  const bool allowed_all = access(secret.c_str(), R_OK) == 0;  // as root
  CHECK(why(secret) == (allowed_all ? "no error" : "cannot be read: Permission denied"));
}

TEST_CASE("images have limits a side and in all") {
  const auto of_size = [](int width, int height) {
    return test::png_file({width, height, 1, 0},
                          std::vector<unsigned>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)));
  };
  CHECK(decode_error(of_size(16384, 1)) == "no error");
  CHECK(decode_error(of_size(16385, 1)) == "16385 x 1 pixels, expected at most 16384 a side");
  CHECK(decode_error(of_size(1, 16385)) == "1 x 16385 pixels, expected at most 16384 a side");
  const auto claiming = [&](unsigned width, unsigned height) {
    const std::string png = of_size(16, 1).replace(16, 8, test::big_endian(width, 4) + test::big_endian(height, 4));
    return test::with_right_png_checksums(png);
  };
  CHECK(decode_error(claiming(8192, 8193)) == "8192 x 8193 pixels, expected at most 67108864 in all");
  CHECK(decode_error(claiming(8192, 8192)) == "damaged image: too short for 8192 x 8192 pixels");
}
