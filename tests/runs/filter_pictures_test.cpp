#include "runs/filter_pictures.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "convoy/layers.h"
#include "convoy/model.h"
#include "data/png.h"
#include "model/model_impl.h"

using namespace convoy;

namespace {

/// A model of one convolution named "conv", and another behind it.
Sequential conv_model(const Shape& input, const Conv2D& conv) {
  Sequential model(input, 1);
  model.add(conv).add(Conv2D{.filters = 3, .kernel = 1, .name = "behind"});
  return model;
}

FilterPictures pictures_of(Model& model) {
  Model::Impl& impl = ModelAccess::impl(model);
  return filter_pictures(impl.network(), impl.weights());
}

}  // namespace

TEST_CASE("grey is 0, white and black are plus and minus the largest weight of all filters") {
  Sequential model = conv_model({4, 4, 1}, {.filters = 2, .kernel = 2, .name = "conv"});
  const std::vector<float> weights = {-0.5F, 0, 0, 0.125F, 0.25F, -0.25F, 0.125F, 0.25F};  // by turns of both filters
  std::ranges::copy(weights, model.tensor("conv/kernel").begin());
  const FilterPictures pictures = pictures_of(model);
  CHECK(pictures.layer == "conv");
  REQUIRE(pictures.pngs.size() == 2);
  CHECK(pictures.pngs[0] == png(std::vector<std::uint8_t>{0, 128, 191, 159}, {2, 2}, 1));
  CHECK(pictures.pngs[1] == png(std::vector<std::uint8_t>{128, 159, 64, 191}, {2, 2}, 1));
}

TEST_CASE("a kernel of zeros is black") {
  Sequential model = conv_model({4, 4, 1}, {.filters = 1, .kernel = 2, .name = "conv"});
  std::ranges::fill(model.tensor("conv/kernel"), 0.0F);
  CHECK(pictures_of(model).pngs.at(0) == png(std::vector<std::uint8_t>(4), {2, 2}, 1));
}

TEST_CASE("kernels on grey and colour images have pictures, at most 128; others have none") {
  const auto count = [](const Shape& input, int filters, int kernel) {
    Sequential model = conv_model(input, {.filters = filters, .kernel = kernel, .name = "conv"});
    return pictures_of(model).pngs.size();
  };
  CHECK(count({4, 4, 1}, 2, 3) == 2);
  CHECK(count({4, 4, 3}, 128, 2) == 128);
  CHECK(count({4, 4, 3}, 129, 2) == 128);
  CHECK(count({4, 4, 2}, 2, 3) == 0);
  CHECK(count({4, 4, 1}, 2, 1) == 0);
  Sequential model({4}, 1);
  model.add(Dense{.units = 2});
  CHECK(pictures_of(model).pngs.empty());
}
