#include "io/safetensors.h"

#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "convoy/error.h"
#include "support/errors.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

std::string read_error(const std::string& bytes) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "x.safetensors";
  std::ofstream(file, std::ios::binary) << bytes;
  return test::error_of(ErrorKind::data, [&] { read_safetensors(file); });
}

/// A file with this header and so many bytes of data.
std::string with(const std::string& header, std::size_t data) {
  const std::uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  return bytes + header + std::string(data, 'x');
}

}  // namespace

TEST_CASE("what is written reads back, aligned and with its metadata") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.safetensors";
  const std::vector<float> a = {1, 2, 3, 4, 5, 6};
  const std::vector<float> b = {-0.5F};
  const std::vector<TensorToWrite> tensors = {{"conv/kernel", {2, 3}, a}, {"b \"quoted\" ü", {1}, b}};
  write_safetensors(file, tensors, {{"key", "value\n\"quoted\""}});
  const TensorFile read = read_safetensors(file);
  REQUIRE(read.tensors.size() == 2);
  CHECK(read.tensors[0].name == "conv/kernel");
  CHECK(read.tensors[0].shape == std::vector<std::int64_t>{2, 3});
  CHECK(std::memcmp(read.tensors[0].bytes.data(), a.data(), 24) == 0);
  CHECK(read.find("b \"quoted\" ü") != nullptr);
  CHECK(read.find("nothing") == nullptr);
  CHECK(read.metadata.at("key") == "value\n\"quoted\"");
  std::uint64_t header = 0;
  std::ifstream(file, std::ios::binary).read(reinterpret_cast<char*>(&header), sizeof header);
  CHECK((header + 8) % 64 == 0);
}

TEST_CASE("very many names take no time that grows with their square") {
  std::string header = "{";
  for (int i = 0; i < 100000; ++i) {
    header += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  }
  CHECK(read_error(with(header + "}", 0)) == "no error");
}

TEST_CASE("what is allowed at most is allowed") {
  const std::string eight = R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})";
  CHECK(read_error(with(eight, 1)) == "no error");
  const std::string nine = R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})";
  CHECK(read_error(with(nine, 1)).ends_with("tensor \"a\": shape is no list of up to 8 numbers"));
  const std::string largest = R"({"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,1]}})";
  CHECK(read_error(with(largest, 1)).ends_with("tensor \"a\": 1 bytes, its shape needs 9223372036854775807"));
}

TEST_CASE("a header has at most 100 million bytes") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "x.safetensors";
  const auto error_for = [&](std::uint64_t length) {
    std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(&length), sizeof length);
    std::filesystem::resize_file(file, sizeof length + length);  // sparse
    return test::error_of(ErrorKind::data, [&] { read_safetensors(file); });
  };
  CHECK(error_for(100'000'000).find("damaged header") != std::string::npos);
  CHECK(error_for(100'000'001).find("a header of 100000001 bytes in a file of 100000009") != std::string::npos);
}

TEST_CASE("what is no file is named") {
  CHECK_THROWS_WITH_AS(read_safetensors("/dev/zero"), "/dev/zero: not a regular file", Error);
  CHECK_THROWS_WITH_AS(read_safetensors("/no/such"), "/no/such: no such file", Error);
}

TEST_CASE("damaged files get one clear error each") {
  const auto one = [](const std::string& entry) { return "{\"a\":" + entry + "}"; };
  const std::vector<std::pair<std::string, std::string>> damages = {
      {"", "too short for a model file"},
      {"1234567", "too short for a model file"},
      {std::string(8, '\xff'), "not a safetensors file, or cut short"},
      {with("{}", 0).substr(0, 9), "cut short"},
      {with("", 0), "damaged header"},
      {with("nonsense", 0), "damaged header"},
      {with("[1]", 0), "expected a JSON object"},
      {with("{\"a\":", 0), "damaged header"},
      {with(std::string(100000, '['), 0), "nested too deeply"},
      {with("{\"a\":1,\"a\":2}", 0), "appears twice"},
      {with("{\"__metadata__\":[]}", 0), "__metadata__ is no object"},
      {with("{\"__metadata__\":{\"k\":1}}", 0), "is no text"},
      {with(one("1"), 0), "no dtype"},
      {with(one("{\"dtype\":\"F32\",\"shape\":[1]}"), 0), "no data_offsets"},
      {with(one("{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}"), 4), "\"F99\" is not F32"},
      {with(one("{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}"), 4), "shape is no list"},
      {with(one("{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}"), 4), "whole numbers of 0 or more"},
      {with(one("{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}"), 4), "whole numbers of 0 or more"},
      {with(one("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}"), 4), "data_offsets are no two numbers"},
      {with(one("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}"), 4),
       "bytes 0 to 8 of 4; the file may be cut short"},
      {with(one("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}"), 4), "bytes 4 to 0 of 4"},
      {with(one("{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}"), 4), "4 bytes, its shape needs 8"},
      {with(one("{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4],\"data_offsets\":[0,0]}"), 0),
       "its shape is too large"},
      {with(one("{\"dtype\":\"F32\",\"shape\":[18446744073709551615],\"data_offsets\":[0,0]}"), 0),
       "whole numbers of 0 or more"},
      {with(one("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}"), 8), "overlap others or leave a gap"},
      {with(one("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"), 8), "4 bytes belong to no tensor"},
      {with("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],"
            "\"data_offsets\":[0,4]}}",
            4),
       "overlap others"},
  };
  for (const auto& damage : damages) {
    const std::string message = read_error(damage.first);
    INFO(message << " should contain " << damage.second);
    CHECK(message.find(damage.second) != std::string::npos);
    CHECK(message.find("x.safetensors: ") != std::string::npos);
  }
}

TEST_CASE("every truncation of a good file is noticed") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.safetensors";
  const std::vector<float> a = {1, 2, 3};
  const std::vector<TensorToWrite> tensors = {{"a", {3}, a}};
  write_safetensors(file, tensors, {});
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK(read_error(bytes.substr(0, length)) != "no error");
  CHECK_THROWS_AS(read_safetensors(folder.path()), Error);
  CHECK_THROWS_AS(read_safetensors(folder.path() / "none"), Error);
}
