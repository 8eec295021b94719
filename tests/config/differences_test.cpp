#include "config/differences.h"

#include <doctest/doctest.h>

#include "sample_catalog.h"

using namespace convoy;

TEST_CASE("the keys of a configuration name its sections and layers, layers without a name by number") {
  Config config = sample_config("[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"conv2d\"\nfilters = 8\n");
  config.layers[0].name.clear();
  const auto keys = keys_of(config);
  CHECK(keys.at("seed") == "42");
  CHECK(keys.at("train.epochs") == "10");
  CHECK(keys.at("optimizer.type") == "adam");
  CHECK(keys.at("layer.1.number") == "1");
  CHECK(keys.at("layer.conv2d_1.number") == "2");
  CHECK(keys.at("layer.conv2d_1.filters") == "8");
  CHECK_FALSE(keys.contains("diagnostics.every"));
}

TEST_CASE("two configurations differ in the keys whose values differ, except in harmless ones") {
  const Config before = sample_config(one_layer);
  const Config now = sample_config("seed = 7\n[optimizer]\ntype = \"sgd\"\nlearning_rate = 0.001" + one_layer);
  CHECK(differences(before, before, {}).empty());
  CHECK(differences(before, now, {"seed"}) == Texts{"optimizer.beta_1: 0.9, now not there",
                                                    "optimizer.momentum: not there, now 0.0",
                                                    "optimizer.type: adam, now sgd"});
}

TEST_CASE("the first five differences are named, and how many more there are") {
  Texts all = {"a", "b", "c", "d", "e"};
  CHECK(first_of({}).empty());
  CHECK(first_of(all) == "a; b; c; d; e");
  all.emplace_back("f");
  CHECK(first_of(all) == "a; b; c; d; e; and 1 more");
}
