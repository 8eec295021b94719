#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "core/fail.h"
#include "formats/onnx.h"
#include "formats/onnx_graph.h"
#include "formats/onnx_probe.h"

namespace convoy::formats::onnx {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = std::numeric_limits<std::int32_t>::max();  // protocol buffers end there
constexpr std::size_t most_nodes = 100000;
constexpr std::size_t spare_numbers = std::size_t{1} << 20;

std::string contents_of(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error || size > largest_file) fail(file, "is too large for an ONNX file: 2 GB, with larger weights beside it");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) fail(file, "cannot be read");
  return bytes;
}

/// The one input that is no constant.
const ValueInfo& sample_input(const GraphFile& file) {
  std::set<std::string_view> constants;
  for (const StoredTensor& tensor : file.initializers) constants.insert(tensor.name);
  std::vector<const ValueInfo*> found;
  for (const ValueInfo& input : file.inputs) {
    if (!constants.contains(input.name)) found.push_back(&input);
  }
  if (found.size() != 1) {
    std::string names;
    for (const ValueInfo* one : found)
      names += (names.empty() ? ": \"" : ", \"") + shown(std::string(one->name)) + "\"";
    throw std::runtime_error("has " + std::to_string(found.size()) + " inputs" + names +
                             "; a network of convoy has one");
  }
  const ValueInfo& input = *found[0];
  if (input.type != ElementType::float32) {
    throw std::runtime_error("input \"" + shown(std::string(input.name)) + "\" has numbers of type " +
                             std::to_string(static_cast<int>(input.type)) + ", expected float");
  }
  if (input.dims.size() < 2 || input.dims.size() > 5) {
    throw std::runtime_error("input \"" + shown(std::string(input.name)) +
                             "\": expected a batch and one to four more extents, got " +
                             std::to_string(input.dims.size()));
  }
  for (std::size_t axis = 1; axis < input.dims.size(); ++axis) {
    if (input.dims[axis] < 1 || input.dims[axis] > 1 << 30) {
      throw std::runtime_error("input \"" + shown(std::string(input.name)) + "\": extent number " +
                               std::to_string(axis + 1) +
                               " is not fixed; convoy's images have one size (export with one, and the batch free)");
    }
  }
  return input;
}

/// Where a node's order of axes puts images that come height x width x channels: to the front, as an operator on images
/// wants them. Nothing where it says nothing.
std::optional<bool> says_channels_last(const StoredNode& node) {
  static const std::set<std::string_view> on_images = {
      "Conv", "ConvTranspose",     "MaxPool",       "AveragePool",          "BatchNormalization",
      "LRN",  "GlobalAveragePool", "GlobalMaxPool", "InstanceNormalization"};
  if (on_images.contains(node.op)) return false;
  for (const Attribute& attribute : node.attributes) {
    if (node.op != "Transpose" || attribute.name != "perm") continue;
    if (attribute.integers == Extents{0, 3, 1, 2}) return true;
    if (attribute.integers == Extents{0, 2, 3, 1}) return false;
  }
  return {};
}

/// Whether images come height x width x channels, as Keras's do, if an operator says so.
std::optional<bool> said_channels_last(const GraphFile& file, const ValueInfo& input) {
  std::set<std::string_view> reached = {input.name};
  for (const StoredNode& node : file.nodes) {
    if (!std::ranges::any_of(node.inputs, [&](auto name) { return reached.contains(name); })) continue;
    if (const auto said = says_channels_last(node)) return said;
    reached.insert(node.outputs.begin(), node.outputs.end());
  }
  return {};
}

/// The nodes that the output depends on.
std::vector<bool> needed_nodes(const GraphFile& file, std::string_view output) {
  std::set<std::string_view> wanted = {output};
  std::vector<bool> needed(file.nodes.size(), false);
  for (std::size_t i = file.nodes.size(); i-- > 0;) {
    const StoredNode& node = file.nodes[i];
    needed[i] = std::ranges::any_of(node.outputs, [&](auto name) { return !name.empty() && wanted.contains(name); });
    if (!needed[i]) continue;
    for (const std::string_view name : values_read_by(node)) wanted.insert(name);
  }
  return needed;
}

void run(const Call& call) {
  const StoredNode& node = call.node();
  if (!node.domain.empty() && node.domain != "ai.onnx") {
    call.fail("an operator of \"" + shown(std::string(node.domain)) + "\"; convoy knows ONNX's own");
  }
  if (node.op == "If") {
    run_branch(call, run);
    return;
  }
  bool constant = true;
  for (std::size_t i = 0; i < call.inputs(); ++i) constant = constant && (!call.has(i) || call.value(i).constant);
  if (constant && fold(call)) return;
  for (const auto* table :
       {&kernel_operators(), &pool_operators(), &norm_operators(), &view_operators(), &arithmetic_operators()}) {
    const auto found = table->find(node.op);
    if (found == table->end()) continue;
    if (constant) break;  // of constants alone, and not among those that are folded
    found->second(call);
    return;
  }
  call.fail("convoy has no layer for this operator");
}

/// Runs the nodes that are needed; those that make one layer together as that.
void run_all(GraphState& state, std::vector<bool> left) {
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!left[i]) continue;
    const std::vector<std::size_t> together = run_as_one_layer(state, i);
    for (const std::size_t node : together) left[node] = false;
    if (together.empty()) run(Call(state, state.file.nodes[i]));
  }
}

