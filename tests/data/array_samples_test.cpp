#include "data/array_samples.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "support/bytes.h"
#include "support/errors.h"
#include "support/text.h"

using namespace convoy;
using test::big_endian;
using test::Bytes;
using test::contains;

namespace {

using Numbers = NumberType::Kind;

NumberArray array_of(const std::vector<int>& extents, NumberType type, const std::string& bytes) {
  return {extents, type, {bytes.begin(), bytes.end()}};
}

NumberArray bytes_array(const std::vector<int>& extents, const std::string& bytes) {
  return array_of(extents, {}, bytes);
}

NumberArray floats_array(const std::vector<int>& extents, const std::vector<float>& numbers) {
  std::string bytes;
  for (const float number : numbers) bytes += big_endian(std::bit_cast<std::uint32_t>(number), 4);
  return array_of(extents, {Numbers::real, 4}, bytes);
}

Dataset::Storage samples(const NumberArray& array, const ArrayOptions& options = {}) {
  Texts notes;
  return array_samples({"x", array}, options, notes);
}

std::string samples_error(const NumberArray& array, const ArrayOptions& options = {}) {
  return test::error_of(ErrorKind::data, [&] { samples(array, options); });
}

std::string labels_error(const NumberArray& array, int first = 0) {
  return test::error_of(ErrorKind::data, [&] { array_labels({"y", array}, first); });
}

}  // namespace

TEST_CASE("a number of any type and order of bytes is read") {
  const auto number = [](Numbers kind, std::uint64_t bits, int bytes) {
    const auto each = static_cast<std::size_t>(bytes);
    const double big = array_of({1}, {kind, each, ByteOrder::big_endian}, big_endian(bits, bytes)).number(0);
    const double little =
        array_of({1}, {kind, each, ByteOrder::little_endian}, test::little_endian(bits, bytes)).number(0);
    CHECK((big == little || std::isnan(big)));
    return big;
  };
  CHECK(number(Numbers::natural, 0xfe, 1) == 254);
  CHECK(number(Numbers::whole, 0xfe, 1) == -2);
  CHECK(number(Numbers::whole, 0xfffe, 2) == -2);
  CHECK(number(Numbers::natural, 0xfffe, 2) == 65534);
  CHECK(number(Numbers::whole, 0x80000000, 4) == -2147483648.0);
  CHECK(number(Numbers::natural, 0x80000000, 4) == 2147483648.0);
  CHECK(number(Numbers::whole, 0xfffffffffffffffd, 8) == -3);
  CHECK(number(Numbers::natural, 0xffffffffffffffff, 8) == std::pow(2.0, 64));
  CHECK(number(Numbers::flag, 7, 1) == 1);
  CHECK(number(Numbers::real, std::bit_cast<std::uint32_t>(-2.5F), 4) == -2.5);
  CHECK(number(Numbers::real, std::bit_cast<std::uint64_t>(1e300), 8) == 1e300);
  CHECK(number(Numbers::real, 0x3c00, 2) == 1);  // half precision: Wikipedia's examples
  CHECK(number(Numbers::real, 0x3555, 2) == doctest::Approx(0.33325195));
  CHECK(number(Numbers::real, 0xc000, 2) == -2);
  CHECK(number(Numbers::real, 0x0001, 2) == std::pow(2.0, -24));
  CHECK(number(Numbers::real, 0x7bff, 2) == 65504);
  CHECK(number(Numbers::real, 0xfc00, 2) == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(number(Numbers::real, 0x7c01, 2)));
}

