#include "data/augmentation.h"

#include <cstdint>

namespace convoy {
namespace {

KeySpec number(const char* name, const char* doc, double max) {
  return {.name = name, .kind = Kind::number, .fallback = Value{0.0}, .doc = doc, .min = 0, .max = max};
}

}  // namespace

const std::vector<KeySpec>& augmentation_keys() {
  static const std::vector<KeySpec> keys = {
      number("shift", "Move each image by up to this share of its height and of its width.", 1),
      number("rotate", "Turn each image by up to so many degrees, either way, about its centre.", 180),
      number("zoom", "Scale each image by 1 minus to 1 plus this: 0.1 is from 0.9 to 1.1.", 0.9),
      number("shear", "Let each image lean by up to so many degrees, either way.", 80),
      {.name = "horizontal_flip", .kind = Kind::flag, .fallback = Value{false}, .doc = "Mirror half of the images."},
      {.name = "crop_padding",
       .kind = Kind::integer,
       .fallback = Value{std::int64_t{0}},
       .doc = "Pad each image by so many pixels and crop it back to its size at a random place.",
       .min = 0,
       .max = 4096},
      {.name = "fill",
       .kind = Kind::choice,
       .fallback = Value{std::string("zero")},
       .doc = "What lies outside of an image: zero, or its nearest edge.",
       .choices = {"zero", "edge"}},
      number("erase", "The probability to set a random rectangle of an image to 0 (random erasing, Zhong et al. 2020).",
             1),
      number("mixup",
             "Mix pairs of a batch's samples and of their targets, by a share from Beta(mixup, mixup) (Zhang et al. "
             "2018); 0.2 is usual.",
             1000),
  };
  return keys;
}

Augmentation augmentation_from(const Settings& settings) {
  return {.shift = settings.number("shift"),
          .rotate = settings.number("rotate"),
          .zoom = settings.number("zoom"),
          .shear = settings.number("shear"),
          .horizontal_flip = settings.flag("horizontal_flip"),
          .crop_padding = settings.integer("crop_padding"),
          .fill = settings.text("fill"),
          .erase = settings.number("erase"),
          .mixup = settings.number("mixup")};
}

Augmentation::operator Settings() const {
  Settings settings;
  settings.set("shift", shift);
  settings.set("rotate", rotate);
  settings.set("zoom", zoom);
  settings.set("shear", shear);
  settings.set("horizontal_flip", horizontal_flip);
  settings.set("crop_padding", static_cast<std::int64_t>(crop_padding));
  settings.set("fill", fill);
  settings.set("erase", erase);
  settings.set("mixup", mixup);
  return settings;
}

bool is_geometric(const Augmentation& augmentation) {
  return augmentation.shift > 0 || augmentation.rotate > 0 || augmentation.zoom > 0 || augmentation.shear > 0 ||
         augmentation.horizontal_flip || augmentation.crop_padding > 0;
}

}  // namespace convoy
