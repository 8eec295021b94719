#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "convoy/extend.h"
#include "data/loader.h"
#include "support/errors.h"

using namespace convoy;

namespace {

using Values = std::vector<float>;

void register_examples() {
  static const bool once = [] {
    register_augmentation("raised", [](std::span<float> sample, const Shape& shape, const std::function<float()>&) {
      for (float& value : sample) value += static_cast<float>(shape.rank());
    });
    register_augmentation("moved", [](std::span<float> sample, const Shape&, const std::function<float()>& random) {
      for (float& value : sample) value += random();
    });
    register_augmentation("failing", [](std::span<float>, const Shape&, const std::function<float()>&) {
      throw std::runtime_error("it fails");
    });
    return true;
  }();
  CHECK(once);
}

const Dataset& pairs() {
  static const Dataset data = Dataset::from_floats({2}, {1, 2, 3, 4}, std::vector<int>{0, 1});
  return data;
}

Values inputs(const Dataset& data, const Augmentation& augmentation, std::uint32_t epoch = 0,
              const std::string& scaling = "none") {
  Loader loader(data, scaling_for(scaling, data), {.batch_size = 2, .seed = 3, .augmentation = augmentation});
  loader.start(epoch);
  const Batch& batch = *loader.next();
  return {batch.inputs, batch.inputs + 2 * data.shape().size()};
}

}  // namespace

TEST_CASE("a program's augmentation changes raw samples before they are scaled") {
  register_examples();
  CHECK(inputs(pairs(), {.own = {"raised"}}) == Values{2, 3, 4, 5});
  CHECK(inputs(pairs(), {.own = {"raised", "raised"}}) == Values{3, 4, 5, 6});
  const Dataset bytes = Dataset::from_bytes({1, 1, 1}, {0, 252}, {0, 1});
  CHECK(inputs(bytes, {.own = {"raised"}}, 0, "unit") == Values{3.0F * (1.0F / 255), 1});
  // After the others: a flip leaves one pixel as it is, but goes another way through the loader.
  CHECK(inputs(bytes, {.horizontal_flip = true, .own = {"raised"}}) == Values{3, 255});
}

TEST_CASE("its random numbers depend on epoch, sample and its place, and are the same again") {
  register_examples();
  const Values first = inputs(pairs(), {.own = {"moved"}});
  CHECK(first == inputs(pairs(), {.own = {"moved"}}));
  CHECK(first != inputs(pairs(), {.own = {"moved"}}, 1));
  CHECK(first[0] - 1 != first[2] - 3);
  const Values twice = inputs(pairs(), {.own = {"moved", "moved"}});
  CHECK(twice[0] - first[0] != doctest::Approx(first[0] - 1));
}

TEST_CASE("what it throws reaches the caller once, and the next epoch starts anew") {
  register_examples();
  Loader loader(pairs(), scaling_for("none", pairs()), {.batch_size = 1, .augmentation = {.own = {"failing"}}});
  for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
    loader.start(epoch);
    CHECK_THROWS_WITH(loader.next(), "it fails");
    CHECK(loader.next() == nullptr);
  }
}

TEST_CASE("an augmentation needs a name of its own, which a configuration repeats") {
  register_examples();
  CHECK(test::error_of(ErrorKind::config, [] { register_augmentation("", {}); }) ==
        "own augmentation: it needs a name");
  CHECK(test::error_of(ErrorKind::config, [] { register_augmentation("raised", {}); }) ==
        "own augmentation \"raised\": there is one of that name");
  CHECK(test::error_of(ErrorKind::config, [] { inputs(pairs(), {.own = {"raise"}}); }) ==
        "[augmentation]: \"own\" names \"raise\", which this program did not register; did you mean \"raised\"?");
}
