#include "config/catalog.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "config/explain.h"
#include "config/schema.h"
#include "convoy/config.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "sample_catalog.h"

using namespace convoy;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

std::vector<fs::path> shipped_configs() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator("configs")) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// The schema of a dotted key below an object's schema, or null.
Json find_in_schema(const Json& object, const std::string& key) {
  const auto dot = key.find('.');
  const Json& properties = object.at("properties");
  const std::string first = key.substr(0, dot);
  if (!properties.contains(first)) return nullptr;
  return dot == std::string::npos ? properties.at(first) : find_in_schema(properties.at(first), key.substr(dot + 1));
}

/// The schema of a section with that type.
Json schema_of(const Json& root, const Section& section, const std::string& type) {
  if (section.name.empty()) return root;
  const Json& found = root.at("properties").at(section.name);
  const Json& one = section.name == "layer" ? found.at("items") : found;
  if (type.empty()) return one;
  for (const Json& alternative : one.at(section.name == "layer" ? "oneOf" : "anyOf")) {
    if (alternative.at("properties").at(section.type_key).at("const") == type) return alternative;
  }
  return nullptr;
}

/// With one space for each gap between words.
std::string unwrapped(const std::string& text) {
  std::istringstream in(text);
  std::string joined;
  for (std::string word; in >> word;) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

void check_page(const std::string& name, const std::string& doc) {
  CAPTURE(name);
  CHECK_FALSE(doc.empty());
  const std::string page = explain_key(name);
  CHECK(unwrapped(page).find(doc) != std::string::npos);
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) CHECK(columns(line) <= 80);
}

}  // namespace

TEST_CASE("every section, type and key has a page with its documentation") {
  for (const Section& section : catalog()) {
    const std::string prefix = section.name.empty() ? "" : section.name + ".";
    if (!section.name.empty()) check_page(section.name, section.doc);
    for (const auto& key : section.keys) check_page(prefix + key.name, key.doc);
    for (const auto& type : section.types) {
      check_page(type.name, type.doc);
      for (const auto& key : type.keys) check_page(type.name + "." + key.name, key.doc);
    }
  }
}

TEST_CASE("the schema knows every key of every type") {
  const Json schema = Json::parse(config_schema());
  for (const Section& section : catalog()) {
    std::vector<TypeSchema> types = section.types;
    if (types.empty()) types.push_back({});
    for (const auto& type : types) {
      const Json object = schema_of(schema, section, type.name);
      REQUIRE(object.is_object());
      for (const auto& key : keys_with(section, &type)) {
        CAPTURE(section.name + " " + type.name + " " + key.name);
        CHECK(find_in_schema(object, key.name).is_object());
      }
    }
  }
}

TEST_CASE("the rows of the catalog are sound: unique names, defaults within their own bounds") {
  for (const Section& section : catalog()) {
    CAPTURE(section.name);
    if (!section.default_type.empty()) CHECK(find_type(section, section.default_type) != nullptr);
    std::vector<TypeSchema> types = section.types;
    types.push_back({});
    for (const auto& type : types) {
      CAPTURE(type.name);
      std::vector<KeySchema> keys = keys_with(section, &type);
      Texts names = names_of(keys);
      std::ranges::sort(names);
      CHECK(std::ranges::adjacent_find(names) == names.end());
      std::erase_if(keys, [](const KeySchema& key) { return !key.fallback; });
      Settings defaults;
      for (const auto& key : keys) defaults.set(key.name, *key.fallback);
      CHECK_NOTHROW(defaults.complete(keys, ""));
    }
  }
}

TEST_CASE("every shipped configuration loads, and its resolved text reads back as equal") {
  const auto files = shipped_configs();
  CHECK(files.size() >= 5);
  for (const auto& file : files) {
    CAPTURE(file.string());
    const Config config = load_config(file);
    CHECK(config.path == file);
    CHECK(config.run.text("name") == file.stem().string());
    const std::string text = resolved_toml(config);
    const Config again = parse_config(text, "resolved.toml", "/elsewhere");
    CHECK(equal(config, again));
    CHECK(resolved_toml(again) == text);
  }
}

