#include "report/tensorboard.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <ctime>
#include <iomanip>
#include <sstream>
#include <vector>

#include "report/timeline.h"

namespace convoy {
namespace {

/// The CRC-32C of each byte, for crc32c().
constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? value >> 1U ^ 0x82F63B78U : value >> 1U;
    table[i] = value;
  }
  return table;
}

/// The bytes of a number, lowest first.
template <class Unsigned>
std::string little_endian(Unsigned value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(value >> 8 * i & 0xFFU);
  return bytes;
}

// Protocol buffers: a field is its number and wire type, then the value.
enum Wire : unsigned { varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 };

/// A whole number as protocol buffers have it: seven bits a byte, the lowest first.
std::string varint_of(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7U) bytes += static_cast<char>(0x80U | (value & 0x7FU));
  return bytes + static_cast<char>(value);
}

/// The bytes that begin a field: its number and wire type.
std::string field_key(unsigned field, Wire wire) { return varint_of(field << 3U | wire); }

/// A whole field: its key and the value in its wire type.
std::string field_of(unsigned field, const std::string& bytes) {
  return field_key(field, delimited) + varint_of(bytes.size()) + bytes;
}
std::string field_of(unsigned field, double value) {
  return field_key(field, fixed64) + little_endian(std::bit_cast<std::uint64_t>(value));
}
std::string field_of(unsigned field, float value) {
  return field_key(field, fixed32) + little_endian(std::bit_cast<std::uint32_t>(value));
}
std::string field_of(unsigned field, std::uint64_t value) { return field_key(field, varint) + varint_of(value); }

/// A checksum in the masked form that TFRecord stores, so that data which contain checksums do no harm.
std::uint32_t masked(std::uint32_t crc) { return (crc >> 15U | crc << 17U) + 0xA282EAD8U; }

/// A TFRecord: the length of the data, the data, and a masked checksum after each.
std::string record_of(const std::string& data) {
  const std::string length = little_endian(std::uint64_t{data.size()});
  return length + little_endian(masked(crc32c(length))) + data + little_endian(masked(crc32c(data)));
}

/// Seconds since 1970 of "2026-01-31T12:00:00Z"; 0 for text that is no such time.
double seconds_since_1970(const std::string& time) {
  std::tm utc{};
  std::istringstream stream(time);
  stream >> std::get_time(&utc, "%Y-%m-%dT%H:%M:%SZ");
  return stream ? static_cast<double>(timegm(&utc)) : 0;
}

/// A number with its name in TensorBoard.
struct Scalar {
  std::string tag;
  double value;
};

/// Collects the events of one run as the bytes of an event file, which begin with the version event.
class EventWriter {
 public:
  explicit EventWriter(const RunRecord& record)
      : started_(seconds_since_1970(record.environment.started)),
        bytes_(record_of(field_of(1, started_) + field_of(3, std::string("brain.Event:2")))) {}

  /// Appends an event `seconds` after the run's start; values that are not finite are left out, without any no event is
  /// added. Seconds that are not finite count as 0.
  void add(std::uint64_t step, double seconds, const std::vector<Scalar>& scalars) {
    std::string summary;
    for (const Scalar& scalar : scalars) {
      if (!std::isfinite(scalar.value)) continue;
      summary += field_of(1, field_of(1, scalar.tag) + field_of(2, static_cast<float>(scalar.value)));
    }
    if (summary.empty()) return;
    const double time = started_ + (std::isfinite(seconds) ? seconds : 0);
    bytes_ += record_of(field_of(1, time) + field_of(2, step) + field_of(5, summary));
  }

  const std::string& bytes() const { return bytes_; }

 private:
  double started_;
  std::string bytes_;
};

/// An epoch's step; its number in logs of older runs, which have no steps.
std::uint64_t step_of(const EpochLog& log) { return log.step > 0 ? log.step : static_cast<std::uint64_t>(log.epoch); }

/// The values of an epoch, with those of its validation if it had one.
std::vector<Scalar> scalars_of(const EpochLog& log) {
  std::vector<Scalar> scalars = {{"loss/training_by_epoch", log.loss},
                                 {"accuracy/training_by_epoch", log.accuracy},
                                 {"images_per_second", log.images_per_second}};
  if (log.has_validation) {
    scalars.push_back({"loss/validation", log.validation_loss});
    scalars.push_back({"accuracy/validation", log.validation_accuracy});
  }
  return scalars;
}

/// All values of a Diagnostics record, tagged "what/layer"; missing ones are left out.
std::vector<Scalar> scalars_of(const Diagnostics& seen) {
  std::vector<Scalar> scalars;
  const auto add = [&](const std::string& what, const std::string& name, const std::optional<double>& value) {
    if (value) scalars.push_back({what + "/" + name, *value});
  };
  for (const LayerDiagnostics& layer : seen.layers) {
    add("gradient_norm", layer.name, layer.gradient_norm);
    add("weight_norm", layer.name, layer.weight_norm);
    add("update_ratio", layer.name, layer.update_ratio);
    add("dead", layer.name, layer.dead);
  }
  for (const PercentileBand& band : seen.percentiles) {
    add("percentiles", band.name + "/15", band.p15);
    add("percentiles", band.name + "/50", band.p50);
    add("percentiles", band.name + "/85", band.p85);
  }
  for (const BatchNormDiagnostics& norm : seen.batch_norms) {
    add("batch_norm_mean_gap", norm.name, norm.mean_gap);
    add("batch_norm_variance_ratio", norm.name, norm.variance_ratio);
    add("batch_norm_variance_shift", norm.name, norm.variance_shift);
  }
  add("probe_loss", "train_mode", seen.train_mode_loss);
  add("probe_loss", "predict_mode", seen.predict_mode_loss);
  return scalars;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto table = crc_table();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes) crc = table[(crc ^ static_cast<unsigned char>(byte)) & 0xFFU] ^ crc >> 8U;
  return ~crc;
}

std::string tensorboard_file_name(const RunRecord& record) {
  std::ostringstream name;
  name << "events.out.tfevents." << std::setw(10) << std::setfill('0')
       << static_cast<std::int64_t>(seconds_since_1970(record.environment.started)) << ".convoy";
  return name.str();
}

std::string tensorboard_events(const RunRecord& record) {
  EventWriter writer(record);
  const Timeline timeline(record);
  for (const StepsLog& log : record.steps) {
    writer.add(
        log.step, log.seconds,
        {{"loss/training", log.loss}, {"accuracy/training", log.accuracy}, {"learning_rate", log.learning_rate}});
  }
  for (const EpochLog& log : record.history) {
    std::vector<Scalar> scalars = scalars_of(log);
    if (record.steps.empty()) scalars.push_back({"learning_rate", log.learning_rate});
    writer.add(step_of(log), timeline.at(log).seconds, scalars);
  }
  for (const Diagnostics& seen : record.diagnostics) {
    writer.add(seen.step, timeline.at_step(seen.step).seconds, scalars_of(seen));
  }
  return writer.bytes();
}

}  // namespace convoy
