#include "data/augmentation.h"

namespace convoy {

const Fields<Augmentation>& augmentation_fields() {
  static const Fields<Augmentation> fields =
      Fields<Augmentation>()
          .add("shift", &Augmentation::shift, "Move each image by up to this share of its height and of its width.",
               {.min = 0, .max = 1})
          .add("rotate", &Augmentation::rotate,
               "Turn each image by up to so many degrees, either way, about its centre.", {.min = 0, .max = 180})
          .add("zoom", &Augmentation::zoom, "Scale each image by 1 minus to 1 plus this: 0.1 is from 0.9 to 1.1.",
               {.min = 0, .max = 0.9})
          .add("shear", &Augmentation::shear, "Let each image lean by up to so many degrees, either way.",
               {.min = 0, .max = 80})
          .add("horizontal_flip", &Augmentation::horizontal_flip, "Mirror half of the images.")
          .add("vertical_flip", &Augmentation::vertical_flip, "Turn half of the images upside down.")
          .add("crop_padding", &Augmentation::crop_padding,
               "Pad each image by so many pixels and crop it back to its size at a random place.",
               {.min = 0, .max = 4096})
          .add("fill", &Augmentation::fill,
               "What lies outside of an image: zero, its nearest edge, or the image mirrored there (dcba|abcd|dcba).",
               {.choices = {"zero", "edge", "reflect"}})
          .add("brightness", &Augmentation::brightness,
               "Add up to this share of the full range (255 of bytes, 1 of floats) to all values of an image, or take "
               "it "
               "away.",
               {.min = 0, .max = 1})
          .add("contrast", &Augmentation::contrast,
               "Stretch the values of an image about their mean by 1 minus to 1 plus this.", {.min = 0, .max = 1})
          .add("erase", &Augmentation::erase,
               "The probability to set a random rectangle of an image to 0 (random erasing, Zhong et al. 2020).",
               {.min = 0, .max = 1})
          .add("mixup", &Augmentation::mixup,
               "Mix pairs of a batch's samples and of their targets, by a share from Beta(mixup, mixup) (Zhang et al. "
               "2018); 0.2 is usual.",
               {.min = 0, .max = 1000})
          .add("cutmix", &Augmentation::cutmix,
               "Exchange a rectangle between pairs of a batch's images, and the share of their targets that it covers; "
               "its "
               "share is from Beta(cutmix, cutmix) (Yun et al. 2019); 1 is usual. Not beside mixup.",
               {.min = 0, .max = 1000})
          .add("own", &Augmentation::own,
               "Augmentations that the program registered (C++ API), by name: done in this order, after the others.");
  return fields;
}

Augmentation::operator Settings() const { return augmentation_fields().settings(*this); }

bool mixes_pairs(const Augmentation& augmentation) { return augmentation.mixup > 0 || augmentation.cutmix > 0; }

bool is_geometric(const Augmentation& augmentation) {
  return augmentation.shift > 0 || augmentation.rotate > 0 || augmentation.zoom > 0 || augmentation.shear > 0 ||
         augmentation.horizontal_flip || augmentation.vertical_flip || augmentation.crop_padding > 0;
}

}  // namespace convoy