TEST_CASE("resolved, every layer has every key of its type") {
  const Section& layers = section("layer");
  std::string text = "[data]\npath = \"x\"\n";
  for (const auto& type : layers.types) {
    text += "[[layer]]\ntype = \"" + type.name + "\"\n";
    for (const auto& key : type.keys) {
      if (key.required) text += key.name + " = " + (key.kind == Kind::choice ? "\"relu\"" : "3") + "\n";
    }
  }
  const Config config = parse_config(resolved_toml(parse_config(text, "a.toml", ".")), "resolved.toml", ".");
  REQUIRE(config.layers.size() == layers.types.size());
  for (std::size_t i = 0; i < layers.types.size(); ++i) {
    for (const auto& key : layers.types[i].keys) {
      CAPTURE(layers.types[i].name + "." + key.name);
      CHECK(config.layers[i].settings.has(key.name));
    }
  }
}

TEST_CASE("a resolved text of earlier times, without what a preset fills in, is that of now") {
  const std::string before = "[data]\npath = \"x\"\n[[layer]]\ntype = \"batch_norm\"\npreset = \"torch\"\n";
  const Config config = parse_config(before, "resolved.toml", ".");
  const Settings& norm = config.layers[0].settings;
  CHECK(norm.number("momentum") == 0.9);
  CHECK(norm.number("epsilon") == 1e-5);
  CHECK(norm.text("moving_variance") == "unbiased");
  CHECK(equal(config, parse_config(resolved_toml(config), "resolved.toml", ".")));
}

TEST_CASE("a preset for keys that are all given is refused where it is set to change them") {
  const std::string head = "[data]\npath = \"x\"\n[[layer]]\ntype = \"batch_norm\"\nname = \"bn\"\n";
  const std::string resolved = resolved_toml(parse_config(head, "a.toml", "."));
  CHECK_THROWS_WITH_AS(
      parse_config(resolved, "resolved.toml", ".", {"layer.bn.preset=torch"}),
      "-s layer.bn.preset=torch: layer 1 \"bn\" (batch_norm): \"preset\" would change nothing: the file "
      "gives the keys whose defaults it decides: momentum, epsilon, moving_variance; set those",
      Error);
  const Config half = parse_config(head + "momentum = 0.5\n", "a.toml", ".", {"layer.bn.preset=torch"});
  CHECK(half.layers[0].settings.number("momentum") == 0.5);
  CHECK(half.layers[0].settings.number("epsilon") == 1e-5);
}

TEST_CASE("a default that depends on another key is explained with it") {
  CHECK(explain("batch_norm.epsilon", catalog()).find("default 0.001 with preset = \"keras\", 1e-05 with \"torch\"") !=
        std::string::npos);
}

TEST_CASE("the flagship is what the documents show, and overrides reach its layers by name") {
  const Config config = load_config("configs/mnist_cnn.toml", {"layer.conv2.filters=16", "train.epochs=3"});
  Texts types;
  for (const auto& layer : config.layers) types.push_back(layer.type);
  CHECK(types == Texts{"conv2d", "batch_norm", "conv2d", "batch_norm", "flatten", "dense"});
  CHECK(config.layers[2].settings.integer("filters") == 16);
  CHECK(config.layers[5].settings.text("activation") == "softmax");
  CHECK(config.train.integer("epochs") == 3);
  CHECK(config.train.integer("batch_size") == 32);
  CHECK(config.optimizer.type == "adam");
  CHECK(config.loss.type == "softmax_cross_entropy");
  CHECK(config.data.text("path") == fs::absolute("data/mnist").string());
}

TEST_CASE("the validation set is a count or a share, in the schema and in what is explained") {
  const auto schema = nlohmann::json::parse(json_schema(catalog()));
  const auto& idx = schema["properties"]["data"]["anyOf"][0]["properties"];
  CHECK(idx["validation"]["default"] == 0);
  CHECK(idx["validation"]["anyOf"][0] == nlohmann::json{{"type", "integer"}, {"minimum", 0}});
  CHECK(idx["validation"]["anyOf"][1] == nlohmann::json{{"type", "number"}, {"minimum", 0}, {"exclusiveMaximum", 1}});
  CHECK(explain("data.validation", catalog()).find("takes: a whole number, or a share below 1") != std::string::npos);
}
