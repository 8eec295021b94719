#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "convoy/error.h"
#include "convoy/fields.h"
#include "core/text.h"

namespace convoy {

/// The description of a struct such as Dropout or SGD for configurations: the name of its type, its meaning, its keys.
template <class Options>
struct Described {
  std::string name;
  std::string doc;
  Fields<Options> fields = {};
  Fields<Options> shared = {};  ///< the keys that all types of its section have, in addition to `fields`

  /// The struct that complete settings describe.
  Options read(const Settings& complete) const {
    Options options = fields.read(complete);
    shared.read_into(options, complete);
    return options;
  }

  /// The type's name with the struct's values as settings, not checked yet.
  Spec spec(const Options& options) const {
    Spec spec{name, fields.settings(options)};
    const Settings of_all = shared.settings(options);
    for (const auto& entry : of_all.entries()) spec.settings.set(entry.name, entry.value);
    return spec;
  }
};

/// A row of a table of types: a type's schema, and the function that makes an object of it from complete settings.
template <class Base>
struct TypeRow {
  TypeSchema schema;
  std::function<std::unique_ptr<Base>(const Settings& complete)> make;
};

/// The row of a class that is constructed from its options. Keeps a reference to `described`.
template <class Base, class Class, class Options>
TypeRow<Base> type_row(const Described<Options>& described) {
  return {{described.name, described.doc, described.fields.keys()},
          [&described](const Settings& complete) -> std::unique_ptr<Base> {
            return std::make_unique<Class>(described.read(complete));
          }};
}

/// The row of that name. Throws Error{config} with a hint where there is none; `what` names the rows' kind:
/// "optimizer".
template <class Base>
const TypeRow<Base>& row_named(const std::string& name, const std::vector<TypeRow<Base>>& rows,
                               const std::string& what) {
  Texts names;
  for (const auto& row : rows) {
    if (row.schema.name == name) return row;
    names.push_back(row.schema.name);
  }
  throw Error(ErrorKind::config,
              "unknown " + what + " \"" + name + "\": expected " + join_or(names) + did_you_mean(name, names));
}

}  // namespace convoy
