#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace convoy::formats {

/// A data set of an HDF5 file. Of numbers that are no floats only the shape is read.
struct Hdf5Array {
  std::vector<std::int64_t> shape;
  bool floats = false;
  std::size_t bytes_each = 0;      ///< of a number in the file
  std::vector<float> values = {};  ///< row-major
};

/// What an HDF5 file of Keras has in it, by path: "layers/conv2d/vars/0".
struct Hdf5Contents {
  std::map<std::string, Hdf5Array> arrays = {};
  /// Attributes that are texts, by group and name: "model_weights@layer_names".
  std::map<std::string, std::vector<std::string>> texts = {};

  /// The place of one of the arrays.
  std::string path_of(const Hdf5Array& array) const;
  /// The attribute's text; "" where there is none.
  std::string text(const std::string& attribute) const;
  /// An attribute that Keras cuts into several where it is long: layer_names0, layer_names1 ...
  std::vector<std::string> all_texts(const std::string& attribute) const;
};

/// Whether a file begins as HDF5 does.
bool begins_as_hdf5(std::span<const std::byte> bytes);

/// Reads a file; what an optimizer left in it is left out. The work is done by libhdf5 in a process of its own, with
/// limits to its time and memory, since damaged files make it fall or hang. Throws Error{data}.
Hdf5Contents read_hdf5(const std::filesystem::path& file);
/// The same of a file in memory, which messages call `title`.
Hdf5Contents read_hdf5(const std::filesystem::path& title, std::span<const std::byte> image);

}  // namespace convoy::formats
