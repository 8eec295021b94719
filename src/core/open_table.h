#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "convoy/error.h"

namespace convoy {

/// A table of types to which a program may add its own until somebody reads it: what was read goes on to hold.
template <class Row>
class OpenTable {
 public:
  /// `what` the rows are: "layer".
  OpenTable(std::string what, std::vector<Row> rows) : what_(std::move(what)), rows_(std::move(rows)) {}

  const std::vector<Row>& read() {
    read_ = true;
    return rows_;
  }

  void add(Row row) {
    const std::string& name = row.schema.name;
    const auto same = [&](const Row& other) { return other.schema.name == name; };
    if (read_) refuse(name, "register it before the first configuration or model is made");
    if (name.empty()) refuse(name, "it needs a name");
    if (std::ranges::any_of(rows_, same)) refuse(name, "there is one of that name");
    rows_.push_back(std::move(row));
  }

 private:
  [[noreturn]] void refuse(const std::string& name, const std::string& why) const {
    throw Error(ErrorKind::config, "own " + what_ + " \"" + name + "\": " + why);
  }

  std::string what_;
  std::vector<Row> rows_;
  bool read_ = false;
};

}  // namespace convoy
