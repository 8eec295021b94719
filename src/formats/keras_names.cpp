#include "formats/keras_names.h"

#include <regex>

#include "core/text.h"

namespace convoy::formats {

/// As keras.src.utils.naming.to_snake_case; longer names than any class has are left as they are.
std::string KerasStoreNames::next(const std::string& class_name) {
  static const std::regex word("(.)([A-Z][a-z]+)");
  static const std::regex letter("([a-z])([A-Z])");
  constexpr std::size_t longest = 100;
  std::string name = class_name;
  if (name.size() <= longest) {
    name = lower_case(std::regex_replace(std::regex_replace(name, word, "$1_$2"), letter, "$1_$2"));
  }
  const int number = used_[name]++;
  return number == 0 ? name : name + "_" + std::to_string(number);
}

}  // namespace convoy::formats
