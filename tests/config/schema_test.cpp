#include "config/schema.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sample_catalog.h"

using namespace convoy;
using Json = nlohmann::json;

TEST_CASE("the schema describes sections, types and keys and allows nothing else") {
  const Json schema = Json::parse(json_schema(sample_catalog()));
  CHECK(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema");
  CHECK(schema["additionalProperties"] == false);
  CHECK(schema["properties"]["seed"] ==
        Json{{"description", "A count."}, {"type", "integer"}, {"minimum", 0}, {"default", 42}});

  const Json& train = schema["properties"]["train"];
  CHECK(train["additionalProperties"] == false);
  const Json& nested = train["properties"]["kernel_regularizer"];
  CHECK(nested["properties"]["l2"]["type"] == "number");
  CHECK(nested["additionalProperties"] == false);

  const Json& optimizers = schema["properties"]["optimizer"]["anyOf"];
  REQUIRE(optimizers.size() == 2);
  CHECK(optimizers[0]["properties"]["type"]["const"] == "adam");
  CHECK_FALSE(optimizers[1].contains("required"));  // the file that is extended may have the type
  CHECK(optimizers[1]["properties"].contains("clip_norm"));
  CHECK_FALSE(optimizers[1]["properties"].contains("beta_1"));

  const Json& layers = schema["properties"]["layer"];
  CHECK(layers["type"] == "array");
  const Json& conv = layers["items"]["oneOf"][0];
  CHECK(conv["required"] == Json{"type", "filters"});
  CHECK(conv["properties"]["padding"]["enum"] == Json{"valid", "same"});
  CHECK(conv["properties"]["kernel"]["anyOf"][1]["minItems"] == 2);
  CHECK(conv["properties"]["trainable"]["default"] == true);
}
