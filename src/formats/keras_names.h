#pragma once

#include <map>
#include <string>

namespace convoy::formats {

/// The names of layers in Keras's file of weights: their classes, numbered: "conv2d", "conv2d_1".
class KerasStoreNames {
 public:
  std::string next(const std::string& class_name);

 private:
  std::map<std::string, int> used_;
};

}  // namespace convoy::formats
