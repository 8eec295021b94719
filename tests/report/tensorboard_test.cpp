#include "report/tensorboard.h"

#include <doctest/doctest.h>

#include <bit>
#include <map>
#include <vector>

#include "support/sample_run.h"

using namespace convoy;

namespace {

std::uint64_t number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return value;
}

/// Takes the mask off a checksum: the inverse of what TensorFlow writes.
std::uint32_t unmasked(std::string_view bytes) {
  const std::uint32_t rotated = static_cast<std::uint32_t>(number(bytes)) - 0xA282EAD8U;
  return rotated >> 17U | rotated << 15U;
}

/// The data of each record; checks lengths and checksums.
std::vector<std::string_view> records(std::string_view file) {
  std::vector<std::string_view> found;
  while (!file.empty()) {
    REQUIRE(file.size() >= 16);
    const auto length = static_cast<std::size_t>(number(file.substr(0, 8)));
    REQUIRE(file.size() >= length + 16);
    CHECK(unmasked(file.substr(8, 4)) == crc32c(file.substr(0, 8)));
    CHECK(unmasked(file.substr(12 + length, 4)) == crc32c(file.substr(12, length)));
    found.push_back(file.substr(12, length));
    file.remove_prefix(length + 16);
  }
  return found;
}

struct Field {
  unsigned number;
  std::uint64_t value;     ///< of a varint or a fixed number
  std::string_view bytes;  ///< of a text or a message
};

std::uint64_t take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
}

std::vector<Field> fields(std::string_view message) {
  std::vector<Field> found;
  while (!message.empty()) {
    const std::uint64_t key = take_varint(message);
    Field field{static_cast<unsigned>(key >> 3U), 0, {}};
    const unsigned wire = key & 7U;
    if (wire == 0) {
      field.value = take_varint(message);
    } else {
      const std::size_t size = wire == 1 ? 8 : wire == 5 ? 4 : static_cast<std::size_t>(take_varint(message));
      field.bytes = message.substr(0, size);
      if (wire != 2) field.value = number(field.bytes);
      message.remove_prefix(size);
    }
    found.push_back(field);
  }
  return found;
}

}  // namespace

TEST_CASE("CRC-32C has the value that its definition gives") {
  CHECK(crc32c("123456789") == 0xE3069283U);
  CHECK(crc32c("") == 0);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAU);  // RFC 3720, appendix B.4
}

TEST_CASE("an event file has the run's scalars with their steps and times") {
  const RunRecord record = test::sample_run(2);
  const std::string file = tensorboard_events(record);
  CHECK(file == tensorboard_events(record));
  const auto all = records(file);
  REQUIRE(all.size() == 1 + 20 + 2 + 4);
  const auto header = fields(all[0]);
  CHECK(std::bit_cast<double>(header.at(0).value) == 1767323045);  // 2026-01-02T03:04:05Z
  CHECK(header.at(1).number == 3);
  CHECK(header.at(1).bytes == "brain.Event:2");

  const auto first = fields(all[1]);
  CHECK(std::bit_cast<double>(first.at(0).value) == 1767323045.5);
  CHECK(first.at(1).number == 2);
  CHECK(first.at(1).value == 10);
  CHECK(first.at(2).number == 5);
  const auto values = fields(first.at(2).bytes);
  REQUIRE(values.size() == 3);
  const auto loss = fields(values[0].bytes);
  CHECK(loss.at(0).bytes == "loss/training");
  CHECK(std::bit_cast<float>(static_cast<std::uint32_t>(loss.at(1).value)) == 2.0F);

  std::map<std::string, int> tags;
  for (const auto& event : all) {
    for (const Field& field : fields(event)) {
      if (field.number != 5) continue;
      for (const Field& value : fields(field.bytes)) ++tags[std::string(fields(value.bytes).at(0).bytes)];
    }
  }
  CHECK(tags["loss/validation"] == 2);
  CHECK(tags["gradient_norm/conv1"] == 4);
  CHECK(tags["percentiles/conv1[7]/85"] == 4);
  CHECK_FALSE(tags.contains("update_ratio/conv1"));
}

TEST_CASE("steps of any size are told, whatever bytes they take") {
  for (const std::uint64_t step : {std::uint64_t{1}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{1} << 40U}) {
    RunRecord record;
    record.steps = {{.step = step, .loss = 1}};
    const std::string file = tensorboard_events(record);
    CHECK(fields(records(file).at(1)).at(1).value == step);
  }
}

TEST_CASE("an epoch without a step stands at its number, at the time when it ended") {
  RunRecord record = test::sample_run(2);
  record.steps.clear();
  record.diagnostics.clear();
  record.history[0].step = 0;
  const std::string file = tensorboard_events(record);
  const auto all = records(file);
  REQUIRE(all.size() == 3);
  const auto first = fields(all[1]);
  const auto second = fields(all[2]);
  CHECK(first.at(1).value == 1);
  CHECK(second.at(1).value == 200);
  CHECK(std::bit_cast<double>(first.at(0).value) == 1767323045 + 5);
  CHECK(std::bit_cast<double>(second.at(0).value) == 1767323045 + 10);
}

TEST_CASE("what is not finite is left out, and a record without times has an event file too") {
  RunRecord record;
  record.history = {{.epoch = 1, .loss = std::bit_cast<double>(0x7FF8000000000000U)}};
  record.history[0].accuracy = record.history[0].images_per_second = record.history[0].loss;
  record.history[0].learning_rate = record.history[0].loss;
  CHECK(records(tensorboard_events(record)).size() == 1);
  CHECK(tensorboard_file_name(record) == "events.out.tfevents.0000000000.convoy");
}
