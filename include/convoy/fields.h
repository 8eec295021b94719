#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "convoy/padding.h"
#include "convoy/settings.h"
#include "convoy/size2.h"

/// A component of a network or a training is a plain struct:
///
///     struct Dropout {
///       double rate = 0.5;
///     };
///
/// and one list gives each of its members a key, with what the key means and accepts:
///
///     const Fields<Dropout> fields = Fields<Dropout>()
///         .add("rate", &Dropout::rate, "The share that is set to 0.", {.min = 0, .max = 0.999});
///
/// Everything else follows from these two: what a configuration may say, its defaults and their checks, `config
/// explain`, the schema, and how a struct of a C++ program becomes settings and settings become a struct.
namespace convoy {

/// What a key accepts, beyond the type of its member.
struct Accepts {
  double min = -std::numeric_limits<double>::infinity();  ///< inclusive bounds of numbers, each of a pair or a list
  double max = std::numeric_limits<double>::infinity();
  Integers values = {};                 ///< the allowed values of an integer; empty for all
  Texts choices = {};                   ///< the allowed texts; for an enum the names of 0, 1, 2 ...
  std::vector<Numbered> numbered = {};  ///< the choices that take a number in brackets
  bool required = false;                ///< whether the key must be given; the struct's value is then no default
  FallbackBy fallback_by = {};          ///< the default of an empty std::optional, chosen by another key
};

namespace fields_detail {

/// The kind of key for a member of type M.
template <class M>
constexpr Kind kind_of() {
  if constexpr (std::is_same_v<M, bool>) return Kind::flag;
  if constexpr (std::is_same_v<M, int>) return Kind::integer;
  if constexpr (std::is_same_v<M, double>) return Kind::number;
  if constexpr (std::is_same_v<M, Size2>) return Kind::pair;
  if constexpr (std::is_same_v<M, Sides> || std::is_same_v<M, Padding>) return Kind::sides;
  if constexpr (std::is_same_v<M, Texts>) return Kind::names;
  if constexpr (std::is_same_v<M, Integers>) return Kind::shape;
  if constexpr (std::is_enum_v<M>) return Kind::choice;
  return Kind::text;
}

/// A member's value as that of its key; `names` are those of an enum's values.
inline Value value_of(bool flag, const Texts&) { return flag; }
inline Value value_of(int number, const Texts&) { return std::int64_t{number}; }
inline Value value_of(double number, const Texts&) { return number; }
inline Value value_of(const std::string& text, const Texts&) { return text; }
inline Value value_of(const Texts& texts, const Texts&) { return texts; }
inline Value value_of(const Integers& numbers, const Texts&) { return numbers; }
inline Value value_of(const Size2& size, const Texts&) {
  if (size.height == size.width) return std::int64_t{size.height};
  return Integers{size.height, size.width};
}
inline Value value_of(const Sides& sides, const Texts&) {
  if (sides == Sides(sides.top)) return std::int64_t{sides.top};
  if (sides == Sides(sides.top, sides.left)) return Integers{sides.top, sides.left};
  return Integers{sides.top, sides.bottom, sides.left, sides.right};
}
inline Value value_of(const Padding& padding, const Texts& names) {
  if (padding.name.empty()) return value_of(padding.sides, names);
  return padding.name;
}
template <class Enum>
requires std::is_enum_v<Enum> Value value_of(Enum choice, const Texts& names) {
  return names.at(static_cast<std::size_t>(choice));
}

/// Sets a member to the key's value. Throws Error{config} where the key is missing or of another type; an enum stays as
/// it is for a text that is none of `names`.
inline void read(bool& flag, const Settings& settings, const std::string& key, const Texts&) {
  flag = settings.flag(key);
}
inline void read(int& number, const Settings& settings, const std::string& key, const Texts&) {
  number = settings.integer(key);
}
inline void read(double& number, const Settings& settings, const std::string& key, const Texts&) {
  number = settings.number(key);
}
inline void read(std::string& text, const Settings& settings, const std::string& key, const Texts&) {
  text = settings.text(key);
}
inline void read(Texts& texts, const Settings& settings, const std::string& key, const Texts&) {
  texts = settings.texts(key);
}
inline void read(Integers& numbers, const Settings& settings, const std::string& key, const Texts&) {
  numbers = settings.integers(key);
}
inline void read(Size2& size, const Settings& settings, const std::string& key, const Texts&) {
  const auto [height, width] = settings.pair(key);
  size = {height, width};
}
inline void read(Sides& sides, const Settings& settings, const std::string& key, const Texts&) {
  sides = settings.sides(key);
}
inline void read(Padding& padding, const Settings& settings, const std::string& key, const Texts&) {
  const std::string name = settings.text_or(key, "");
  padding = name.empty() ? Padding(settings.sides(key)) : Padding(name);
}
template <class Enum>
requires std::is_enum_v<Enum>
void read(Enum& choice, const Settings& settings, const std::string& key, const Texts& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == settings.text(key)) choice = static_cast<Enum>(i);
  }
}

