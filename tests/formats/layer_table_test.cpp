#include "formats/layer_table.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "layers/registry.h"

namespace convoy {

TEST_CASE("the table names each layer type of the registry, and no other") {
  const auto& rows = formats::layer_table();
  CHECK(rows.size() == layer_types().size());
  for (const LayerType& type : layer_types()) {
    CAPTURE(type.schema.name);
    CHECK(std::ranges::count(rows, type.schema.name, &formats::LayerNames::type) == 1);
  }
}

}  // namespace convoy
