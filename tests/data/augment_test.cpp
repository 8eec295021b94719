#include "data/augment.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "data/augmentation.h"
#include "data/loader.h"
#include "support/compare.h"
#include "support/errors.h"

using namespace convoy;
using test::Floats;

namespace {

/// 1, 2, 3 ...
Floats counting_floats(int size) {
  Floats image(static_cast<std::size_t>(size));
  std::iota(image.begin(), image.end(), 1.0F);
  return image;
}

Floats changed(const Floats& image, ImageSize size, int channels, const Geometry& geometry,
               const std::string& fill = "zero") {
  Resampler resampler(size, channels, fill);
  resampler.load(image.data());
  Floats result(image.size(), -1.0F);
  resampler.draw(inverse_map(geometry, size), result.data());
  return result;
}

void check_near(const Floats& image, const Floats& expected) {
  REQUIRE(image.size() == expected.size());
  for (std::size_t i = 0; i < image.size(); ++i) {
    CAPTURE(i);
    CHECK(image[i] == doctest::Approx(expected[i]).epsilon(1e-5));
  }
}

const Augmentation everything{
    .shift = 0.1, .rotate = 20, .zoom = 0.2, .shear = 10, .horizontal_flip = true, .crop_padding = 2, .erase = 0.5};

/// 40 images of noise, 9 x 7 x 2.
Dataset noise() {
  Random random(5, Purpose::initial_weights);
  std::vector<std::uint8_t> bytes(std::size_t{40} * 9 * 7 * 2);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
  std::vector<int> labels(40);
  std::iota(labels.begin(), labels.end(), 0);
  return Dataset::from_bytes({9, 7, 2}, std::move(bytes), std::move(labels));
}

constexpr std::size_t noise_size = std::size_t{9} * 7 * 2;

/// The inputs of an epoch from batch `first` on, by label.
std::vector<Floats> epoch_of(const Dataset& data, const LoaderOptions& options, std::uint32_t epoch, int first = 0) {
  Loader loader(data, scaling_for("unit", data), options);
  loader.start(epoch, first);
  std::vector<Floats> images(40);
  while (const Batch* batch = loader.next()) {
    for (int n = 0; n < batch->size; ++n) {
      const float* input = batch->inputs + static_cast<std::size_t>(n) * noise_size;
      images[static_cast<std::size_t>(batch->labels[n])] = {input, input + noise_size};
    }
  }
  return images;
}

std::string augmenter_error(const Augmentation& augmentation, const Shape& sample) {
  return test::error_of(ErrorKind::config, [&] { const Augmenter augmenter(augmentation, sample, 1); });
}

}  // namespace

TEST_CASE("no change leaves every value as it is") {
  for (const int channels : {1, 2, 3}) {
    const Floats image = counting_floats(5 * 4 * channels);
    CHECK(changed(image, {5, 4}, channels, {}) == image);
    CHECK(changed(image, {5, 4}, channels, {}, "edge") == image);
  }
}

TEST_CASE("shifts by whole pixels move exactly, and the fill comes in") {
  const Floats image = counting_floats(9);
  CHECK(changed(image, {3, 3}, 1, {.down = 1}) == Floats{0, 0, 0, 1, 2, 3, 4, 5, 6});
  CHECK(changed(image, {3, 3}, 1, {.right = -1}) == Floats{2, 3, 0, 5, 6, 0, 8, 9, 0});
  CHECK(changed(image, {3, 3}, 1, {.down = 1}, "edge") == Floats{1, 2, 3, 1, 2, 3, 4, 5, 6});
  CHECK(changed(image, {3, 3}, 1, {.down = -2, .right = 1}, "edge") == Floats{7, 7, 8, 7, 7, 8, 7, 7, 8});
  CHECK(changed(image, {3, 3}, 1, {.down = 100}) == Floats(9, 0.0F));
  CHECK(changed(image, {3, 3}, 1, {.right = -100}, "edge") == Floats{3, 3, 3, 6, 6, 6, 9, 9, 9});
}

