#include "data/preview_sheet.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "data/loader.h"
#include "support/bytes.h"

using namespace convoy;
using test::Bytes;

namespace {

/// Three images of 1 x 3 pixels, of the classes b, a and b; none is of c.
Dataset three_images() {
  Dataset::Storage storage;
  storage.shape = {1, 3, 1};
  storage.bytes = {1, 2, 3, 10, 20, 30, 100, 150, 255};
  storage.labels = {1, 0, 1};
  storage.class_names = {"a", "b", "c"};
  return Dataset(std::move(storage));
}

}  // namespace

TEST_CASE("a sheet by class has a row for each class that has images") {
  const Dataset data = three_images();
  const ContactSheet sheet = PreviewSheet(data, statistics_of(data), 1).by_class();
  CHECK(sheet.size.height == 1);
  CHECK(sheet.size.width == 3);
  CHECK(sheet.channels == 1);
  REQUIRE(sheet.rows.size() == 2);
  CHECK(sheet.rows[0].label == "a");
  CHECK(sheet.rows[0].images == std::vector<Bytes>{{10, 20, 30}});
  CHECK(sheet.rows[1].label == "b");
  CHECK(sheet.rows[1].images == std::vector<Bytes>{{1, 2, 3}, {100, 150, 255}});
}

TEST_CASE("floats go from black to white, and images without classes are one row") {
  const Dataset data = Dataset::from_floats({1, 2, 1}, {-1, 3, 1, 1.5F}, std::vector<int>{});
  const ContactSheet sheet = PreviewSheet(data, statistics_of(data), 1).by_class();
  REQUIRE(sheet.rows.size() == 1);
  CHECK(sheet.rows[0].label.empty());
  CHECK(sheet.rows[0].images == std::vector<Bytes>{{0, 255}, {128, 159}});
}

TEST_CASE("floats that are all equal are black, and so is what is not a number") {
  const Dataset equal = Dataset::from_floats({1, 2, 1}, {5, 5}, std::vector<int>{});
  CHECK(PreviewSheet(equal, statistics_of(equal), 1).by_class().rows[0].images == std::vector<Bytes>{{0, 0}});
  const Dataset holed = Dataset::from_floats({1, 3, 1}, {1, NAN, 2}, std::vector<int>{});
  CHECK(PreviewSheet(holed, statistics_of(holed), 1).by_class().rows[0].images == std::vector<Bytes>{{0, 0, 255}});
}

TEST_CASE("versions are the original and what each epoch of training sees") {
  const Dataset data = three_images();
  const Augmentation augmentation{.horizontal_flip = true};
  constexpr int epochs = 5;
  const ContactSheet sheet = PreviewSheet(data, statistics_of(data), 7).versions(augmentation, epochs);
  CHECK(sheet.headings == Texts{"original", "epoch 1", "epoch 2", "epoch 3", "epoch 4", "epoch 5"});
  REQUIRE(sheet.rows.size() == 3);
  CHECK(sheet.rows[0].label == "b");
  CHECK(sheet.rows[1].label == "a");
  Loader loader(data, scaling_for("none", data), {.batch_size = 3, .seed = 7, .augmentation = augmentation});
  for (std::size_t n = 0; n < 3; ++n) {
    REQUIRE(sheet.rows[n].images.size() == epochs + 1);
    const auto first = data.storage().bytes.begin() + static_cast<std::ptrdiff_t>(3 * n);
    CHECK(sheet.rows[n].images[0] == Bytes(first, first + 3));
  }
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
    loader.start(epoch);
    const Batch& batch = *loader.next();
    for (std::size_t n = 0; n < 3; ++n) {
      CHECK(sheet.rows[n].images[epoch + 1] == Bytes(batch.inputs + 3 * n, batch.inputs + 3 * n + 3));
    }
  }
}
