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

/// What a configuration knows of a struct such as Dropout or SGD: the name of its type, what it is, its keys.
template <class Options>
struct Described {
  std::string name;
  std::string doc;
  Fields<Options> fields = {};
  Fields<Options> shared = {};  ///< the keys that all types of its section have, of which `fields` has none

  Options read(const Settings& complete) const {
    Options options = fields.read(complete);
    shared.read_into(options, complete);
    return options;
  }

  Spec spec(const Options& options) const {
    Spec spec{name, fields.settings(options)};
    const Settings of_all = shared.settings(options);
    for (const auto& entry : of_all.entries()) spec.settings.set(entry.name, entry.value);
    return spec;
  }
};

/// One row of a table of types.
template <class Base>
struct TypeRow {
  TypeSchema schema;
  std::function<std::unique_ptr<Base>(const Settings& complete)> make;
};

/// The row of a class that is constructed from its struct.
template <class Base, class Class, class Options>
TypeRow<Base> type_row(const Described<Options>& described) {
  return {{described.name, described.doc, described.fields.keys()},
          [&described](const Settings& complete) -> std::unique_ptr<Base> {
            return std::make_unique<Class>(described.read(complete));
          }};
}

/// The row of that name. Throws Error{config}; `what` is what the rows are: "optimizer".
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
