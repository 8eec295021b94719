#include "data/loader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>
#include <utility>

#include "convoy/error.h"

using namespace convoy;

namespace {

/// Sample i is the pair (i, 2 i) with label i.
Dataset counting_pairs(int size) {
  std::vector<std::uint8_t> bytes;
  std::vector<int> labels(static_cast<std::size_t>(size));
  std::iota(labels.begin(), labels.end(), 0);
  for (int i = 0; i < size; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i));
    bytes.push_back(static_cast<std::uint8_t>(2 * i));
  }
  return Dataset::from_bytes({2}, bytes, labels);
}

const Scaling halved{{0.5F, 0.5F}, {1.0F, 0.0F}};

std::vector<int> labels_of_epoch(Loader& loader, std::uint32_t epoch, int first = 0) {
  std::vector<int> labels;
  loader.start(epoch, first);
  while (const Batch* batch = loader.next()) {
    labels.insert(labels.end(), batch->labels, batch->labels + batch->size);
    for (int n = 0; n < batch->size; ++n) {
      const auto label = static_cast<float>(batch->labels[n]);
      CHECK(batch->inputs[2 * n] == label * 0.5F + 1.0F);
      CHECK(batch->inputs[2 * n + 1] == label);
    }
  }
  return labels;
}

}  // namespace

TEST_CASE("without shuffling batches go through the data in order, scaled") {
  Loader loader(counting_pairs(10), halved, {.batch_size = 4});
  CHECK(loader.batches() == 3);
  CHECK(labels_of_epoch(loader, 0) == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("a shuffled epoch has every sample once, in an order of seed and epoch") {
  Loader a(counting_pairs(100), halved, {.batch_size = 7, .shuffle = true, .seed = 1});
  Loader b(counting_pairs(100), halved, {.batch_size = 7, .shuffle = true, .seed = 1});
  Loader c(counting_pairs(100), halved, {.batch_size = 7, .shuffle = true, .seed = 2});
  auto first = labels_of_epoch(a, 0);
  CHECK(first == labels_of_epoch(b, 0));
  CHECK(first != labels_of_epoch(c, 0));
  CHECK(first != labels_of_epoch(a, 1));
  CHECK(first == labels_of_epoch(a, 0));
  const auto rest = labels_of_epoch(a, 0, 5);
  CHECK(rest == std::vector<int>(first.begin() + 35, first.end()));
  std::ranges::sort(first);
  for (int i = 0; i < 100; ++i) CHECK(first[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("the last batch is kept, dropped or merged") {
  Loader keep(counting_pairs(10), halved, {.batch_size = 4, .last_batch = LastBatch::keep});
  Loader drop(counting_pairs(10), halved, {.batch_size = 4, .last_batch = LastBatch::drop});
  Loader merge(counting_pairs(10), halved, {.batch_size = 4, .last_batch = LastBatch::merge});
  CHECK(labels_of_epoch(keep, 0).size() == 10);
  CHECK(labels_of_epoch(drop, 0).size() == 8);
  CHECK(labels_of_epoch(merge, 0).size() == 10);
  CHECK(drop.samples() == 8);
  CHECK(merge.batches() == 2);
  CHECK(merge.largest_batch() == 6);
  CHECK(keep.smallest_batch() == 2);
  CHECK(drop.smallest_batch() == 4);
  CHECK(merge.smallest_batch() == 4);
  CHECK(Loader(counting_pairs(8), halved, {.batch_size = 4}).batches() == 2);
  CHECK(Loader(counting_pairs(5), halved, {.batch_size = 4, .last_batch = LastBatch::merge}).smallest_batch() == 5);
  Loader small(counting_pairs(3), halved, {.batch_size = 32, .last_batch = LastBatch::drop});
  CHECK(labels_of_epoch(small, 0).size() == 3);
}

TEST_CASE("a batch stays as it is until the next one is asked for") {
  Loader loader(counting_pairs(100), halved, {.batch_size = 1});
  loader.start(0);
  for (int i = 0; i < 100; ++i) {
    const Batch* batch = loader.next();
    REQUIRE(batch != nullptr);
    for (int again = 0; again < 50; ++again) {
      if (batch->labels[0] != i) FAIL("another batch was written over it");
      std::this_thread::yield();
    }
  }
}

TEST_CASE("a loader can be moved") {
  Loader first(counting_pairs(10), halved, {.batch_size = 4});
  Loader second(std::move(first));
  CHECK(labels_of_epoch(second, 0).size() == 10);
  second = Loader(counting_pairs(3), halved, {.batch_size = 4});
  CHECK(labels_of_epoch(second, 0) == std::vector<int>{0, 1, 2});
}

TEST_CASE("an epoch can be left midway, and the loader destroyed") {
  for (int round = 0; round < 20; ++round) {
    Loader loader(counting_pairs(100), halved, {.batch_size = 3, .shuffle = true});
    loader.start(0);
    for (int i = 0; i < round; ++i) CHECK(loader.next() != nullptr);
    loader.start(1);
    CHECK(loader.next() != nullptr);
  }
}

TEST_CASE("float targets come along, and scaling must fit the channels") {
  const Dataset data = Dataset::from_floats({1}, {1, 2, 3}, {10, 11, 20, 21, 30, 31}, 2);
  Loader loader(data, {{1}, {0}}, {.batch_size = 2});
  loader.start(0);
  loader.next();
  const Batch* batch = loader.next();
  REQUIRE(batch != nullptr);
  CHECK(batch->size == 1);
  CHECK(batch->labels == nullptr);
  CHECK(batch->targets[1] == 31);
  CHECK(loader.next() == nullptr);
  CHECK_THROWS_AS(Loader(data, halved, {}), Error);
}

TEST_CASE("binary scaling makes 1 of bytes above 127 and floats above a half, and else 0") {
  const auto inputs = [](const Dataset& data) {
    Loader loader(data, scaling_for("binary", data), {.batch_size = 1});
    loader.start(0);
    const Batch* batch = loader.next();
    return std::vector<float>(batch->inputs, batch->inputs + 4);
  };
  CHECK(inputs(Dataset::from_bytes({2, 2, 1}, {0, 127, 128, 255}, {0})) == std::vector<float>{0, 0, 1, 1});
  CHECK(inputs(Dataset::from_floats({4}, {-1, 0.5F, 0.51F, 200}, std::vector<int>{0})) ==
        std::vector<float>{0, 0, 1, 1});
}

TEST_CASE("standard scaling gives mean 0 and deviation 1 by channel") {
  const Dataset data = Dataset::from_floats({2}, {1, 5, 3, 5, 5, 5}, std::vector<int>{0, 0, 0});
  const Scaling scaling = scaling_for("standard", data);
  CHECK(1 * scaling.multiply[0] + scaling.add[0] == doctest::Approx(-1.2247).epsilon(1e-4));
  CHECK(5 * scaling.multiply[1] + scaling.add[1] == 0);  // a constant channel
  CHECK(scaling_for("unit", data).multiply[0] == 1);     // floats as they are
  CHECK_THROWS_AS(scaling_for("other", data), Error);
  const Dataset bytes = Dataset::from_bytes({1}, {9, 0, 4, 8}, {0, 0, 0, 0});
  const Scaling of_bytes = scaling_for("standard", bytes.slice(1, 3));  // 0, 4, 8
  CHECK(4 * of_bytes.multiply[0] + of_bytes.add[0] == 0);
  CHECK(of_bytes.multiply[0] == doctest::Approx(std::sqrt(3.0 / 32)));
}
