#include "data/mixup.h"

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

#include "convoy/dataset.h"
#include "data/loader.h"
#include "support/errors.h"

using namespace convoy;

namespace {

/// Sample i is the vector (i, 10 i) with label i % 3.
Dataset vectors(int size) {
  std::vector<float> values;
  std::vector<int> labels;
  for (int i = 0; i < size; ++i) {
    values.push_back(static_cast<float>(i));
    values.push_back(static_cast<float>(10 * i));
    labels.push_back(i % 3);
  }
  return Dataset::from_floats({2}, std::move(values), std::move(labels));
}

const Scaling plain{{1.0F, 1.0F}, {0.0F, 0.0F}};

}  // namespace

TEST_CASE("Beta(alpha, alpha) has its mean and variance") {
  for (const double alpha : {0.05, 0.2, 1.0, 4.0}) {
    CAPTURE(alpha);
    double sum = 0;
    double squares = 0;
    constexpr int draws = 20000;
    for (std::uint32_t i = 0; i < draws; ++i) {
      Random random(1, Purpose::mixup, 0, i);
      const double x = draw_beta(random, alpha);
      REQUIRE(x >= 0);
      REQUIRE(x <= 1);
      sum += x;
      squares += x * x;
    }
    const double mean = sum / draws;
    CHECK(mean == doctest::Approx(0.5).epsilon(0.03));
    CHECK(squares / draws - mean * mean == doctest::Approx(0.25 / (2 * alpha + 1)).epsilon(0.05));
  }
}

TEST_CASE("the shares that a seed draws stay the same from version to version") {
  const std::vector<std::pair<double, std::vector<double>>> drawn = {{0.2, {0.507317, 0.00680386, 0.121499}},
                                                                     {1, {0.225283, 0.0167818, 0.553909}},
                                                                     {4, {0.295291, 0.156816, 0.561114}}};
  for (const auto& row : drawn) {
    Random random(3, Purpose::mixup);
    for (const double share : row.second) CHECK(draw_beta(random, row.first) == doctest::Approx(share).epsilon(1e-4));
  }
}

TEST_CASE("pairs are mixed from both ends, and the one in the middle stays") {
  std::vector<float> rows = {0, 0, 4, 8, 100, 10};
  mix_pairs(rows.data(), 3, 2, 0.75F);
  CHECK(rows == std::vector<float>{25, 2.5F, 4, 8, 75, 7.5F});
}

TEST_CASE("patches change places between the first and the last image, with all their channels") {
  // Three images of 2 x 3 pixels of two channels.
  std::vector<float> images(36);
  std::iota(images.begin(), images.end(), 0.0F);
  exchange_patches(images.data(), 3, {.top = 1, .left = 1, .height = 1, .width = 2}, 2, 3, 2);
  std::vector<float> want(36);
  std::iota(want.begin(), want.end(), 0.0F);
  for (std::size_t i = 8; i < 12; ++i) std::swap(want[i], want[i + 24]);
  CHECK(images == want);
}

TEST_CASE("a patch has its share of the area, and is cut off at the edges") {
  Random random(5, Purpose::mixup);
  int whole = 0;
  for (int i = 0; i < 500; ++i) {
    const Patch patch = draw_patch(random, 10, 12, 0.25);
    REQUIRE(patch.top >= 0);
    REQUIRE(patch.left >= 0);
    REQUIRE(patch.top + patch.height <= 10);
    REQUIRE(patch.left + patch.width <= 12);
    CHECK(patch.height >= 3);  // around any middle: of 5 rows two above it
    CHECK(patch.height <= 5);
    CHECK(patch.width >= 3);
    CHECK(patch.width <= 6);
    whole += patch.height == 5 && patch.width == 6 ? 1 : 0;
  }
  CHECK(whole > 150);  // 6 of 10 rows and 7 of 12 columns
  CHECK(whole < 200);
  const Patch all = draw_patch(random, 1, 1, 1);
  CHECK((all.height == 1 && all.width == 1));
}