TEST_CASE("a shift by half a pixel is the mean of two") {
  check_near(changed({10, 20, 30}, {1, 3}, 1, {.right = 0.5}), {5, 15, 25});
  check_near(changed({10, 20, 30}, {1, 3}, 1, {.right = 0.5}, "edge"), {10, 15, 25});
}

TEST_CASE("mirror, turn, zoom and shear, with the channels kept together") {
  CHECK(changed({1, 2, 3, 4, 5, 6}, {2, 3}, 1, {.mirror = true}) == Floats{3, 2, 1, 6, 5, 4});
  CHECK(changed({1, 10, 2, 20}, {1, 2}, 2, {.mirror = true}) == Floats{2, 20, 1, 10});
  check_near(changed({1, 2, 3, 4, 5, 6, 7, 8, 9}, {3, 3}, 1, {.rotate = 90}), {3, 6, 9, 2, 5, 8, 1, 4, 7});
  check_near(changed({1, 2, 3, 4, 5, 6, 7, 8, 9}, {3, 3}, 1, {.rotate = 180}), {9, 8, 7, 6, 5, 4, 3, 2, 1});
  check_near(changed({1, 2, 3, 4}, {2, 2}, 1, {.rotate = -90}), {3, 1, 4, 2});
  // Twice the size: the pixels between -1 and 1 come from between -0.5 and 0.5.
  check_near(changed({0, 10, 20}, {1, 3}, 1, {.zoom = 2}), {5, 10, 15});
  // 45 degrees: the upper row moves a pixel to the left, the lower one to the right.
  check_near(changed(counting_floats(9), {3, 3}, 1, {.shear = 45}), {2, 3, 0, 4, 5, 6, 0, 7, 8});
  // First the mirror, then the turn.
  check_near(changed({1, 2, 3, 4}, {2, 2}, 1, {.mirror = true, .rotate = 90}), {1, 3, 2, 4});
}

TEST_CASE("images of two channels are turned as those of one, and bytes as floats") {
  const Geometry geometry{.mirror = true, .zoom = 1.25, .shear = 12, .rotate = 33, .down = 0.75, .right = -1.5};
  Floats single(30), both;
  for (std::size_t i = 0; i < 30; ++i) single[i] = static_cast<float>((i * i * 7) % 251);
  for (const float value : single) both.insert(both.end(), {value, 255 - value});
  for (const std::string fill : {"zero", "edge", "reflect"}) {
    CAPTURE(fill);
    const Floats want = changed(single, {5, 6}, 1, geometry, fill);
    const Floats got = changed(both, {5, 6}, 2, geometry, fill);
    for (std::size_t i = 0; i < 30; ++i) CHECK(got[2 * i] == want[i]);
    Resampler resampler({5, 6}, 1, fill);
    resampler.load(std::vector<std::uint8_t>(single.begin(), single.end()).data());
    Floats from_bytes(30);
    resampler.draw(inverse_map(geometry, {5, 6}), from_bytes.data());
    CHECK(from_bytes == want);
  }
}

TEST_CASE("every key off leaves the samples alone; on, each epoch and sample differ, within the data's range") {
  const Dataset data = noise();
  const auto plain = epoch_of(data, {}, 0);
  const auto first = epoch_of(data, {.augmentation = everything}, 0);
  const auto second = epoch_of(data, {.augmentation = everything}, 1);
  for (std::size_t i = 0; i < 40; ++i) {
    CHECK(plain[i][3] == static_cast<float>(data.storage().bytes[i * noise_size + 3]) * (1.0F / 255.0F));
    CHECK(first[i] != plain[i]);
    CHECK(first[i] != second[i]);
    CHECK(*std::ranges::min_element(first[i]) >= 0);
    CHECK(*std::ranges::max_element(first[i]) <= 1);
  }
}

