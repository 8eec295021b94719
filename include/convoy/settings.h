#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "convoy/padding.h"

namespace convoy {

using Integers = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

/// The value of one key of a configuration.
using Value = std::variant<bool, std::int64_t, double, std::string, Integers, Texts>;

/// The kind of values that a key accepts. `amount` is a whole number or a share below 1: 5000, 0.1; `pair` is a whole
/// number or two of them: kernel = 3, stride = [2, 1]; `sides` is one, two or four whole numbers, or one of the
/// choices: padding = "same", 1, [1, 2] (height, width) or [0, 1, 0, 1] (top, bottom, left, right); `shape` is a list
/// of one to four whole numbers; `names` is a list of texts.
enum class Kind { flag, integer, number, amount, text, choice, pair, sides, shape, names };

/// A choice that takes a number in brackets, "random_normal(0.1)", and the least such number.
struct Numbered {
  std::string choice;
  double min = -std::numeric_limits<double>::infinity();
};

/// A default that depends on another key, a choice: {"preset", {{"keras", 0.99}, {"torch", 0.9}}}.
struct FallbackBy {
  std::string key;
  std::vector<std::pair<std::string, Value>> values = {};  ///< for each choice
};

/// A key's name, meaning, kind, bounds and default: parsing, `config explain` and `config schema` all use it.
struct KeySchema {
  std::string name;  ///< dotted where nested: "kernel_regularizer.l2"
  Kind kind = Kind::text;
  std::optional<Value> fallback = {};  ///< the default; if empty, the key may be missing unless `required`
  std::string doc;                     ///< one sentence
  double min = -std::numeric_limits<double>::infinity();  ///< inclusive bounds of numbers, also of those in a list
  double max = std::numeric_limits<double>::infinity();
  Integers values = {};                 ///< the allowed values of Kind::integer; empty for all
  Texts choices = {};                   ///< the allowed texts of Kind::choice and Kind::sides
  std::vector<Numbered> numbered = {};  ///< the choices that take a number
  bool required = false;
  FallbackBy fallback_by = {};  ///< used in place of `fallback` if its key is not ""
};

/// A named set of keys: a layer type, an optimizer, a schedule, a loss, a data set.
struct TypeSchema {
  std::string name;
  std::string doc;
  std::vector<KeySchema> keys;
};

/// Typed values by key, each with the place that it came from, in order of their addition.
class Settings {
 public:
  struct Entry {
    std::string name;
    Value value;
    std::string where;  ///< "configs/a.toml:31:3"; empty for defaults and for values set from C++
  };

  /// Adds a key, or replaces its value and place.
  void set(const std::string& name, Value value, const std::string& where = "");
  void erase(const std::string& name);
  bool has(const std::string& name) const { return find(name) != nullptr; }
  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(const std::string& name) const;  ///< null when absent
  /// The key's text, or `otherwise` where it is missing or of another type: for settings that are not checked yet.
  std::string text_or(const std::string& name, const std::string& otherwise) const;
  /// The place that the key came from; "" for a default and a missing key.
  std::string where(const std::string& name) const;

  /// Each getter throws Error{config} where the key is missing or of another type, or a number too large for an int.
  bool flag(const std::string& name) const;
  int integer(const std::string& name) const;
  double number(const std::string& name) const;  ///< also takes a whole number
  /// The count that is given, or the given share of `whole`, rounded.
  int amount(const std::string& name, int whole) const;
  const std::string& text(const std::string& name) const;
  std::pair<int, int> pair(const std::string& name) const;  ///< height, width; a single number stands for both
  Sides sides(const std::string& name) const;               ///< one number stands for all, two for height and width
  const Integers& integers(const std::string& name) const;
  const Texts& texts(const std::string& name) const;

  /// Checks every entry against `keys` (unknown keys, type, range, choice, required keys), adds the defaults, puts the
  /// entries into the order of `keys` and turns whole numbers into doubles for Kind::number. `owner` names the owner in
  /// messages: `layer "conv2" (conv2d)`. Throws Error{config} and then has changed nothing: `where: owner: what was
  /// expected, what came, hint`.
  void complete(const std::vector<KeySchema>& keys, const std::string& owner);

  bool operator==(const Settings& other) const;  ///< names and values, not places

 private:
  /// The key's value. Throws Error{config} where it is missing.
  const Value& at(const std::string& name) const;

  std::vector<Entry> entries_;
};

/// A component by type name and settings: an optimizer, a schedule or a loss.
struct Spec {
  std::string type;
  Settings settings;
};

/// A layer by type name, as a configuration or the C++ API describes it.
struct LayerSpec {
  std::string type;
  std::string name;  ///< if "", the type and a number: "conv2d_1"
  Texts inputs;      ///< names of the layers that feed it; if empty, the layer before it
  bool trainable = true;
  Settings settings;
  std::string where;  ///< its place, "configs/a.toml:31:3"; "" from C++
};

}  // namespace convoy
