#include "formats/keras_names.h"

#include "core/text.h"

namespace convoy::formats {

namespace {

bool is_upper(char letter) { return letter >= 'A' && letter <= 'Z'; }
bool is_lower(char letter) { return letter >= 'a' && letter <= 'z'; }

}  // namespace

/// As keras.src.utils.naming.to_snake_case: "Conv2DTranspose" becomes "conv2d_transpose".
std::string KerasStoreNames::next(const std::string& class_name) {
  std::string name;
  for (std::size_t i = 0; i < class_name.size(); ++i) {
    const bool before_lower = i + 1 < class_name.size() && is_lower(class_name[i + 1]);
    const bool begins_word = i > 0 && is_upper(class_name[i]) && (before_lower || is_lower(class_name[i - 1]));
    if (begins_word) name += '_';
    name += class_name[i];
  }
  name = lower_case(name);
  const int number = used_[name]++;
  return number == 0 ? name : name + "_" + std::to_string(number);
}

}  // namespace convoy::formats