TEST_CASE("what happens to a sample depends on seed, epoch and sample alone") {
  const Dataset data = noise();
  const auto images = epoch_of(data, {.batch_size = 32, .seed = 9, .augmentation = everything}, 3);
  const LoaderOptions shuffled{.batch_size = 7, .shuffle = true, .seed = 9, .augmentation = everything};
  CHECK(epoch_of(data, shuffled, 3) == images);
  CHECK(epoch_of(data, {.batch_size = 32, .seed = 8, .augmentation = everything}, 3) != images);
  const auto rest = epoch_of(data, shuffled, 3, 4);
  int seen = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    if (rest[i].empty()) continue;
    CHECK(rest[i] == images[i]);
    ++seen;
  }
  CHECK(seen == 40 - 4 * 7);
  const auto half = epoch_of(data.slice(20, 20), {.seed = 9, .augmentation = everything}, 3);
  CHECK(half[25] == images[25]);
}

TEST_CASE("upside down, and mirrored beyond the edges") {
  const Floats image = counting_floats(6);  // 2 x 3
  check_near(changed(image, {2, 3}, 1, {.upside_down = true}), {4, 5, 6, 1, 2, 3});
  check_near(changed(image, {2, 3}, 1, {.right = 2}, "reflect"), {2, 1, 1, 5, 4, 4});
  check_near(changed(image, {2, 3}, 1, {.right = -2}, "reflect"), {3, 3, 2, 6, 6, 5});
  check_near(changed(image, {2, 3}, 1, {.down = 3}, "reflect"), {4, 5, 6, 4, 5, 6});
  check_near(changed(image, {2, 3}, 1, {.right = 7}, "reflect"), {1, 1, 2, 4, 4, 5});
}

TEST_CASE("light changes all values of an image alike, within the range of bytes") {
  const Shape shape{2, 1, 2};
  const std::uint8_t image[] = {100, 120, 140, 160};
  const auto light = [&](const Augmentation& augmentation, std::uint32_t sample) {
    Augmenter augmenter(augmentation, shape, 3);
    Floats result(4);
    augmenter.apply(image, 0, sample, result.data());
    return result;
  };
  float darkest = 0;
  float brightest = 0;
  for (std::uint32_t sample = 0; sample < 200; ++sample) {
    const Floats brighter = light({.brightness = 0.2}, sample);
    for (std::size_t i = 1; i < 4; ++i)
      CHECK(brighter[i] - brighter[0] == doctest::Approx(20.0 * static_cast<double>(i)).epsilon(1e-4));
    darkest = std::min(darkest, brighter[0] - 100);
    brightest = std::max(brightest, brighter[0] - 100);
    const Floats stretched = light({.contrast = 0.5}, sample);
    CHECK(std::accumulate(stretched.begin(), stretched.end(), 0.0F) == doctest::Approx(520).epsilon(1e-4));
    const float factor = (stretched[3] - stretched[0]) / 60;
    CHECK(factor >= 0.5F);
    CHECK(factor <= 1.5F);
    for (const float value : light({.brightness = 1}, sample)) CHECK((value >= 0 && value <= 255));
  }
  CHECK(darkest == doctest::Approx(-51).epsilon(0.1));
  CHECK(brightest == doctest::Approx(51).epsilon(0.1));
}

