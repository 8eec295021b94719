#include "convoy/fields.h"

#include <cstdint>
#include <utility>

namespace convoy::fields_detail {
namespace {

/// The member that begins so many bytes into a struct.
void* member_at(void* values, std::size_t offset) { return static_cast<std::byte*>(values) + offset; }
const void* member_at(const void* values, std::size_t offset) { return static_cast<const std::byte*>(values) + offset; }

}  // namespace

Value value_of(bool flag, const Texts&) { return flag; }
Value value_of(int number, const Texts&) { return std::int64_t{number}; }
Value value_of(double number, const Texts&) { return number; }
Value value_of(const std::string& text, const Texts&) { return text; }
Value value_of(const Texts& texts, const Texts&) { return texts; }
Value value_of(const Integers& numbers, const Texts&) { return numbers; }
Value value_of(const Size2& size, const Texts&) {
  if (size.height == size.width) return std::int64_t{size.height};
  return Integers{size.height, size.width};
}
Value value_of(const Sides& sides, const Texts&) {
  if (sides == Sides(sides.top)) return std::int64_t{sides.top};
  if (sides == Sides(sides.top, sides.left)) return Integers{sides.top, sides.left};
  return Integers{sides.top, sides.bottom, sides.left, sides.right};
}
Value value_of(const Padding& padding, const Texts& names) {
  if (padding.name.empty()) return value_of(padding.sides, names);
  return padding.name;
}

void read(bool& flag, const Settings& settings, const std::string& key, const Texts&) { flag = settings.flag(key); }
void read(int& number, const Settings& settings, const std::string& key, const Texts&) {
  number = settings.integer(key);
}
void read(double& number, const Settings& settings, const std::string& key, const Texts&) {
  number = settings.number(key);
}
void read(std::string& text, const Settings& settings, const std::string& key, const Texts&) {
  text = settings.text(key);
}
void read(Texts& texts, const Settings& settings, const std::string& key, const Texts&) { texts = settings.texts(key); }
void read(Integers& numbers, const Settings& settings, const std::string& key, const Texts&) {
  numbers = settings.integers(key);
}
void read(Size2& size, const Settings& settings, const std::string& key, const Texts&) {
  const auto [height, width] = settings.pair(key);
  size = {height, width};
}
void read(Sides& sides, const Settings& settings, const std::string& key, const Texts&) { sides = settings.sides(key); }
void read(Padding& padding, const Settings& settings, const std::string& key, const Texts&) {
  const std::string name = settings.text_or(key, "");
  padding = name.empty() ? Padding(settings.sides(key)) : Padding(name);
}

void Fields::add(std::string_view name, std::size_t offset, const MemberType& type, std::string_view doc,
                 const Accepts& accepts, const void* fallback) {
  KeySchema key{.name = std::string(name),
                .kind = type.kind,
                .fallback = type.get(fallback, accepts.choices),
                .doc = std::string(doc),
                .min = accepts.min,
                .max = accepts.max,
                .values = accepts.values,
                .choices = accepts.choices,
                .numbered = accepts.numbered,
                .required = accepts.required,
                .fallback_by = accepts.fallback_by};
  if (key.kind == Kind::text && !key.choices.empty()) key.kind = Kind::choice;
  if (key.required) key.fallback.reset();
  rows_.push_back({std::move(key), offset, &type});
}

void Fields::add_all(const Fields& others, std::size_t offset) {
  for (const Row& row : others.rows_) rows_.push_back({row.key, offset + row.offset, row.type});
}

std::vector<KeySchema> Fields::keys() const {
  std::vector<KeySchema> keys;
  for (const Row& row : rows_) keys.push_back(row.key);
  return keys;
}

Settings Fields::settings(const void* values) const {
  Settings settings;
  for (const Row& row : rows_) {
    if (auto value = row.type->get(member_at(values, row.offset), row.key.choices)) {
      settings.set(row.key.name, std::move(*value));
    }
  }
  return settings;
}

void Fields::read_into(void* values, const Settings& settings) const {
  for (const Row& row : rows_) {
    row.type->set(member_at(values, row.offset), settings, row.key.name, row.key.choices);
  }
}

}  // namespace convoy::fields_detail