TEST_CASE("integers are pixels from 0 to 255, and booleans black or white") {
  const NumberType type{Numbers::whole, 2};
  CHECK(samples(array_of({1, 1, 2}, type, big_endian(0, 2) + big_endian(255, 2))).bytes == Bytes{0, 255});
  CHECK(samples(array_of({1, 1, 2}, {Numbers::flag, 1}, std::string("\0\1", 2))).bytes == Bytes{0, 255});
  CHECK(samples_error(array_of({1, 1, 2}, type, big_endian(0, 2) + big_endian(256, 2))) ==
        "x: value 1 is 256, expected pixels from 0 to 255 in 1 x 1 x 2 16-bit integers; other ranges are read as "
        "floats");
  CHECK(contains(samples_error(array_of({1, 1, 1}, type, "\xff\xff")), "value 0 is -1, expected pixels"));
}

TEST_CASE("data.shape makes images of rows, and is compared with what has a shape") {
  const NumberArray rows = bytes_array({2, 6}, "abcdefghijkl");
  CHECK(samples(rows).shape == Shape{6});
  CHECK(samples(rows, {.shape = Integers{2, 3}}).shape == Shape{2, 3, 1});
  CHECK(samples(rows, {.shape = Integers{1, 2, 3}}).shape == Shape{1, 2, 3});
  CHECK(samples(rows, {.shape = Integers{6}}).shape == Shape{6});
  const Dataset::Storage turned = samples(rows, {.shape = Integers{2, 3, 1}, .transpose = true});
  CHECK(turned.shape == Shape{3, 2, 1});
  CHECK(turned.bytes == Bytes{'a', 'd', 'b', 'e', 'c', 'f', 'g', 'j', 'h', 'k', 'i', 'l'});
  CHECK(samples_error(rows, {.shape = Integers{2, 2}}) == "x: data.shape is 2x2x1, 4 numbers a sample, found 6");
  CHECK(contains(samples_error(rows, {.shape = Integers{1, 1, 6}}), "expected height, width and 1 to 4 channels"));
  CHECK(contains(samples_error(rows, {.shape = Integers{1, 1, 1, 6}}), "expected height, width and 1 to 4 channels"));
  const NumberArray images = bytes_array({1, 2, 3}, "abcdef");
  CHECK(samples(images, {.shape = Integers{2, 3}}).shape == Shape{2, 3, 1});
  CHECK(samples_error(images, {.shape = Integers{3, 2}}) == "x: data.shape is 3x2x1, found 2x3x1");
}

TEST_CASE("rows that may be square images have a note that says how") {
  Texts notes;
  array_samples({"x", bytes_array({1, 784}, std::string(784, 'a'))}, {}, notes);
  CHECK(notes == Texts{"x: no height and width: 784 features a sample; data.shape = [28, 28, 1] makes images of them"});
  const auto note = [](int features) {
    Texts one;
    array_samples({"x", bytes_array({1, features}, std::string(static_cast<std::size_t>(features), 'a'))}, {}, one);
    return one.at(0);
  };
  CHECK(note(64) == "x: no height and width: 64 features a sample; data.shape = [8, 8, 1] makes images of them");
  CHECK(note(49) == "x: no height and width: 49 features a sample");
  CHECK(note(65) == "x: no height and width: 65 features a sample");
}

TEST_CASE("numbers are told in full where they are whole and exact") {
  CHECK(number_text(999'999'999'999'999) == "999999999999999");
  CHECK(number_text(-3) == "-3");
  CHECK(number_text(1e15) == "1e+15");
  CHECK(number_text(0.5) == "0.5");
}

TEST_CASE("images have up to four channels, last or first") {
  const auto shape = [](const std::vector<int>& extents) {
    std::size_t size = 1;
    for (const int extent : extents) size *= static_cast<std::size_t>(extent);
    return samples(bytes_array(extents, std::string(size, 'a'))).shape;
  };
  CHECK(shape({2, 5, 6, 4}) == Shape{5, 6, 4});
  CHECK(shape({2, 4, 5, 6}) == Shape{5, 6, 4});
  CHECK(shape({1, 4, 4, 4}) == Shape{4, 4, 4});
  CHECK(contains(samples_error(bytes_array({1, 5, 5, 5}, std::string(125, 'a'))), "found 1 x 5 x 5 x 5 bytes"));
  CHECK(samples(bytes_array({1, 2, 2, 3}, "abcdefghijkl")).bytes.front() == 'a');
  CHECK(samples(bytes_array({2, 3, 1, 5}, "abcdefghijklmnopqrstuvwxyz1234")).bytes ==
        Bytes{'a', 'f', 'k', 'b', 'g', 'l', 'c', 'h', 'm', 'd', 'i', 'n', 'e', 'j', 'o',
              'p', 'u', 'z', 'q', 'v', '1', 'r', 'w', '2', 's', 'x', '3', 't', 'y', '4'});
}

