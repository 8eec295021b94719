#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace convoy::formats {

/// The "config" of a layer as Keras writes it. What is missing or null has the fallback; what is of another type is an
/// Error{data} that names the layer.
class KerasConfig {
 public:
  /// `title` begins messages: `cnn.keras: layer "conv1" (Conv2D)`. `values` must outlive this.
  KerasConfig(const nlohmann::json& values, std::string title);

  /// The value as it is; null where it is missing.
  const nlohmann::json& at(const std::string& key) const;
  bool has(const std::string& key) const { return !at(key).is_null(); }
  bool flag(const std::string& key, bool fallback) const;
  double number(const std::string& key, double fallback) const;
  int whole(const std::string& key, int fallback) const;
  std::string text(const std::string& key, const std::string& fallback) const;
  /// One whole number stands for both.
  std::pair<int, int> pair(const std::string& key, std::pair<int, int> fallback) const;
  /// One whole number is a list of one.
  std::vector<int> wholes(const std::string& key) const;
  /// Numbers in lists of any depth, or one; empty where it is missing.
  std::vector<double> numbers(const std::string& key) const;

  const std::string& title() const { return title_; }
  /// Throws Error{data}: what the layer has that convoy does not.
  [[noreturn]] void refuse(const std::string& what) const;

 private:
  [[noreturn]] void wrong(const std::string& key, const std::string& expected) const;

  const nlohmann::json& values_;
  std::string title_;
};

/// Parses JSON of a file. Throws Error{data}.
nlohmann::json parse_keras_json(const std::string& text, const std::string& title);

/// A value of an object, or null where there is none or `object` is none.
const nlohmann::json& keras_member(const nlohmann::json& object, const std::string& key);
/// Its text; "" where it is none.
std::string keras_text(const nlohmann::json& object, const std::string& key);

}  // namespace convoy::formats