/// The type of a member's value: M for a std::optional<M>.
template <class M>
struct Held {
  using type = M;
};
template <class M>
struct Held<std::optional<M>> {
  using type = M;
};

/// A member's value as that of its key; nothing for an empty std::optional.
template <class M>
std::optional<Value> optional_value(const M& member, const Texts& names) {
  return value_of(member, names);
}
template <class M>
std::optional<Value> optional_value(const std::optional<M>& member, const Texts& names) {
  if (!member) return {};
  return value_of(*member, names);
}

/// Sets a member to the key's value; a std::optional stays as it is where the key is missing.
template <class M>
void read_optional(M& member, const Settings& settings, const std::string& key, const Texts& names) {
  read(member, settings, key, names);
}
template <class M>
void read_optional(std::optional<M>& member, const Settings& settings, const std::string& key, const Texts& names) {
  if (!settings.has(key)) return;
  read(member.emplace(), settings, key, names);
}

}  // namespace fields_detail

/// The keys of a component, each bound to the member of its struct that holds the value: bool, int, double,
/// std::string, Size2, Sides, Padding, Texts, Integers, an enum, or a std::optional of one of these, where the key may
/// be missing. The values of a default-constructed struct are the defaults.
template <class Struct>
class Fields {
 public:
  /// Adds a key with its meaning `doc`. `member` is a pointer to a member, or for a member of a member a function that
  /// takes a Struct& to it. Returns *this.
  template <class Member>
  Fields& add(const std::string& name, Member member, const std::string& doc, const Accepts& accepts = {}) {
    using M = std::remove_cvref_t<std::invoke_result_t<Member, Struct&>>;
    Kind kind = fields_detail::kind_of<typename fields_detail::Held<M>::type>();
    if (kind == Kind::text && !accepts.choices.empty()) kind = Kind::choice;
    Struct defaults{};
    const Texts names = accepts.choices;
    KeySchema key{.name = name,
                  .kind = kind,
                  .fallback = fields_detail::optional_value(std::invoke(member, defaults), names),
                  .doc = doc,
                  .min = accepts.min,
                  .max = accepts.max,
                  .values = accepts.values,
                  .choices = names,
                  .numbered = accepts.numbered,
                  .required = accepts.required,
                  .fallback_by = accepts.fallback_by};
    if (accepts.required) key.fallback.reset();
    rows_.push_back(
        {std::move(key),
         [member, names](Struct& from) { return fields_detail::optional_value(std::invoke(member, from), names); },
         [member, names, name](Struct& to, const Settings& settings) {
           fields_detail::read_optional(std::invoke(member, to), settings, name, names);
         }});
    return *this;
  }

  /// Adds all fields of a list for the same struct. Returns *this.
  Fields& add_all(const Fields& others) {
    rows_.insert(rows_.end(), others.rows_.begin(), others.rows_.end());
    return *this;
  }

  /// Adds all fields of a part that several components share: `part` takes a Struct& to it. Returns *this.
  template <class Part, class ToPart>
  Fields& add_all(const Fields<Part>& shared, ToPart part) {
    for (const auto& row : shared.rows()) {
      rows_.push_back(
          {row.key, [part, get = row.get](Struct& from) { return get(std::invoke(part, from)); },
           [part, set = row.set](Struct& to, const Settings& settings) { set(std::invoke(part, to), settings); }});
    }
    return *this;
  }

  std::vector<KeySchema> keys() const {
    std::vector<KeySchema> keys;
    for (const Row& row : rows_) keys.push_back(row.key);
    return keys;
  }

  /// Every value of the struct under its key, without empty optionals. Settings::complete checks them.
  Settings settings(Struct values) const {
    Settings settings;
    for (const Row& row : rows_) {
      if (auto value = row.get(values)) settings.set(row.key.name, *value);
    }
    return settings;
  }

  /// The struct that complete settings describe; other keys are ignored.
  Struct read(const Settings& settings) const {
    Struct values{};
    read_into(values, settings);
    return values;
  }
  /// Sets the members of `values` that have keys, from complete settings.
  void read_into(Struct& values, const Settings& settings) const {
    for (const Row& row : rows_) row.set(values, settings);
  }

  /// A key with the functions that get its value from a struct and set it from settings.
  struct Row {
    KeySchema key;
    std::function<std::optional<Value>(Struct&)> get;
    std::function<void(Struct&, const Settings&)> set;
  };
  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::vector<Row> rows_;
};

}  // namespace convoy
