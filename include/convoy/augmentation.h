#pragma once

#include <string>

#include "convoy/settings.h"

namespace convoy {

/// Random changes of the training samples, new in every epoch; what is 0 or false is off. Validation, tests and
/// predictions see the samples as they are. Everything but mixup needs images, height x width x channels.
struct Augmentation {
  double shift = 0;              ///< moves by up to this share of the height and of the width
  double rotate = 0;             ///< turns by up to so many degrees, about the centre
  double zoom = 0;               ///< 0.1: from 0.9 to 1.1 times the size
  double shear = 0;              ///< leans by up to so many degrees
  bool horizontal_flip = false;  ///< mirrors half of the images
  int crop_padding = 0;          ///< pads by so many pixels and crops back at a random place
  std::string fill = "zero";     ///< what is outside of the image: "zero" or its "edge"
  double erase = 0;              ///< probability to set a random rectangle to 0 (random erasing, Zhong et al. 2020)
  double mixup = 0;              ///< alpha of the Beta distribution by which pairs are mixed (Zhang et al. 2018)
  operator Settings() const;
};

}  // namespace convoy