TEST_CASE("classes are whole numbers from the first label on") {
  CHECK(class_of(3, 0) == 3);
  CHECK(class_of(1, 1) == 0);
  CHECK_FALSE(class_of(0, 1));
  CHECK_FALSE(class_of(2.5, 0));
  CHECK(class_of(999'999, 0) == 999'999);
  CHECK_FALSE(class_of(1'000'000, 0));
  CHECK_FALSE(class_of(std::nan(""), 0));
}

TEST_CASE("labels are whole numbers, in a column too, or one-hot") {
  const auto labels = [](const NumberArray& array) { return array_labels({"y", array}, 0); };
  CHECK(labels(bytes_array({2}, std::string("\3\0", 2))) == std::vector<int>{3, 0});
  CHECK(labels(bytes_array({2, 1}, std::string("\3\0", 2))) == std::vector<int>{3, 0});
  CHECK(labels(floats_array({2, 3}, {0, 1, 0, 0, 0, 1})) == std::vector<int>{1, 2});
  CHECK(labels(bytes_array({1, 2}, std::string("\0\1", 2))) == std::vector<int>{1});
  CHECK(labels(bytes_array({2, 2}, std::string("\1\0\0\1", 4))) == std::vector<int>{0, 1});
  for (const std::vector<float>& row : std::vector<std::vector<float>>{
           {0, 0, 0}, {1, 1, 0}, {0, 0.5F, 0}, {1, 0, 0.5F}, {std::numeric_limits<float>::quiet_NaN(), 0, 1}}) {
    CHECK(labels_error(floats_array({1, 3}, row)) ==
          "y: sample 0: expected a single 1 among zeros (one-hot) in 1 x 3 floats");
  }
  CHECK(contains(labels_error(floats_array({1}, {3})), "expected one whole number a sample, or one-hot rows"));
  const NumberType whole{Numbers::whole, 4};
  CHECK(contains(labels_error(array_of({1}, whole, big_endian(0xffffffff, 4))), "label -1 of sample 0, expected 0 to"));
  CHECK(contains(labels_error(bytes_array({1}, std::string(1, '\0')), 1), "label 0 of sample 0, expected 1 to"));
  const NumberType natural{Numbers::natural, 8};
  CHECK(contains(labels_error(array_of({1}, natural, std::string(8, '\xff'))),
                 "label 18446744073709551616.0 of sample 0"));
}

TEST_CASE("what an array may take is checked before it is taken") {
  const auto error = [](const std::vector<std::uint64_t>& extents, std::size_t each) {
    return test::error_of(ErrorKind::data, [&] { array_bytes(extents, each, "x"); });
  };
  CHECK(array_bytes({3, 4}, 8, "x") == 96);
  CHECK(array_bytes({most_array_bytes}, 1, "x") == most_array_bytes);
  CHECK(contains(error({most_array_bytes + 1}, 1), "x: extent 1073741825 of axis 0 makes no sense"));
  CHECK(contains(error({1U << 31U, 1U << 31U}, 4), "extent 2147483648 of axis 0 makes no sense"));
  CHECK(contains(error({1U << 16U, ~std::uint64_t{0}}, 4), "axis 1 makes no sense"));
  CHECK(contains(error({4, 0}, 1), "extent 0 of axis 1"));
}
