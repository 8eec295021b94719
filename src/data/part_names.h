#pragma once

#include "convoy/settings.h"

namespace convoy {

/// The names that folders, files and arrays of a data set's parts may have.
inline const Texts names_of_training = {"train", "training"};
inline const Texts names_of_validation = {"val", "valid", "validation"};
inline const Texts names_of_test = {"test", "testing"};

}  // namespace convoy