TEST_CASE("what a seed draws stays the same from version to version") {
  struct Drawn {
    Augmentation augmentation;
    std::uint32_t sample;
    std::vector<double> values;  // at four places of the image
  };
  const std::vector<Drawn> all = {
      {{.shift = 0.2}, 0, {6.3985, 17.336, 34.336, 45.336}},
      {{.shift = 0.2}, 1, {9.7142, 14.252, 31.779, 42.779}},
      {{.rotate = 30}, 0, {33.505, 15.376, 44.999, 50.747}},
      {{.rotate = 30}, 1, {16.025, 32.489, 41.601, 54.389}},
      {{.zoom = 0.3}, 0, {16.41, 22.722, 44.18, 58.065}},
      {{.zoom = 0.3}, 1, {24.44, 28.457, 42.115, 50.953}},
      {{.shear = 20}, 0, {20.914, 25.914, 43.029, 54.086}},
      {{.shear = 20}, 1, {20.817, 25.817, 43.061, 54.183}},
      {{.crop_padding = 2}, 0, {0, 0, 21, 32}},
      {{.crop_padding = 2}, 1, {41, 46, 63, 0}},
      {{.vertical_flip = true}, 0, {21, 26, 43, 54}},
      {{.vertical_flip = true}, 1, {51, 56, 33, 24}},
      {{.brightness = 0.5}, 0, {21.186, 26.186, 43.186, 54.186}},
      {{.brightness = 0.5}, 1, {21.066, 26.066, 43.066, 54.066}},
      {{.contrast = 0.5}, 0, {29.009, 31.721, 40.941, 46.907}},
      {{.contrast = 0.5}, 1, {28.751, 31.536, 41.007, 47.135}},
      {{.erase = 1}, 0, {21, 26, 0, 54}},
      {{.erase = 1}, 1, {0, 26, 43, 54}},
  };
  const Shape shape{6, 8, 1};
  Floats image;
  for (int i = 0; i < 48; ++i) image.push_back(static_cast<float>(10 * (i / 8 + 1) + i % 8));
  for (const Drawn& drawn : all) {
    Augmenter augmenter(drawn.augmentation, shape, 3);
    Floats result(48);
    augmenter.apply(image.data(), 2, drawn.sample, result.data());
    std::size_t i = 0;
    for (const std::size_t place : {9U, 14U, 27U, 36U}) {
      CAPTURE(drawn.values[i]);
      CHECK(result[place] == doctest::Approx(drawn.values[i++]).epsilon(2e-4));
    }
  }
}

TEST_CASE("half of the images are turned upside down") {
  Augmenter augmenter({.vertical_flip = true}, {2, 1, 1}, 3);
  const std::uint8_t image[] = {10, 20};
  int turned = 0;
  for (std::uint32_t sample = 0; sample < 400; ++sample) {
    Floats result(2);
    augmenter.apply(image, 0, sample, result.data());
    turned += result[0] == 20 ? 1 : 0;
  }
  CHECK(turned > 160);
  CHECK(turned < 240);
}

TEST_CASE("a shift goes as far as its share of each side, to both sides") {
  // A bright line across the middle of long images: where it is seen tells the shift along the other axis.
  const auto places = [](bool wide) {
    const Shape shape = wide ? Shape{4, 40, 1} : Shape{40, 4, 1};
    std::vector<std::uint8_t> bytes;
    for (int n = 0; n < 300; ++n) {
      for (int y = 0; y < shape[0]; ++y) {
        for (int x = 0; x < shape[1]; ++x) bytes.push_back((wide ? x : y) == 20 ? 255 : 0);
      }
    }
    const Dataset data = Dataset::from_bytes(shape, std::move(bytes), std::vector<int>(300));
    Loader loader(data, scaling_for("unit", data), {.batch_size = 300, .seed = 1, .augmentation = {.shift = 0.25}});
    loader.start(0);
    const Batch& batch = *loader.next();
    std::set<int> seen;
    for (int n = 0; n < 300; ++n) {
      const float* image = batch.inputs + static_cast<std::ptrdiff_t>(n) * 160;
      const auto brightest = static_cast<int>(std::max_element(image, image + 160) - image);
      seen.insert(wide ? brightest % 40 : brightest / 4);
    }
    return seen;
  };
  for (const bool wide : {true, false}) {
    CAPTURE(wide);
    const std::set<int> seen = places(wide);
    CHECK(*seen.begin() >= 10);
    CHECK(*seen.begin() <= 11);
    CHECK(*seen.rbegin() <= 30);
    CHECK(*seen.rbegin() >= 29);
  }
}

TEST_CASE("half of the images are mirrored, and crops go to all places") {
  const Dataset data = noise();
  const auto plain = epoch_of(data, {}, 0);
  int mirrored = 0;
  std::set<Floats> crops;
  for (std::uint32_t epoch = 0; epoch < 20; ++epoch) {
    const auto flipped = epoch_of(data, {.augmentation = {.horizontal_flip = true}}, epoch);
    for (std::size_t i = 0; i < 40; ++i) mirrored += flipped[i] == plain[i] ? 0 : 1;
    const auto cropped = epoch_of(data, {.augmentation = {.crop_padding = 1}}, epoch);
    crops.insert(cropped[0]);
  }
  CHECK(mirrored > 340);
  CHECK(mirrored < 460);
  CHECK(crops.size() > 5);  // of 9
  CHECK(crops.size() <= 9);
}

