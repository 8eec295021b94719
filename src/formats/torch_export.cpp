#include <algorithm>
#include <fstream>
#include <map>
#include <string_view>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "formats/torch.h"
#include "formats/torch_modules.h"
#include "formats/torch_source.h"
#include "io/atomic_file.h"
#include "io/safetensors.h"

namespace convoy::formats {
namespace {

namespace fs = std::filesystem;

/// The Python source of a state_dict. Throws Error{config} for a name that has no place beside it, or one that is taken
/// by a program of the user's.
fs::path torch_source_file(const fs::path& file) {
  if (file.extension() != ".safetensors") {
    throw Error(ErrorKind::config, shown(file.string()) +
                                       ": expected a name that ends in .safetensors; the module's "
                                       "Python source is written beside it");
  }
  fs::path source = file;
  source.replace_extension(".py");
  std::ifstream stream(source, std::ios::binary);
  if (!stream) return source;
  std::string begins(std::string_view(torch_source_begins).size(), '\0');
  stream.read(begins.data(), static_cast<std::streamsize>(begins.size()));
  if (stream && begins == torch_source_begins) return source;
  throw Error(ErrorKind::config,
              shown(source.string()) + ": was not written by convoy export, which would replace it; name another file");
}

/// The tensors of a state_dict, in memory while they are written.
struct StateDict {
  std::map<std::string, std::vector<float>> numbers = {};
  std::vector<std::int64_t> batches = {0};  ///< no training step in PyTorch yet
  std::vector<TensorToWrite> tensors = {};
};

void add_torch_tensor(StateDict& state, const std::string& module, const TorchParameter& parameter,
                      const ExportedModel& model) {
  std::vector<float>& numbers = state.numbers[module + "." + parameter.suffix];
  if (parameter.place == nullptr) {
    numbers.assign(static_cast<std::size_t>(parameter.shape.at(0)), parameter.constant);
  } else {
    const std::span<const float> values = model.values(parameter.place->name);
    numbers.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) numbers[parameter.index ? parameter.index(i) : i] = values[i];
  }
  state.tensors.push_back({module + "." + parameter.suffix, parameter.shape, numbers});
}

/// The whole numbers come first, so that each tensor is aligned.
StateDict state_dict_of(const ExportedModel& model, const std::vector<TorchModule>& modules) {
  StateDict state;
  for (const TorchModule& module : modules) {
    if (!module.counts_batches) continue;
    state.tensors.push_back({module.name + ".num_batches_tracked", {}, {}, state.batches});
  }
  for (const TorchModule& module : modules) {
    for (const TorchParameter& parameter : module.parameters) add_torch_tensor(state, module.name, parameter, model);
  }
  return state;
}

}  // namespace

std::vector<fs::path> write_torch(const ExportedModel& model, const fs::path& file) {
  const fs::path source_file = torch_source_file(file);
  const TorchOrders orders = torch_orders(model.network);
  const std::string source = torch_source(model, orders);
  const StateDict state = state_dict_of(model, torch_modules(model.network, orders));
  write_safetensors(file, state.tensors, {{"format", "pt"}});
  write_file_atomically(source_file, source);
  return {file, source_file};
}

}  // namespace convoy::formats
