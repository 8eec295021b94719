#include "config/schema.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sample_catalog.h"

using namespace convoy;

namespace {

Section& find_section_of(std::vector<Section>& sections, const std::string& name) {
  return *std::ranges::find(sections, name, &Section::name);
}

}  // namespace

TEST_CASE("the schema describes sections, types and keys and allows nothing else") {
  const auto schema = nlohmann::json::parse(json_schema(sample_catalog()));
  CHECK(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema");
  CHECK(schema["additionalProperties"] == false);
  CHECK(schema["properties"]["seed"] ==
        nlohmann::json{{"description", "A count."}, {"type", "integer"}, {"minimum", 0}, {"default", 42}});

  const auto& train = schema["properties"]["train"];
  CHECK(train["additionalProperties"] == false);
  const auto& nested = train["properties"]["kernel_regularizer"];
  CHECK(nested["properties"]["l2"]["type"] == "number");
  CHECK(nested["additionalProperties"] == false);

  const auto& optimizers = schema["properties"]["optimizer"]["anyOf"];
  REQUIRE(optimizers.size() == 2);
  CHECK(optimizers[0]["properties"]["type"]["const"] == "adam");
  CHECK_FALSE(optimizers[1].contains("required"));  // the file that is extended may have the type
  CHECK(optimizers[1]["properties"].contains("clip_norm"));
  CHECK_FALSE(optimizers[1]["properties"].contains("beta_1"));

  const auto& layers = schema["properties"]["layer"];
  CHECK(layers["type"] == "array");
  const auto& conv = layers["items"]["oneOf"][0];
  CHECK(conv["required"] == nlohmann::json{"type", "filters"});
  CHECK(conv["properties"]["padding"]["enum"] == nlohmann::json{"valid", "same"});
  CHECK(conv["properties"]["kernel"]["anyOf"][1]["minItems"] == 2);
  CHECK(conv["properties"]["trainable"]["default"] == true);
}

TEST_CASE("bounds are written as whole numbers for keys that are") {
  const std::string text = json_schema(sample_catalog());
  const auto minimum_of = [&](const std::string& key) {
    const std::size_t at = text.find("\"minimum\": ", text.find("\"" + key + "\": {"));
    return text.substr(at, text.find_first_of(",\n", at) - at);
  };
  CHECK(minimum_of("epochs") == "\"minimum\": 1");
  CHECK(minimum_of("clip_norm") == "\"minimum\": 0.0");
}

TEST_CASE("the schema takes padding by name, as a number, and by side") {
  std::vector<Section> sections = sample_catalog();
  KeySchema& padding = find_section_of(sections, "train").keys.emplace_back();
  padding = {.name = "border", .kind = Kind::sides, .doc = "Zeros.", .min = 0, .choices = {"valid", "same"}};
  const auto schema = nlohmann::json::parse(json_schema(sections));
  const auto& forms = schema["properties"]["train"]["properties"]["border"]["anyOf"];
  REQUIRE(forms.size() == 4);
  CHECK(forms[0]["enum"] == nlohmann::json{"valid", "same"});
  CHECK(forms[1] == nlohmann::json{{"type", "integer"}, {"minimum", 0}});
  CHECK(forms[2]["maxItems"] == 2);
  CHECK(forms[3]["minItems"] == 4);
}