TEST_CASE("mixed batches keep their sums, and targets are mixed as their samples are") {
  const LoaderOptions options{.batch_size = 4, .seed = 2, .augmentation = {.mixup = 1}, .classes = 5};
  const Dataset data = vectors(8);
  Loader loader(data, plain, options);
  loader.start(0);
  std::vector<float> shares;
  for (int b = 0; b < 2; ++b) {
    const Batch* batch = loader.next();
    REQUIRE(batch != nullptr);
    REQUIRE(batch->target_size == 5);
    float sum = 0;
    for (int n = 0; n < 4; ++n) {
      const int own = 4 * b + n;
      const int partner = 4 * b + 3 - n;
      const float share = (batch->inputs[2 * n] - static_cast<float>(partner)) / static_cast<float>(own - partner);
      shares.push_back(share);
      CHECK(batch->inputs[2 * n + 1] == doctest::Approx(10 * batch->inputs[2 * n]));
      const float* row = batch->targets + static_cast<std::ptrdiff_t>(n) * 5;
      CHECK(std::accumulate(row, row + 5, 0.0F) == doctest::Approx(1));
      CHECK(row[own % 3] == doctest::Approx(own % 3 == partner % 3 ? 1 : share).epsilon(1e-4));
      sum += batch->inputs[2 * n];
    }
    CHECK(sum == doctest::Approx(16 * b + 6));
  }
  CHECK(shares[0] == doctest::Approx(shares[3]));  // one share a batch
  CHECK(shares[0] != doctest::Approx(shares[4]));
}

TEST_CASE("a batch is mixed alike when an epoch goes on there, and otherwise in another epoch") {
  const LoaderOptions options{.batch_size = 4, .seed = 2, .augmentation = {.mixup = 1}};
  const auto second_batch = [&](std::uint32_t epoch, int first) {
    Loader loader(vectors(12), plain, options);
    loader.start(epoch, first);
    for (int b = first; b < 1; ++b) loader.next();
    const Batch* batch = loader.next();
    return std::vector<float>(batch->inputs, batch->inputs + 8);
  };
  CHECK(second_batch(0, 0) == second_batch(0, 1));
  CHECK(second_batch(0, 0) != second_batch(1, 0));
}

TEST_CASE("without labels only the samples are mixed") {
  Loader loader(Dataset::from_floats({1}, {1, 2}, std::vector<int>{}), {{1}, {0}}, {.augmentation = {.mixup = 1}});
  loader.start(0);
  const Batch* batch = loader.next();
  REQUIRE(batch != nullptr);
  CHECK(batch->targets == nullptr);
  CHECK(batch->inputs[0] + batch->inputs[1] == doctest::Approx(3));
}

TEST_CASE("cutmix exchanges a patch between partners, and targets by its share") {
  // Images of one value each: what is another value came from the partner.
  std::vector<std::uint8_t> bytes;
  for (int n = 0; n < 8; ++n) bytes.insert(bytes.end(), 10 * 12, static_cast<std::uint8_t>(n + 1));
  const Dataset data = Dataset::from_bytes({10, 12, 1}, std::move(bytes), {0, 1, 2, 3, 4, 5, 6, 7});
  Loader loader(data, scaling_for("none", data), {.batch_size = 8, .seed = 2, .augmentation = {.cutmix = 1}});
  double least = 1;
  double most = 0;
  for (std::uint32_t epoch = 0; epoch < 60; ++epoch) {
    loader.start(epoch);
    const Batch& batch = *loader.next();
    REQUIRE(batch.target_size == 8);
    for (int n = 0; n < 8; ++n) {
      const float* image = batch.inputs + static_cast<std::ptrdiff_t>(n) * 120;
      const auto own = std::count(image, image + 120, static_cast<float>(n + 1));
      const auto partners = std::count(image, image + 120, static_cast<float>(8 - n));
      CHECK(own + partners == 120);
      const float* target = batch.targets + static_cast<std::ptrdiff_t>(n) * 8;
      CHECK(target[n] == doctest::Approx(static_cast<double>(own) / 120));
      CHECK(target[7 - n] == doctest::Approx(static_cast<double>(partners) / 120));
      least = std::min(least, static_cast<double>(own) / 120);
      most = std::max(most, static_cast<double>(own) / 120);
    }
  }
  CHECK(least < 0.5);
  CHECK(most > 0.95);
}

TEST_CASE("cutmix is for images, and not beside mixup") {
  const Dataset vectors = Dataset::from_floats({4}, std::vector<float>(8), std::vector<int>{0, 1});
  const auto refusal = [](const Dataset& data, const Augmentation& augmentation) {
    return test::error_of(ErrorKind::config, [&] {
      const Loader loader(data, scaling_for("none", data), {.batch_size = 2, .augmentation = augmentation});
    });
  };
  CHECK(refusal(vectors, {.cutmix = 1}).find("needs images") != std::string::npos);
  const Dataset images = Dataset::from_bytes({2, 2, 1}, std::vector<std::uint8_t>(8), {0, 1});
  CHECK(refusal(images, {.mixup = 1, .cutmix = 1}).find("exclude each other") != std::string::npos);
}
