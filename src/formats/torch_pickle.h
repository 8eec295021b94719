#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// The part of Python's pickle language in which torch.save describes a state_dict, read without Python and without
/// calling anything: a few names are known (OrderedDict, the storages, the functions that rebuild a tensor), and each
/// other one is refused.
namespace convoy::formats {

/// The types of numbers in PyTorch's storages.
enum class TorchType { f16, bf16, f32, f64, i64, i32, i16, i8, u8, boolean };
std::string name_of(TorchType type);           ///< "float32"
std::size_t bytes_of(TorchType type);          ///< the size of one number
bool is_floating(TorchType type);              ///< float16, bfloat16, float32 or float64
constexpr std::size_t most_torch_extents = 8;  ///< of a tensor that is read

/// A tensor as the pickle describes it: numbers of a storage, which is an entry of the archive.
struct PickledTensor {
  std::string name = {};          ///< "features.0.weight"
  std::string storage = {};       ///< "0": the entry data/0
  std::int64_t storage_size = 0;  ///< numbers in the storage
  TorchType type = TorchType::f32;
  std::int64_t offset = 0;  ///< of its first number in the storage
  std::vector<std::int64_t> shape = {};
  std::vector<std::int64_t> strides = {};  ///< numbers from one index to the next; every number lies in the storage
};

/// Reads the state_dict that a pickle is, or that lies in its dictionary under "state_dict", "model_state_dict" or
/// "model": tensors in its order. `title` is for messages. Throws Error{data} for everything else.
std::vector<PickledTensor> read_state_dict(std::span<const std::byte> pickle, const std::filesystem::path& title);

}  // namespace convoy::formats
