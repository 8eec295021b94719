#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "convoy/error.h"

namespace convoy {

/// A table of types that a program may add to, until it is read for the first time: references to its rows stay valid.
template <class Row>
class OpenTable {
 public:
  /// `what` names the rows' kind in messages: "layer".
  OpenTable(std::string what, std::vector<Row> rows) : what_(std::move(what)), rows_(std::move(rows)) {}

  /// The rows. Closes the table for add().
  const std::vector<Row>& read() {
    read_ = true;
    return rows_;
  }

  /// Adds a row. Throws Error{config} where the table has been read, or the name is empty or taken.
  void add(Row row) {
    const std::string& name = row.schema.name;
    const auto same = [&](const Row& other) { return other.schema.name == name; };
    if (read_) refuse(name, "register it before the first configuration or model is made");
    if (name.empty()) refuse(name, "it needs a name");
    if (std::ranges::any_of(rows_, same)) refuse(name, "there is one of that name");
    rows_.push_back(std::move(row));
  }

 private:
  /// Throws Error{config} that names the type and why it cannot be added.
  [[noreturn]] void refuse(const std::string& name, const std::string& why) const {
    throw Error(ErrorKind::config, "own " + what_ + " \"" + name + "\": " + why);
  }

  std::string what_;
  std::vector<Row> rows_;
  bool read_ = false;
};

}  // namespace convoy
