#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "convoy/number_text.h"
#include "core/fail.h"
#include "core/value_text.h"
#include "formats/torch.h"
#include "formats/torch_file.h"
#include "formats/torch_modules.h"

namespace convoy::formats {
namespace {

namespace fs = std::filesystem;

/// The tensors of a file that belong to one module, by the last part of their names.
struct FileModule {
  std::string name;  ///< "features.0"
  std::map<std::string, const TorchTensor*> tensors;
};

/// Modules of a network with those of a file, by their places in the network.
using Pairs = std::vector<const FileModule*>;

/// "weight 32x3x3x3, bias 32": what two modules must agree in.
std::string kind_of(const TorchModule& module) {
  std::map<std::string, std::string> parts;
  for (const TorchParameter& parameter : module.parameters) {
    parts[parameter.suffix] = TorchTensor{.name = "", .shape = parameter.shape}.shape_text();
  }
  std::string text;
  for (const auto& [suffix, shape] : parts) text += (text.empty() ? "" : ", ") + suffix + ' ' + shape;
  return text;
}
std::string kind_of(const FileModule& module) {
  std::string text;
  for (const auto& [suffix, tensor] : module.tensors) {
    text += (text.empty() ? "" : ", ") + suffix + ' ' + tensor->shape_text();
  }
  return text;
}

/// The file's modules in the order of their first tensors. The counter of batch norm's batches is left out: it counts
/// only where momentum is None.
std::vector<FileModule> file_modules(const TorchFile& file) {
  std::vector<FileModule> modules;
  std::map<std::string, std::size_t> by_name;
  for (const TorchTensor& tensor : file.tensors) {
    const std::size_t dot = tensor.name.rfind('.');
    const std::string module = dot == std::string::npos ? "" : tensor.name.substr(0, dot);
    const std::string suffix = dot == std::string::npos ? tensor.name : tensor.name.substr(dot + 1);
    if (suffix == "num_batches_tracked") continue;
    const auto [place, is_new] = by_name.emplace(module, modules.size());
    if (is_new) modules.push_back({.name = module, .tensors = {}});
    modules[place->second].tensors[suffix] = &tensor;
  }
  return modules;
}

/// "module.": what DataParallel, and modules within modules, put before every name.
std::size_t common_beginning(const std::vector<FileModule>& modules) {
  std::size_t length = 0;
  while (true) {
    const std::string& first = modules.front().name;
    const std::size_t dot = first.find('.', length);
    if (dot == std::string::npos) return length;
    const std::string beginning = first.substr(0, dot + 1);
    const bool common =
        std::ranges::all_of(modules, [&](const FileModule& module) { return module.name.starts_with(beginning); });
    if (!common) return length;
    length = dot + 1;
  }
}

std::string with_underscores(std::string name) {
  std::ranges::replace(name, '.', '_');
  return name;
}

/// Pairs modules of the same names, those of the file without their first `length` characters; nothing unless all are.
std::optional<Pairs> pair_by_name(const std::vector<TorchModule>& network, const std::vector<FileModule>& file,
                                  std::size_t length) {
  std::map<std::string, const FileModule*> by_name;
  for (const FileModule& module : file) by_name[with_underscores(module.name.substr(length))] = &module;
  if (by_name.size() != file.size() || network.size() != file.size()) return std::nullopt;
  Pairs pairs;
  for (const TorchModule& module : network) {
    const auto found = by_name.find(with_underscores(module.name));
    if (found == by_name.end()) return std::nullopt;
    pairs.push_back(found->second);
  }
  const bool once = std::set<const FileModule*>(pairs.begin(), pairs.end()).size() == pairs.size();
  return once ? std::optional(pairs) : std::nullopt;
}

/// Pairs the first with the first, and so on; nothing unless each pair is of one kind.
std::optional<Pairs> pair_in_order(const std::vector<TorchModule>& network, const std::vector<FileModule>& file) {
  if (network.size() != file.size()) return std::nullopt;
  Pairs pairs;
  for (std::size_t i = 0; i < network.size(); ++i) {
    if (kind_of(network[i]) != kind_of(file[i])) return std::nullopt;
    pairs.push_back(&file[i]);
  }
  return pairs;
}

/// A name as its text without numbers, "features.#.conv", and the numbers.
std::pair<std::string, std::vector<std::uint64_t>> split_numbers(const std::string& name) {
  std::pair<std::string, std::vector<std::uint64_t>> split;
  bool in_number = false;
  for (const char c : name) {
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (digit && !in_number) split.second.push_back(0);
    if (digit && !in_number) split.first += '#';
    if (digit) split.second.back() = split.second.back() * 10 + static_cast<std::uint64_t>(c - '0');
    if (!digit) split.first += c;
    in_number = digit;
  }
  return split;
}

/// Sorts modules of one kind by the numbers in their names. False where the names differ in more than numbers: then
/// nothing says which is which.
bool sort_by_numbers(std::vector<const FileModule*>& modules) {
  std::set<std::string> texts;
  for (const FileModule* module : modules) texts.insert(split_numbers(module->name).first);
  std::ranges::stable_sort(modules, {}, [](const FileModule* module) { return split_numbers(module->name).second; });
  return texts.size() == 1;
}

/// A module of the file; one whose tensors have no module before their names is the file itself.
std::string described(const FileModule& module) {
  return (module.name.empty() ? "its module" : in_quotes(module.name)) + " (" + kind_of(module) + ")";
}
std::string described(const TorchModule& module, const Network& network) {
  return "layer " + in_quotes(network.layer_of(module.node)) + " (" + kind_of(module) + ")";
}

constexpr const char* ways_out = "; put the layers into the file's order, or give them the names that they have there";

/// Pairs what there is one of on either side, and several of a kind by the numbers in their names. Throws Error{data}
/// for the first layer of the network that has no counterpart, or more than one.
class KindPairing {
 public:
  KindPairing(const std::vector<TorchModule>& modules, const std::vector<FileModule>& file, const Network& network,
              fs::path path)
      : modules_(modules), network_(network), path_(std::move(path)) {
    for (const FileModule& module : file) by_kind_[kind_of(module)].push_back(&module);
  }

