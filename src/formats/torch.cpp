#include "formats/torch.h"

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "formats/torch_file.h"

namespace convoy::formats {
namespace {

/// Says first what is wrong with the file, if anything is.
ImportedModel refuse_torch_without_network(const std::filesystem::path& file) {
  read_torch_file(file);
  throw Error(ErrorKind::config, shown(file.string()) +
                                     ": is a PyTorch state_dict, which has weights but no network; give the network's "
                                     "configuration: --into CONFIG");
}

}  // namespace

Format torch_format() {
  return {.name = "torch",
          .ending = ".safetensors",
          .recognises = is_torch_file,
          .read = refuse_torch_without_network,
          .read_weights = read_torch_weights,
          .write = write_torch};
}

}  // namespace convoy::formats
