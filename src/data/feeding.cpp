#include "data/feeding.h"

namespace convoy {

const Fields<FitOptions>& feeding_fields() {
  static const Fields<FitOptions> fields =
      Fields<FitOptions>()
          .add("shuffle", &FitOptions::shuffle, "Train in a new order each epoch.")
          .add("last_batch", &FitOptions::last_batch,
               "What happens to a smaller last batch: trained, dropped or merged into the one before.",
               {.choices = {"keep", "drop", "merge"}})
          .add("scaling", &FitOptions::scaling,
               "How bytes become inputs: divided by 255, to mean 0 and deviation 1 by channel, to 1 above 127 and "
               "else 0, or as they are.",
               {.choices = {"unit", "standard", "binary", "none"}});
  return fields;
}

}  // namespace convoy