  Pairs pairs() {
    std::map<std::string, std::size_t> wanted;
    for (const TorchModule& module : modules_) ++wanted[kind_of(module)];
    std::map<std::string, std::size_t> next;
    Pairs made;
    for (const TorchModule& module : modules_) {
      const std::string kind = kind_of(module);
      const std::vector<const FileModule*>& found = found_for(module, wanted[kind]);
      made.push_back(found[next[kind]++]);
    }
    return made;
  }

 private:
  const std::vector<const FileModule*>& found_for(const TorchModule& module, std::size_t wanted) {
    std::vector<const FileModule*>& found = by_kind_[kind_of(module)];
    if (found.size() != wanted) {
      fail(path_, "has " + std::to_string(found.size()) + " modules of the tensors of " + described(module, network_) +
                      ", the network " + std::to_string(wanted));
    }
    if (!sort_by_numbers(found) && wanted > 1) {
      fail(path_, described(*found[0]) + " and " + in_quotes(found[1]->name) + " both fit " +
                      described(module, network_) + ways_out);
    }
    return found;
  }

  const std::vector<TorchModule>& modules_;
  const Network& network_;
  fs::path path_;
  std::map<std::string, std::vector<const FileModule*>> by_kind_;
};

/// Throws Error{data} for the first place where the file's order is not the network's.
[[noreturn]] void refuse_first_difference(const std::vector<TorchModule>& network, const std::vector<FileModule>& file,
                                          const Network& graph, const fs::path& path) {
  for (std::size_t i = 0; i < std::min(network.size(), file.size()); ++i) {
    if (kind_of(network[i]) == kind_of(file[i])) continue;
    fail(path, described(file[i]) + " does not fit " + described(network[i], graph) + ways_out);
  }
  if (network.size() < file.size())
    fail(path, described(file[network.size()]) + " is left over: the network has no such layer");
  fail(path, "has nothing for " + described(network[file.size()], graph));
}

/// Finds the one way to match, or refuses.
Pairs matched(const std::vector<TorchModule>& modules, const TorchFile& read, const std::vector<FileModule>& file,
              const Network& network, const fs::path& path) {
  for (const std::size_t length : {std::size_t{0}, common_beginning(file)}) {
    if (const auto pairs = pair_by_name(modules, file, length)) return *pairs;
  }
  if (!read.in_order) {
    if (modules.size() < file.size()) {  // else one of the network's layers has nothing
      std::map<std::string, int> kinds;
      for (const TorchModule& module : modules) ++kinds[kind_of(module)];
      for (const FileModule& module : file) {
        if (--kinds[kind_of(module)] < 0)
          fail(path, described(module) + " is left over: the network has no such layer");
      }
    }
    return KindPairing(modules, file, network, path).pairs();
  }
  if (const auto pairs = pair_in_order(modules, file)) return *pairs;
  if (modules.size() == file.size()) {
    try {
      return KindPairing(modules, file, network, path).pairs();
    } catch (const Error&) {  // the first difference in order says it better
    }
  }
  refuse_first_difference(modules, file, network, path);
}

/// Checks names that agree for shapes that do not.
void require_one_kind(const std::vector<TorchModule>& modules, const Pairs& pairs, const Network& network,
                      const fs::path& path) {
  for (std::size_t i = 0; i < modules.size(); ++i) {
    if (kind_of(modules[i]) == kind_of(*pairs[i])) continue;
    fail(path, described(*pairs[i]) + " does not fit " + described(modules[i], network) + " of the same name");
  }
}

/// Puts one tensor into the network's order.
void take(const TorchParameter& parameter, const TorchTensor& tensor, const fs::path& file, ImportedWeights& weights) {
  const std::vector<float> numbers = tensor.floats(file);
  if (parameter.place == nullptr) {
    const auto other = std::ranges::find_if(numbers, [&](float number) { return number != parameter.constant; });
    if (other == numbers.end()) return;
    fail(file, "tensor " + in_quotes(tensor.name) + " holds " + shortest(static_cast<double>(*other)) +
                   ", and the network's layer has none: expected " + shortest(static_cast<double>(parameter.constant)) +
                   " everywhere; leave out center = false or scale = false");
  }
  if (parameter.suffix == "running_var" && std::ranges::any_of(numbers, [](float number) { return number < 0; })) {
    fail(file, "tensor " + in_quotes(tensor.name) + " holds a variance below 0");
  }
  std::vector<float> ordered(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) ordered[i] = numbers[parameter.index ? parameter.index(i) : i];
  weights.tensors[parameter.place->name] = std::move(ordered);
  weights.matches.push_back({.from = tensor.name, .to = parameter.place->name, .shape = parameter.place->shape});
}

/// What a state_dict does not say about a norm, where the network's keys are not PyTorch's defaults.
std::vector<std::string> notes_on_norms(const Network& network) {
  constexpr double torch_epsilon = 1e-5;
  std::vector<std::string> notes;
  for (const LayerSpec& layer : network.layers()) {
    if (!layer.type.ends_with("_norm") || !layer.settings.has("epsilon")) continue;
    const double epsilon = layer.settings.number("epsilon");
    if (epsilon != torch_epsilon) {
      notes.push_back(layer.type + " has epsilon = " + shortest(epsilon) +
                      ", PyTorch's default is 1e-05; a state_dict does not say which the model had");
      break;
    }
  }
  for (const LayerSpec& layer : network.layers()) {
    if (layer.type != "batch_norm" || layer.settings.text("moving_variance") == "unbiased") continue;
    notes.push_back(
        "batch_norm has moving_variance = \"biased\"; further training moves it as PyTorch does with "
        "preset = \"torch\"");
    break;
  }
  return notes;
}

std::vector<std::string> notes_on_types(const TorchFile& read) {
  const bool any = std::ranges::find(read.tensors, TorchType::f64, &TorchTensor::type) != read.tensors.end();
  return any ? std::vector<std::string>{"its float64 numbers were rounded to float32"} : std::vector<std::string>{};
}

}  // namespace

ImportedWeights read_torch_weights(const fs::path& file, const Network& into) {
  const TorchFile read = read_torch_file(file);
  const std::vector<FileModule> in_file = file_modules(read);
  if (in_file.empty()) fail(file, "holds no weights");
  const std::vector<TorchModule> modules = torch_modules(into, torch_orders(into));
  const Pairs pairs = matched(modules, read, in_file, into, file);
  require_one_kind(modules, pairs, into, file);
  ImportedWeights weights{.notes = notes_on_types(read)};
  for (std::size_t i = 0; i < modules.size(); ++i) {
    for (const TorchParameter& parameter : modules[i].parameters) {
      take(parameter, *pairs[i]->tensors.at(parameter.suffix), file, weights);
    }
  }
  std::ranges::move(notes_on_norms(into), std::back_inserter(weights.notes));
  return weights;
}

}  // namespace convoy::formats
