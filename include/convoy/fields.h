#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
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
Value value_of(bool flag, const Texts& names);
Value value_of(int number, const Texts& names);
Value value_of(double number, const Texts& names);
Value value_of(const std::string& text, const Texts& names);
Value value_of(const Texts& texts, const Texts& names);
Value value_of(const Integers& numbers, const Texts& names);
Value value_of(const Size2& size, const Texts& names);
Value value_of(const Sides& sides, const Texts& names);
Value value_of(const Padding& padding, const Texts& names);
template <class Enum>
requires std::is_enum_v<Enum> Value value_of(Enum choice, const Texts& names) {
  return names.at(static_cast<std::size_t>(choice));
}

/// Sets a member to the key's value. Throws Error{config} where the key is missing or of another type; an enum stays as
/// it is for a text that is none of `names`.
void read(bool& flag, const Settings& settings, const std::string& key, const Texts& names);
void read(int& number, const Settings& settings, const std::string& key, const Texts& names);
void read(double& number, const Settings& settings, const std::string& key, const Texts& names);
void read(std::string& text, const Settings& settings, const std::string& key, const Texts& names);
void read(Texts& texts, const Settings& settings, const std::string& key, const Texts& names);
void read(Integers& numbers, const Settings& settings, const std::string& key, const Texts& names);
void read(Size2& size, const Settings& settings, const std::string& key, const Texts& names);
void read(Sides& sides, const Settings& settings, const std::string& key, const Texts& names);
void read(Padding& padding, const Settings& settings, const std::string& key, const Texts& names);
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

/// What a key's value is to a member of one type, whose address the functions take.
struct MemberType {
  Kind kind;
  std::optional<Value> (*get)(const void* member, const Texts& names);
  void (*set)(void* member, const Settings& settings, const std::string& key, const Texts& names);
};
template <class M>
inline constexpr MemberType member_type = {
    .kind = kind_of<typename Held<M>::type>(),
    .get = [](const void* member, const Texts& names) { return optional_value(*static_cast<const M*>(member), names); },
    .set = [](void* member, const Settings& settings, const std::string& key,
              const Texts& names) { read_optional(*static_cast<M*>(member), settings, key, names); }};

/// The fields of a struct, whatever its type: functions that are compiled once for all structs.
class Fields {
 public:
  /// Adds a key for the member that begins so many bytes into a struct; `fallback` is a member with the default.
  void add(std::string_view name, std::size_t offset, const MemberType& type, std::string_view doc,
           const Accepts& accepts, const void* fallback);
  /// Adds the fields of another list, of a struct that begins so many bytes into this one.
  void add_all(const Fields& others, std::size_t offset);

  std::vector<KeySchema> keys() const;
  Settings settings(const void* values) const;
  void read_into(void* values, const Settings& settings) const;

 private:
  struct Row {
    KeySchema key;
    std::size_t offset;
    const MemberType* type;
  };
  std::vector<Row> rows_;
};

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
  Fields& add(std::string_view name, Member member, std::string_view doc, const Accepts& accepts) {
    auto& place = std::invoke(member, defaults());
    using M = std::remove_reference_t<decltype(place)>;
    fields_.add(name, offset_of(&place), fields_detail::member_type<M>, doc, accepts, &place);
    return *this;
  }
  template <class Member>
  Fields& add(std::string_view name, Member member, std::string_view doc) {
    return add(name, member, doc, Accepts{});
  }

  /// Adds all fields of a list for the same struct. Returns *this.
  Fields& add_all(const Fields& others) {
    fields_.add_all(others.fields_, 0);
    return *this;
  }

  /// Adds all fields of a part that several components share: `part` takes a Struct& to it. Returns *this.
  template <class Part, class ToPart>
  Fields& add_all(const Fields<Part>& shared, ToPart part) {
    fields_.add_all(shared.fields_, offset_of(&std::invoke(part, defaults())));
    return *this;
  }

  std::vector<KeySchema> keys() const { return fields_.keys(); }

  /// Every value of the struct under its key, without empty optionals. Settings::complete checks them.
  Settings settings(const Struct& values) const { return fields_.settings(&values); }

  /// The struct that complete settings describe; other keys are ignored.
  Struct read(const Settings& settings) const {
    Struct values{};
    read_into(values, settings);
    return values;
  }
  /// Sets the members of `values` that have keys, from complete settings.
  void read_into(Struct& values, const Settings& settings) const { fields_.read_into(&values, settings); }

 private:
  template <class Other>
  friend class Fields;

  static Struct& defaults() {
    static Struct values{};
    return values;
  }
  /// The place of a member of defaults(), which it has in every Struct.
  static std::size_t offset_of(const void* member) {
    return static_cast<std::size_t>(static_cast<const char*>(member) - reinterpret_cast<const char*>(&defaults()));
  }

  fields_detail::Fields fields_;
};

}  // namespace convoy
