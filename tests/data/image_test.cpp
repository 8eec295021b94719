#include <doctest/doctest.h>
#include <stb/stb_image_write.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "convoy/dataset.h"
#include "convoy/error.h"
#include "support/bytes.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/image_files.h"
#include "support/temporary_folder.h"

using namespace convoy;
using test::Bytes;

namespace {

namespace fs = std::filesystem;

void write_png(const fs::path& file, int width, int height, int channels, const Bytes& pixels) {
  fs::create_directories(file.parent_path());
  REQUIRE(stbi_write_png(file.c_str(), width, height, channels, pixels.data(), width * channels) != 0);
}

/// A PNG of 4 x 4 grey pixels with this image data.
std::string grey_png(const std::string& data_chunk) {
  const std::string header("\0\0\0\4\0\0\0\4\x8\0\0\0\0", 13);
  return "\x89PNG\r\n\x1a\n" + test::png_chunk("IHDR", header) + data_chunk + test::png_chunk("IEND", "");
}

/// So many zeros, deflated.
std::string deflated_zeros(std::size_t megabytes) {
  z_stream stream{};
  REQUIRE(deflateInit(&stream, 1) == Z_OK);
  Bytes zeros(1U << 20U), buffer(1U << 20U);
  std::string deflated;
  for (std::size_t i = 0; i < megabytes; ++i) {
    stream.next_in = zeros.data();
    stream.avail_in = static_cast<unsigned>(zeros.size());
    stream.next_out = buffer.data();
    stream.avail_out = static_cast<unsigned>(buffer.size());
    deflate(&stream, i + 1 == megabytes ? Z_FINISH : Z_NO_FLUSH);
    deflated.append(buffer.begin(), buffer.end() - stream.avail_out);
  }
  deflateEnd(&stream);
  return deflated;
}

std::string image_error(const fs::path& file, const Shape& shape) {
  return test::error_of(ErrorKind::data, [&] { load_image(file, shape); });
}

}  // namespace

TEST_CASE("images are read, turned to grey, inverted and resized") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.png";
  write_png(file, 3, 2, 1, {0, 10, 20, 30, 40, 250});
  CHECK(load_image(file, {2, 3, 1}) == Bytes{0, 10, 20, 30, 40, 250});
  CHECK(load_image(file, {2, 3, 1}, {.invert = true}) == Bytes{255, 245, 235, 225, 215, 5});
  CHECK(load_image(file, {2, 3, 3})[3] == 10);  // grey as colour

  write_png(file, 2, 2, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255});
  const Bytes grey = load_image(file, {2, 2, 1});
  CHECK(grey[0] > 70);  // Rec. 601: 0.299, 0.587, 0.114
  CHECK(grey[0] < 80);
  CHECK(grey[1] > 145);
  CHECK(grey[2] < 32);
  CHECK(grey[3] == 255);

  write_png(file, 4, 4, 1, {0, 0, 100, 100, 0, 0, 100, 100, 200, 200, 40, 40, 200, 200, 40, 40});
  CHECK(load_image(file, {2, 2, 1}) == Bytes{0, 100, 200, 40});  // the means of the areas
  const Bytes grown = load_image(file, {8, 8, 1});
  CHECK(grown.front() == 0);
  CHECK(grown.back() == 40);

  write_png(file, 1, 1, 2, {0, 0});
  CHECK(load_image(file, {1, 1, 1}) == Bytes{255});  // transparent: white paper
  const Bytes even(64 * 3, 90);
  REQUIRE(stbi_write_jpg((folder.path() / "a.jpg").c_str(), 8, 8, 3, even.data(), 95) != 0);
  REQUIRE(stbi_write_bmp((folder.path() / "a.bmp").c_str(), 8, 8, 3, even.data()) != 0);
  CHECK(std::abs(load_image(folder.path() / "a.jpg", {8, 8, 1})[9] - 90) <= 2);
  CHECK(load_image(folder.path() / "a.bmp", {8, 8, 1})[9] == 90);
}

TEST_CASE("files that are no images get a clear error") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "x.png";
  CHECK(image_error(file, {2, 2, 1}).find("no such file") != std::string::npos);
  std::ofstream(file) << "no image";
  CHECK(image_error(file, {2, 2, 1}).find("not an image that can be read") != std::string::npos);
  std::ofstream(file, std::ios::trunc).close();
  CHECK(image_error(file, {2, 2, 1}) == file.string() + ": an empty file, expected an image");
  CHECK(image_error(folder.path(), {2, 2, 1}).find("found a folder") != std::string::npos);
  write_png(file, 40, 40, 3, Bytes(4800, 7));
  fs::resize_file(file, 60);
  CHECK(image_error(file, {2, 2, 1}).find("x.png: ") != std::string::npos);
  CHECK(image_error(file, {2, 2, 4}).find("1 or 3") != std::string::npos);
  CHECK(image_error(file, {100}).find("height x width") != std::string::npos);
}

TEST_CASE("a pipe among the images is not waited for") {
  const test::TemporaryFolder folder;
  const auto pipe = test::make_pipe(folder.path() / "a.png");
  CHECK(image_error(pipe, {2, 2, 1}) == pipe.string() + ": not a regular file");
}

TEST_CASE("a BMP header with a negative width is refused") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.bmp";
  REQUIRE(stbi_write_bmp(file.c_str(), 4, 4, 3, Bytes(48, 9).data()) != 0);
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(18);
  const char minus_four[] = {'\xfc', '\xff', '\xff', '\xff'};
  stream.write(minus_four, sizeof minus_four);
  stream.close();
  CHECK(image_error(file, {28, 28, 1}).find("a.bmp: ") != std::string::npos);
}

TEST_CASE("a PNG header that claims a giant image is refused before decoding") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "bomb.png";
  write_png(file, 2, 2, 1, {1, 2, 3, 4});
  const std::string giant = test::big_endian(32639, 4) + test::big_endian(32639, 4);
  test::write(file, test::with_right_png_checksums(test::contents(file).replace(16, 8, giant)));
  CHECK(image_error(file, {2, 2, 1}).find("bomb.png: 32639 x 32639 pixels") != std::string::npos);
}

TEST_CASE("a small PNG that asks for hundreds of megabytes is refused") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "bomb.png";
  std::ofstream(file, std::ios::binary) << grey_png(test::big_endian(577'000'000, 4) + "IDATshort");
  CHECK(image_error(file, {4, 4, 1}).find("damaged image: a PNG that ends within its chunk IDAT") != std::string::npos);
  const std::string zeros = deflated_zeros(300);
  std::ofstream(file, std::ios::binary) << grey_png(test::png_chunk("IDAT", zeros));
  CHECK(fs::file_size(file) < 2'000'000);
  CHECK(image_error(file, {4, 4, 1}).find("damaged image: it takes more memory") != std::string::npos);
  const std::string few = deflated_zeros(1);
  std::ofstream(file, std::ios::binary) << grey_png(test::png_chunk("IDAT", few));
  CHECK(load_image(file, {4, 4, 1}) == Bytes(16));
}