GraphState state_of(const GraphFile& file, const fs::path& path, std::size_t bytes, bool channels_last) {
  const ValueInfo& input = sample_input(file);
  Extents extents(input.dims.begin() + 1, input.dims.end());
  const bool images_first = extents.size() == 3 && !channels_last;
  if (images_first) extents = {extents[1], extents[2], extents[0]};
  const Shape shape(extents.begin(), extents.end());
  GraphState state{.file = file,
                   .path = path,
                   .layers = Layers(shape, bytes + spare_numbers),
                   .batch = input.dims[0] > 0 ? input.dims[0] : -1,
                   .foldable = 16 * bytes + spare_numbers};
  const View view = images_first ? View::channels_first(shape) : View(shape);
  state.values[std::string(input.name)] = {.constant = {}, .expression = state.layers.input(), .view = view};
  return state;
}

/// Weights beside the model count as its bytes.
std::size_t external_bytes(const GraphFile& file) {
  std::size_t bytes = 0;
  for (const StoredTensor& tensor : file.initializers) {
    if (tensor.external) bytes += 8 * count_of(tensor.dims, std::size_t{1} << 32);
  }
  return bytes;
}

/// The numbers of the output in an order that convoy can give: images as height x width x channels.
ExpressionPtr final_array(GraphState& state, const GraphValue& value) {
  std::vector<int> own(static_cast<std::size_t>(value.view.rank()));
  std::iota(own.begin(), own.end(), 0);
  ExpressionPtr array;
  if (own.size() == 3) array = arranged(state.layers, value, {1, 2, 0});
  if (!array && !own.empty() && own.size() <= 4) array = arranged(state.layers, value, own);
  if (!array) throw std::runtime_error("its output has its numbers in an order that no layer of convoy makes");
  return array;
}

/// Names that an export of convoy's wrote.
std::vector<std::string> written_names(const GraphFile& file, const std::string& key) {
  std::vector<std::string> names;
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) return names;
  const nlohmann::json list = nlohmann::json::parse(found->second, nullptr, false);
  if (!list.is_array()) return names;
  for (const auto& name : list) {
    if (!name.is_string()) return {};
    names.push_back(name.get<std::string>());
  }
  return names;
}

void check_graph(const GraphFile& file) {
  if (file.opset < 1) throw std::runtime_error("does not say which operator set it has");
  if (file.nodes.size() > most_nodes) throw std::runtime_error("has " + std::to_string(file.nodes.size()) + " nodes");
  if (file.outputs.size() != 1) {
    throw std::runtime_error("has " + std::to_string(file.outputs.size()) + " outputs; a network of convoy has one");
  }
}

ImportedModel imported_as(const GraphFile& file, const fs::path& path, std::size_t bytes, bool channels_last) {
  GraphState state = state_of(file, path, bytes + external_bytes(file), channels_last);
  for (const std::string& name : written_names(file, "unbiased_variance")) state.unbiased.insert(name);
  const std::string_view output = file.outputs[0].name;
  const std::vector<bool> needed = needed_nodes(file, output);
  std::set<std::string_view> used = {output};
  ++state.uses[std::string(output)];
  for (std::size_t i = 0; i < needed.size(); ++i) {
    if (!needed[i]) continue;
    for (const std::string_view input : values_read_by(file.nodes[i])) {
      used.insert(input);
      ++state.uses[std::string(input)];
    }
  }
  for (const StoredTensor& tensor : file.initializers) {
    if (!used.contains(tensor.name)) continue;
    state.values[std::string(tensor.name)].constant = std::make_shared<const Constant>(constant_of(tensor, path));
  }
  run_all(state, needed);
  const auto last = state.values.find(output);
  if (last == state.values.end() || !last->second.expression) {
    throw std::runtime_error("its output does not depend on its input");
  }
  ImportedModel model;
  model.name = std::string(file.name);
  model.input = state.layers.input()->shape;
  model.class_names = written_names(file, "class_names");
  const View& order = state.values.at(std::string(sample_input(file).name)).view;
  if (order.rank() == 3 && !order.in_order())
    model.notes.push_back("its images are channels x height x width; convoy's are height x width x channels");
  const Output end = state.layers.settle_last(final_array(state, last->second));
  state.layers.give(model, end);
  const std::size_t outputs = end.shape.size();
  if (model.class_names.size() != outputs) model.class_names.clear();
  if (model.layers.empty()) throw std::runtime_error("has no layer: its output is its input");
  return model;
}

/// Where no operator says how images come, the channels are taken for the fewest of the extents; if that leads nowhere,
/// for the others.
ImportedModel imported(const GraphFile& file, const fs::path& path, std::size_t bytes) {
  check_graph(file);
  const ValueInfo& input = sample_input(file);
  if (input.dims.size() != 4) return imported_as(file, path, bytes, true);
  if (const auto said = said_channels_last(file, input)) return imported_as(file, path, bytes, *said);
  const bool guess = input.dims[3] < std::min(input.dims[1], input.dims[2]);
  try {
    return imported_as(file, path, bytes, guess);
  } catch (const std::runtime_error&) {
    try {
      return imported_as(file, path, bytes, !guess);
    } catch (const std::runtime_error&) {  // what the first says is told
    }
    throw;
  }
}

}  // namespace

ImportedModel read(const fs::path& file) {
  const std::string bytes = contents_of(file);
  try {
    const GraphFile graph = read_graph(bytes);
    return imported(graph, file, bytes.size());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::data) throw;
    fail(file, error.what());
  } catch (const std::runtime_error& error) {
    fail(file, error.what());
  }
}

bool recognises(const fs::path& file) {
  std::string first(16, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(first.data(), static_cast<std::streamsize>(first.size()));
  return begins_as_model(std::string_view(first).substr(0, static_cast<std::size_t>(stream.gcount())));
}

}  // namespace convoy::formats::onnx
