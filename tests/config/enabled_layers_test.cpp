#include "config/enabled_layers.h"

#include <doctest/doctest.h>

#include "sample_catalog.h"

using namespace convoy;

namespace {

std::string layer(const std::string& name, const std::string& more = "") {
  return "[[layer]]\ntype = \"flatten\"\nname = \"" + name + "\"\n" + more + "\n";
}

const std::string disabled = "enabled = false\n";

/// "a b(a) c(b)": the layers that are left, with the inputs that they name.
std::string left(const std::string& text, const std::vector<std::string>& overrides = {}) {
  std::string list;
  for (const LayerSpec& spec : sample_config(text, overrides).layers) {
    list += (list.empty() ? "" : " ") + spec.name;
    for (const auto& input : spec.inputs) list += "(" + input + ")";
  }
  return list;
}

}  // namespace

TEST_CASE("a disabled layer is not there, and what follows takes what came before") {
  CHECK(left(layer("a") + layer("b", disabled) + layer("c")) == "a c");
  CHECK(left(layer("a", disabled) + layer("b", disabled) + layer("c")) == "c");
  CHECK(left(layer("a") + layer("b") + layer("c", disabled)) == "a b");
  CHECK(left(layer("a") + layer("b", "enabled = true") + layer("c")) == "a b c");
  CHECK(sample_config(layer("a") + layer("b", disabled)).layers[0].settings.entries().empty());
}

TEST_CASE("who names a disabled layer takes that layer's own input") {
  const std::string takes_b = "inputs = \"b\"\n";
  CHECK(left(layer("a") + layer("b", disabled) + layer("c") + layer("d", takes_b)) == "a c d(a)");
  CHECK(left(layer("a") + layer("b") + layer("c", disabled + "inputs = \"a\"\n") + layer("d")) == "a b d(a)");
  CHECK(left(layer("a") + layer("b") + layer("c", disabled + "inputs = \"a\"\n") + layer("d", takes_b)) == "a b d(b)");
  CHECK(left(layer("a", disabled) + layer("b", disabled) + layer("c") + layer("d", takes_b)) == "c d(input)");
  CHECK(left(layer("a") + layer("b", disabled) + layer("c", disabled + takes_b) + layer("d") +
             layer("e", "inputs = [\"c\", \"d\"]")) == "a d e(a)(d)");
}

TEST_CASE("automatic names count disabled layers, so that the others keep theirs") {
  const std::string unnamed = "[[layer]]\ntype = \"flatten\"\n";
  CHECK(left(unnamed + unnamed + unnamed, {"layer.flatten_2.enabled=false"}) == "flatten_1 flatten_3");
  CHECK(left(unnamed + layer("x") + unnamed, {"layer.flatten*.enabled=false"}) == "x");
}

TEST_CASE("a layer with several inputs cannot be disabled") {
  const std::string joined = "[[layer]]\ntype = \"concat\"\nname = \"both\"\ninputs = [\"a\", \"b\"]\n";
  CHECK(sample_error(layer("a") + layer("b") + joined + disabled) ==
        "a.toml:9:1: layer \"both\" (concat) cannot be disabled: it has 2 inputs, and none of them can stand for it");
  CHECK(sample_error(layer("a", "enabled = 1")) ==
        "a.toml:4:1: layer 1 \"a\" (flatten): \"enabled\" expects true or false, got 1");
}
