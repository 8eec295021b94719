#pragma once

#include <string>

#include "config/document.h"

namespace convoy {

/// Sets the name of every unnamed layer of a known type: the type and its number among the unnamed layers of that type,
/// "conv2d_1". The network numbers alike for models that a program builds.
void name_layers(Document& document, const Section& layers);

/// A change of a configuration: "train.epochs=3", "layer.conv2d_1.filters=64", or "optimizer={type = \"sgd\"}", which
/// replaces the section. "layer.bn*.enabled=false" is for all layers whose names match.
struct Override {
  std::string text;
  std::string where;   ///< how messages name it
  std::string folder;  ///< the folder that relative paths start from
};

/// An override given on the command line: relative paths start from the current folder.
Override command_line_override(const std::string& text);

/// Applies an override to the document. Throws Error{config} for an unknown section or layer, or a wrong value.
void apply_override(Document& document, const Override& given, const std::vector<Section>& catalog);

/// Whether a key holds a path: "path", "from" and keys that end in "_path".
bool is_path(const std::string& key);

/// Makes the paths in the settings absolute, starting from `folder`, or from the home folder where they begin with
/// "~/". Escapes of name_text() in them become the bytes they stand for. Throws Error{config} where $HOME is needed but
/// not set.
void resolve_paths(Settings& data, const std::string& folder);

}  // namespace convoy
