#include "convoy/inspect.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>

#include "support/bytes.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;
using test::little_endian;

namespace {

/// What inspect() says of the tensor "a" of that type and shape, which is followed by another of a single number;
/// `data` is the bytes of both, with `bytes` bytes a number.
TensorInfo inspected(const std::string& dtype, const std::string& shape, std::size_t bytes, const std::string& data) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "x.safetensors";
  const std::string end = std::to_string(data.size() - bytes);
  const std::string header = R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":[0,)" + end +
                             R"(]},"b":{"dtype":")" + dtype + R"(","shape":[1],"data_offsets":[)" + end + "," +
                             std::to_string(data.size()) + "]}}";
  test::write(file, little_endian(header.size(), 8) + header + data);
  return inspect(file).tensors.at(0);
}

/// The same for float32 numbers.
TensorInfo inspected(const std::string& shape, const std::vector<float>& numbers) {
  std::string data;
  for (const float number : numbers) data += little_endian(std::bit_cast<std::uint32_t>(number), 4);
  return inspected("F32", shape, 4, data);
}

}  // namespace

TEST_CASE("a tensor of each type has the statistics of its own numbers") {
  struct Type {
    const char* name;
    std::size_t bytes;
    std::vector<std::uint64_t> numbers;  ///< -2, 1, 4, and 100 in the next tensor
  };
  const std::vector<Type> types = {
      {"F64", 8, {0xC000000000000000U, 0x3FF0000000000000U, 0x4010000000000000U, 0x4059000000000000U}},
      {"F32", 4, {0xC0000000U, 0x3F800000U, 0x40800000U, 0x42C80000U}},
      {"F16", 2, {0xC000U, 0x3C00U, 0x4400U, 0x5640U}},
      {"BF16", 2, {0xC000U, 0x3F80U, 0x4080U, 0x42C8U}},
      {"I64", 8, {~std::uint64_t{1}, 1, 4, 100}},
      {"I32", 4, {0xFFFFFFFEU, 1, 4, 100}}};
  for (const Type& type : types) {
    std::string data;
    for (const std::uint64_t number : type.numbers) data += little_endian(number, static_cast<int>(type.bytes));
    const TensorInfo info = inspected(type.name, "[3]", type.bytes, data);
    CAPTURE(type.name);
    CHECK(info.name == "a");
    CHECK(info.dtype == type.name);
    CHECK(info.min == -2);
    CHECK(info.max == 4);
    CHECK(info.mean == 1);
    CHECK(info.deviation == doctest::Approx(std::sqrt(6)));
    CHECK(info.not_finite == 0);
  }
  CHECK(inspected("U8", "[3]", 1, {1, 2, '\xff', 0}).max == 255);
}

TEST_CASE("numbers that are not finite are counted and left out of the statistics, which are 0 without any") {
  const TensorInfo some = inspected("[3]", {NAN, 2, INFINITY, 100});
  CHECK(some.not_finite == 2);
  CHECK(some.min == 2);
  CHECK(some.max == 2);
  CHECK(some.mean == 2);
  CHECK(some.deviation == 0);
  for (const TensorInfo& none : {inspected("[2]", {NAN, NAN, 100}), inspected("[0]", {100})}) {
    CHECK(none.min == 0);
    CHECK(none.max == 0);
    CHECK(none.mean == 0);
    CHECK(none.deviation == 0);
  }
}

TEST_CASE("a tensor has its shape, none where that has more than four extents or one of 0") {
  CHECK(inspected("[1,2,1,1]", {1, 2, 100}).shape == Shape{1, 2, 1, 1});
  CHECK(inspected("[1,2,1,1,1]", {1, 2, 100}).shape == Shape{});
  CHECK(inspected("[2,0]", {100}).shape == Shape{});
}
