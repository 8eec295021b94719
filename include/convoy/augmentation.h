#pragma once

#include <string>

#include "convoy/settings.h"

namespace convoy {

/// Random changes of the training samples, new in every epoch; a change of 0 or false is off. Validation, test and
/// prediction use unchanged samples. Everything but mixup needs images, height x width x channels. The members
/// are the keys of [augmentation]: `convoy config explain augmentation.shift`.
struct Augmentation {
  double shift = 0;
  double rotate = 0;
  double zoom = 0;
  double shear = 0;
  bool horizontal_flip = false;
  bool vertical_flip = false;
  int crop_padding = 0;
  std::string fill = "zero";
  double brightness = 0;
  double contrast = 0;
  double erase = 0;
  double mixup = 0;
  double cutmix = 0;
  Texts own = {};
  operator Settings() const;
};

}  // namespace convoy
