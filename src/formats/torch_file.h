#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "formats/torch_pickle.h"
#include "io/safetensors.h"

namespace convoy::formats {

/// A tensor of a state_dict; `bytes` are those of its storage from its first number on.
struct TorchTensor {
  std::string name;
  TorchType type = TorchType::f32;
  std::vector<std::int64_t> shape = {};
  std::vector<std::int64_t> strides = {};  ///< numbers from one index to the next
  std::span<const std::byte> bytes = {};

  /// The shape as "32x3x3x3"; "scalar" without extents.
  std::string shape_text() const;
  /// Its numbers as float32, the last index fastest. Throws Error{data} that names `file` for a number that is not
  /// finite, or not in float32.
  std::vector<float> floats(const std::filesystem::path& file) const;
};

/// A state_dict in memory.
struct TorchFile {
  std::vector<TorchTensor> tensors = {};
  bool in_order = false;  ///< of the modules in their model; else by name, as safetensors files are
  std::map<std::string, std::vector<std::byte>> storages = {};  ///< what the tensors' bytes are parts of
  TensorFile safetensors = {};                                  ///< or this
};

/// Whether a file is a safetensors file, a zip with PyTorch's pickle, or of torch.save before version 1.6.
bool is_torch_file(const std::filesystem::path& file);

/// Reads a .safetensors, .pt or .pth file whole. Throws Error{data}.
TorchFile read_torch_file(const std::filesystem::path& file);

}  // namespace convoy::formats
