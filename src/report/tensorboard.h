#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/run_record.h"

namespace convoy {

/// CRC-32C (Castagnoli) of RFC 3720.
std::uint32_t crc32c(std::string_view bytes);

/// The name of a run's event file, made from its start and so the same each time. TensorBoard needs "tfevents" in it.
std::string tensorboard_file_name(const RunRecord& record);

/// The numbers of a run's logged steps, epochs and Diagnostics records as the bytes of an event file: records of
/// length, checksum, Event message and checksum (TensorFlow's TFRecord format), with the fields of event.proto and
/// summary.proto that scalars need. Times are those of the run.
std::string tensorboard_events(const RunRecord& record);

}  // namespace convoy
