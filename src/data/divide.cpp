#include "data/divide.h"

#include <algorithm>
#include <cmath>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "core/random.h"
#include "data/stratify.h"

namespace convoy {
namespace {

/// All samples in an order drawn by the seed: files are sorted by class, but the first hundred samples should be mixed.
Dataset shuffled(const Dataset& data, std::uint64_t seed) {
  return data.select(draw(data.size(), data.size(), Random(seed, Purpose::split, 3)));
}

/// Moves a share of the training samples to the test samples, with a note. Throws Error{data} where too few are left.
void set_aside_test(DataSplits& splits, double fraction, std::uint64_t seed) {
  const int size = splits.train.size();
  const int count = std::max(1, static_cast<int>(std::lround(fraction * size)));
  const Division division = draw_by_class(splits.train, count, seed, Draw::test);
  splits.notes.push_back(shown(splits.train.storage().source) + ": no test part in it, so " + std::to_string(count) +
                         " of " + std::to_string(size) + " samples are drawn for testing (data.test_fraction)");
  splits.test = splits.train.select(division.drawn);
  splits.train = splits.train.select(division.rest);
  splits.drawn.insert({"test", "train"});
}

/// Moves data.validation of the training samples to the validation samples. Throws Error{config} where there are
/// validation samples already.
void set_aside_validation(DataSplits& splits, const Settings& data, std::uint64_t seed) {
  const int count = data.amount("validation", splits.train.size());
  if (count == 0) return;
  if (!splits.validation.empty()) {
    throw Error(ErrorKind::config, shown(splits.validation.storage().source) +
                                       ": is the validation set, but data.validation = " + std::to_string(count) +
                                       " asks for another; leave that out");
  }
  const Division division = draw_by_class(splits.train, count, seed, Draw::validation);
  splits.validation = splits.train.select(division.drawn);
  splits.train = splits.train.select(division.rest);
  splits.drawn.insert({"validation", "train"});
}

/// Keeps at most `limit` training samples; 0 keeps all.
void apply_limit(DataSplits& splits, int limit, std::uint64_t seed) {
  if (limit == 0 || limit >= splits.train.size()) return;
  splits.train = splits.train.select(draw_by_class(splits.train, limit, seed, Draw::limit).drawn);
  splits.drawn.insert("train");
}

std::string kind_of_samples(const Dataset& data) {
  return data.shape().text() + (data.storage().floats.empty() ? " bytes" : " floats");
}

/// Throws Error{data} where samples of `part` differ in shape or type from the training samples.
void require_same_samples(const Dataset& data, const std::string& part, const Dataset& train) {
  if (data.empty() || kind_of_samples(data) == kind_of_samples(train)) return;
  throw Error(ErrorKind::data, shown(data.storage().source) + ": " + part + " samples are " + kind_of_samples(data) +
                                   ", training samples " + kind_of_samples(train));
}

/// Throws Error{data} for samples of a class that has no training sample.
void require_known_classes(const Dataset& data, const Dataset& train) {
  if (data.empty() || train.empty()) return;
  const std::vector<int> trained = class_sizes(train);
  const std::vector<int> sizes = class_sizes(data);
  std::vector<std::size_t> unknown;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    if (sizes[k] > 0 && (k >= trained.size() || trained[k] == 0)) unknown.push_back(k);
  }
  if (unknown.empty()) return;
  throw Error(ErrorKind::data, shown(data.storage().source) +
                                   ": samples of classes without a training sample: " + class_list(data, unknown));
}

/// Adds a note that names the classes without a training sample.
void note_classes_without_sample(DataSplits& splits, int limit) {
  const std::vector<int> sizes = class_sizes(splits.train);
  std::vector<std::size_t> absent;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    if (sizes[k] == 0) absent.push_back(k);
  }
  if (absent.empty()) return;
  splits.notes.push_back(shown(splits.train.storage().source) + ": no training sample of " +
                         (absent.size() == 1 ? "class " : "classes ") + class_list(splits.train, absent) +
                         (limit > 0 ? " (data.limit = " + std::to_string(limit) + ")" : ""));
}

}  // namespace

DataSplits divide(FoundParts found, const Settings& data, std::uint64_t seed, Need need) {
  DataSplits splits = std::move(found.splits);
  for (std::string& note : splits.notes) note = shown(note);  // they name files
  if (splits.train.empty()) return splits;
  if (need == Need::evaluation) {
    std::swap(splits.train, splits.test);
    return splits;
  }
  require_same_samples(splits.validation, "validation", splits.train);
  require_same_samples(splits.test, "test", splits.train);
  if (!found.divided) splits.train = shuffled(splits.train, seed);
  if (!found.has_test) set_aside_test(splits, data.number("test_fraction"), seed);
  set_aside_validation(splits, data, seed);
  require_known_classes(splits.validation, splits.train);
  require_known_classes(splits.test, splits.train);
  const int limit = data.integer("limit");
  apply_limit(splits, limit, seed);
  note_classes_without_sample(splits, limit);
  return splits;
}

}  // namespace convoy