TEST_CASE("erasing sets one rectangle of 2 to 40 % to 0, in the share of images that it should") {
  const Shape shape{20, 30, 3};
  const Floats ones(shape.size(), 1.0F);
  Augmenter augmenter({.erase = 0.25}, shape, 1);
  Floats image(shape.size());
  int erased = 0;
  for (std::uint32_t sample = 0; sample < 1000; ++sample) {
    augmenter.apply(ones.data(), 0, sample, image.data());
    const auto zeros = std::ranges::count(image, 0.0F);
    if (zeros == 0) continue;
    ++erased;
    CHECK(zeros % 3 == 0);
    CHECK(zeros >= 0.015 * 1800);  // whole pixels
    CHECK(zeros <= 0.42 * 1800);
    const auto first = std::ranges::find(image, 0.0F) - image.begin();
    const auto last = image.rend() - std::find(image.rbegin(), image.rend(), 0.0F) - 1;
    const auto height = last / 90 - first / 90 + 1;
    const auto width = last % 90 - first % 90 + 1;
    CHECK(zeros == height * width);
  }
  CHECK(erased > 200);
  CHECK(erased < 300);
}

TEST_CASE("a rectangle may be as high or as wide as the image") {
  for (const Shape& shape : {Shape{1, 30, 1}, Shape{30, 1, 1}}) {
    CAPTURE(shape.text());
    const Floats ones(30, 1.0F);
    Augmenter augmenter({.erase = 1}, shape, 1);
    Floats image(30);
    int erased = 0;
    for (std::uint32_t sample = 0; sample < 100; ++sample) {
      augmenter.apply(ones.data(), 0, sample, image.data());
      erased += std::ranges::count(image, 0.0F) > 0 ? 1 : 0;
    }
    CHECK(erased > 90);
  }
}

TEST_CASE("each key that changes samples is told from those that do not") {
  CHECK_FALSE(changes_samples({}));
  CHECK_FALSE(changes_samples({.fill = "edge"}));
  for (const Augmentation& of_images : std::vector<Augmentation>{{.shift = 0.1},
                                                                 {.rotate = 1},
                                                                 {.zoom = 0.1},
                                                                 {.shear = 1},
                                                                 {.horizontal_flip = true},
                                                                 {.vertical_flip = true},
                                                                 {.crop_padding = 1},
                                                                 {.brightness = 0.1},
                                                                 {.contrast = 0.1},
                                                                 {.erase = 0.1}}) {
    CHECK(changes_images(of_images));
    CHECK(changes_samples(of_images));
  }
  for (const Augmentation& of_samples : std::vector<Augmentation>{{.mixup = 0.1}, {.own = {"negative"}}}) {
    CHECK_FALSE(changes_images(of_samples));
    CHECK(changes_samples(of_samples));
  }
}

TEST_CASE("vectors cannot be turned: the key is named") {
  CHECK(augmenter_error({.rotate = 10}, {784}) ==
        "[augmentation]: \"rotate\" needs images, height x width x channels; the samples are 784");
  CHECK(augmenter_error({.erase = 0.5}, {784}).find("\"erase\"") != std::string::npos);
  CHECK(augmenter_error({.crop_padding = 1}, {784}).find("\"crop_padding\"") != std::string::npos);
  CHECK(augmenter_error({.fill = "edge", .mixup = 0.2}, {784}) == "no error");
}

TEST_CASE("the public struct and the keys say the same") {
  Settings settings = everything;
  settings.complete(augmentation_fields().keys(), "");
  CHECK(settings == Settings(augmentation_fields().read(settings)));
  CHECK(settings.entries().size() == augmentation_fields().keys().size());
  Settings defaults;
  defaults.complete(augmentation_fields().keys(), "");
  CHECK(defaults == Settings(Augmentation{}));
  Settings negative = Augmentation{.rotate = -1};
  CHECK_THROWS_AS(negative.complete(augmentation_fields().keys(), ""), Error);
}
