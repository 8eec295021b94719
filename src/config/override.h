#pragma once

#include <string>

#include "config/document.h"

namespace convoy {

/// Gives every unnamed layer of a known type its automatic name: the type and its number among the unnamed layers of
/// that type, "conv2d_1". The network counts alike for models that a program builds.
void name_layers(Document& document, const Section& layers);

/// "train.epochs=3", "layer.conv2d_1.filters=64" or "optimizer={type = \"sgd\"}", which replaces the section.
/// "layer.bn*.enabled=false" is for all layers whose names match.
struct Override {
  std::string text;
  std::string where;   ///< what messages call it
  std::string folder;  ///< where relative paths start
};

/// As given on the command line: paths start from the current directory.
Override command_line_override(const std::string& text);

/// Throws Error{config}.
void apply_override(Document& document, const Override& given, const std::vector<Section>& catalog);

/// Whether a key of [data] holds a path: "path" and what ends in "_path".
bool is_path(const std::string& key);

/// Makes the paths in [data] absolute, from `folder` on, or from the home folder where they begin with
/// "~/". What is no UTF-8 in them is written as name_text() has it.
void resolve_paths(Settings& data, const std::string& folder);

}  // namespace convoy
