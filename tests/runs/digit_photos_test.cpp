// What convoy makes of photos of digits: drawn ones, and MNIST's on paper.

#include "support/digit_photos.h"

#include <doctest/doctest.h>

#include "convoy/layers.h"
#include "convoy/model.h"
#include "convoy/optimizers.h"
#include "data/png.h"
#include "data/resize.h"
#include "support/digits.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

Sequential digit_classifier() {
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 16, .activation = "relu"})
      .add(MaxPool2D{})
      .add(Conv2D{.filters = 32, .activation = "relu"})
      .add(MaxPool2D{})
      .add(Flatten{})
      .add(Dense{.units = 10});
  model.compile(Adam{.learning_rate = 2e-3}, SoftmaxCrossEntropy{});
  model.fit(test::mnist().train.slice(0, 8000), {.epochs = 2});
  return model;
}

/// Ten kinds of paper, pen, light and place, one a digit.
std::vector<test::DigitPhoto> kinds_of_photos() {
  using Photo = test::DigitPhoto;
  return {
      Photo{.digit = 0, .pen = 10},
      Photo{.digit = 1, .centre_x = 80, .centre_y = 90, .pen = 6, .noise = 6},
      Photo{.digit = 2, .tall = 200, .pen = 4, .slant = 0.2, .shadow_x = 0.4},
      Photo{.digit = 3, .tall = 220, .pen = 40, .paper = 150},
      Photo{.digit = 4, .centre_x = 300, .centre_y = 220, .tall = 100, .pen = 5, .paper = 230, .ink = 120},
      Photo{.digit = 5, .width = 240, .height = 320, .centre_x = 120, .pen = 18, .shadow_x = -0.5, .noise = 8},
      Photo{.digit = 6, .width = 1200, .height = 900, .centre_x = 300, .centre_y = 600, .tall = 300, .pen = 12},
      Photo{.digit = 7, .tall = 150, .pen = 8, .paper = 60, .ink = 200},
      Photo{.digit = 8, .pen = 14, .slant = 0.25, .paper = 120, .ink = 40, .shadow_y = 0.4, .noise = 5},
      Photo{.digit = 9, .width = 160, .height = 160, .centre_x = 70, .centre_y = 90, .tall = 110, .pen = 9},
  };
}

/// One of MNIST's digits, drawn with the photo's ink on its paper, in its light.
Image on_paper(test::DigitPhoto photo, const std::uint8_t* digit) {
  const double ink = photo.ink / photo.paper;
  photo.ink = photo.paper;
  Image image = test::photo_of(photo);
  const int side = std::min(photo.height, photo.width) * 3 / 5;
  const auto large = resize_image({digit, 784}, {28, 28}, {side, side}, 1);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      auto& pixel = image.pixels[static_cast<std::size_t>((y + 9) * image.width + x + 12)];
      const double strength = large[static_cast<std::size_t>(y * side + x)] / 255.0;
      pixel = static_cast<std::uint8_t>(std::clamp(pixel * (1 + strength * (ink - 1)), 0.0, 255.0));
    }
  }
  return image;
}

}  // namespace

TEST_CASE("nine of ten photos of digits are right") {
  Sequential model = digit_classifier();
  const test::TemporaryFolder folder;
  const auto guess = [&](const Image& photo, const std::string& fit) {
    const auto file = folder.path() / "photo.png";
    test::write(file, png(photo.pixels, {photo.height, photo.width}, 1));
    const auto outputs =
        model.predict(Dataset::from_bytes({28, 28, 1}, load_image(file, {28, 28, 1}, {.fit = fit}), {0}));
    return static_cast<int>(std::ranges::max_element(outputs) - outputs.begin());
  };
  int drawn = 0, written = 0, unprepared = 0;
  const Dataset& digits = test::mnist().test;
  for (const test::DigitPhoto& photo : kinds_of_photos()) {
    drawn += guess(test::photo_of(photo), "digit") == photo.digit ? 1 : 0;
    unprepared += guess(test::photo_of(photo), "stretch") == photo.digit ? 1 : 0;
    const auto* digit = digits.storage().bytes.data() + static_cast<std::size_t>(digits.index(photo.digit)) * 784;
    written += guess(on_paper(photo, digit), "digit") == digits.label(photo.digit) ? 1 : 0;
  }
  CHECK(drawn >= 9);
  CHECK(written >= 9);
  CHECK(unprepared <= 3);
}
