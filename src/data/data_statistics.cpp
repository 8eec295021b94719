#include "convoy/data_statistics.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>

namespace convoy {
namespace {

/// Calls visit(double) for each raw number of one sample, bytes or floats.
template <class Visit>
void visit_values(const Dataset& data, int sample, Visit visit) {
  const auto& storage = data.storage();
  const std::size_t size = data.shape().size();
  const std::size_t first = static_cast<std::size_t>(data.index(sample)) * size;
  for (std::size_t i = first; i < first + size; ++i) {
    visit(storage.bytes.empty() ? static_cast<double>(storage.floats[i]) : static_cast<double>(storage.bytes[i]));
  }
}

/// The bytes of all numbers of a sample, equal for equal samples.
std::string key_of(const Dataset& data, int sample) {
  std::string key;
  visit_values(data, sample, [&](double value) {
    const auto as_float = static_cast<float>(value);
    key.append(reinterpret_cast<const char*>(&as_float), sizeof as_float);
  });
  return key;
}

}  // namespace

DataStatistics statistics_of(const Dataset& data) {
  DataStatistics statistics{.samples = data.size(), .shape = data.shape()};
  statistics.min = INFINITY;
  statistics.max = -INFINITY;
  double sum = 0;
  double squares = 0;
  std::unordered_set<std::size_t> seen;  // hashes: two different images share one with probability 1e-10
  for (int n = 0; n < data.size(); ++n) {
    visit_values(data, n, [&](double value) {
      sum += value;
      squares += value * value;
      statistics.min = std::min(statistics.min, value);
      statistics.max = std::max(statistics.max, value);
    });
    if (!seen.insert(std::hash<std::string>{}(key_of(data, n))).second) ++statistics.duplicates;
  }
  const double count = static_cast<double>(data.size()) * static_cast<double>(data.shape().size());
  statistics.mean = sum / count;
  statistics.deviation = std::sqrt(std::max(0.0, squares / count - statistics.mean * statistics.mean));
  if (data.storage().labels.empty()) return statistics;
  statistics.class_names = data.storage().class_names;
  statistics.per_class.assign(static_cast<std::size_t>(data.classes()), 0);
  for (int n = 0; n < data.size(); ++n) ++statistics.per_class[static_cast<std::size_t>(data.label(n))];
  return statistics;
}

}  // namespace convoy
