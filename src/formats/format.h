#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "formats/exchange.h"

namespace convoy::formats {

/// One framework's files. Readers and writers throw Error{data} for what cannot be read, and name the layer and the
/// framework's class or operator that convoy does not have; Error{config} for a layer that the framework does not have.
struct Format {
  std::string name;    ///< "keras": what `export --to` takes
  std::string ending;  ///< ".keras": of the file that is written
  /// Whether the file is of this format, by its first bytes.
  bool (*recognises)(const std::filesystem::path& file);
  /// Throws Error{config} for a file with weights only: it needs --into.
  ImportedModel (*read)(const std::filesystem::path& file);
  /// Matches the weights of a file with the tensors of a network by order, kind and shape; refuses doubt.
  ImportedWeights (*read_weights)(const std::filesystem::path& file, const Network& into);
  /// Returns the files that it wrote, each in place of an earlier one.
  std::vector<std::filesystem::path> (*write)(const ExportedModel& model, const std::filesystem::path& file);
};

/// All formats, in the order in which files are tried.
const std::vector<Format>& all_formats();

/// Throws Error{config}, with the names that there are.
const Format& format_named(const std::string& name);
/// The format of a file to read. Throws Error{data}.
const Format& format_of(const std::filesystem::path& file);

}  // namespace convoy::formats
