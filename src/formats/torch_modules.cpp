#include "formats/torch_modules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

#include "convoy/error.h"
#include "formats/layer_table.h"

namespace convoy::formats {
namespace {

/// Words that Python has taken, and attributes that every nn.Module has; each between spaces.
constexpr std::string_view taken_in_python =
    " "
    "and as assert async await bfloat16 break buffers apply add_module children class compile "
    "continue cpu cuda def del double elif else eval except extra_repr finally float for forward "
    "from global half if import in ipu is lambda modules mtia nonlocal not or parameters pass raise "
    "return share_memory state_dict to to_empty train training try type while with xpu yield "
    "zero_grad None True False T_destination call_super_init dump_patches load_state_dict "
    "requires_grad_ input_multiply input_add ";

bool is_taken_in_python(const std::string& name) {
  constexpr std::array beginnings = {std::string_view("_"), std::string_view("get_"), std::string_view("set_"),
                                     std::string_view("named_"), std::string_view("register_")};
  return taken_in_python.find(" " + name + " ") != std::string_view::npos ||
         std::ranges::any_of(beginnings, [&](std::string_view beginning) { return name.starts_with(beginning); });
}

/// The name as one that Python takes.
std::string python_name(std::string name) {
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) name = "layer" + name;
  return is_taken_in_python(name) ? "layer_" + name : name;
}

std::vector<std::int64_t> torch_shape(const Shape& shape) {
  if (shape.rank() == 3) return {shape[2], shape[0], shape[1]};
  std::vector<std::int64_t> extents;
  for (int axis = 0; axis < shape.rank(); ++axis) extents.push_back(shape[axis]);
  return extents;
}

/// Makes the modules of one node.
class ModuleMaker {
 public:
  ModuleMaker(const Network& network, const TorchOrders& orders, int index, std::string name)
      : node_(network.node(index)),
        index_(index),
        name_(std::move(name)),
        input_(node_.inputs[0] == Network::input ? network.input_shape() : network.shape_of(node_.inputs[0])),
        in_order_(orders.of(node_.inputs[0])),
        out_order_(orders.of(index)) {}

  std::vector<TorchModule> make() const {
    if (node_.type == "separable_conv2d") {
      return {module(".0", {kernel("depthwise_kernel")}), module(".1", {kernel("pointwise_kernel"), bias()})};
    }
    if (place("kernel") != nullptr)
      return {module("", {node_.type == "dense" ? dense_kernel() : kernel("kernel"), bias()})};
    if (node_.type == "batch_norm") return {batch_norm()};
    if (node_.type == "prelu") return {module("", {slopes()})};
    if (place("gamma") != nullptr || place("beta") != nullptr) return {module("", {gamma(), beta()})};
    return {};
  }

 private:
  /// A tensor of the node by its own name; null where it has none.
  const TensorPlace* place(const std::string& tensor) const {
    const std::string whole = node_.name + "/" + tensor;
    for (const auto* places : {&node_.parameters, &node_.states}) {
      const auto found = std::ranges::find(*places, whole, &TensorPlace::name);
      if (found != places->end()) return &*found;
    }
    return nullptr;
  }

  /// Of these tensors those that there are.
  TorchModule module(const std::string& part, std::vector<TorchParameter> parameters) const {
    std::erase_if(parameters, [](const TorchParameter& parameter) { return parameter.suffix.empty(); });
    return {.name = name_ + part, .node = index_, .parameters = std::move(parameters)};
  }

  static std::function<std::size_t(std::size_t)> in_order(const TorchOrder& order) {
    if (order.empty()) return {};
    return [order](std::size_t i) { return order[i]; };
  }

  /// Height x width x a x b in convoy is b x a x height x width in PyTorch: of a convolution a are the inputs and b the
  /// outputs, of a transposed one it is the other way round in both. A depthwise one has its outputs in a and b.
  TorchParameter kernel(const std::string& tensor) const {
    const TensorPlace* found = place(tensor);
    const Shape& shape = found->shape;
    const bool depthwise = node_.type == "depthwise_conv2d" || tensor == "depthwise_kernel";
    const auto taps = static_cast<std::size_t>(shape[0]) * static_cast<std::size_t>(shape[1]);
    const auto inner = static_cast<std::size_t>(depthwise ? 1 : shape[2]);
    const auto outer = static_cast<std::size_t>(depthwise ? shape[2] * shape[3] : shape[3]);
    const auto index = [taps, inner, outer](std::size_t i) {
      const std::size_t b = i % outer;
      const std::size_t a = i / outer % inner;
      return (b * inner + a) * taps + i / outer / inner;
    };
    return {.suffix = "weight",
            .shape = {static_cast<std::int64_t>(outer), static_cast<std::int64_t>(inner), shape[0], shape[1]},
            .place = found,
            .index = index};
  }

  /// Inputs x units in convoy, units x inputs in PyTorch.
  TorchParameter dense_kernel() const {
    const TensorPlace* found = place("kernel");
    const auto inputs = static_cast<std::size_t>(found->shape[0]);
    const auto units = static_cast<std::size_t>(found->shape[1]);
    const auto index = [inputs, units, in = in_order_, out = out_order_](std::size_t i) {
      const std::size_t unit = i % units;
      const std::size_t input = i / units;
      return (out.empty() ? unit : out[unit]) * inputs + (in.empty() ? input : in[input]);
    };
    return {.suffix = "weight", .shape = {found->shape[1], found->shape[0]}, .place = found, .index = index};
  }

  TorchParameter by_channel_of(const std::string& suffix, const std::string& tensor) const {
    const TensorPlace* found = place(tensor);
    return {.suffix = suffix, .shape = torch_shape(found->shape), .place = found, .index = in_order(out_order_)};
  }

  TorchParameter bias() const { return place("bias") == nullptr ? absent() : by_channel_of("bias", "bias"); }

  /// gamma or beta; where a norm has only the other, PyTorch has both.
  TorchParameter affine(const std::string& suffix, const std::string& tensor, float constant) const {
    if (place(tensor) != nullptr) return by_channel_of(suffix, tensor);
    if (place("gamma") == nullptr && place("beta") == nullptr) return absent();
    return {.suffix = suffix, .shape = {input_.last()}, .place = nullptr, .constant = constant};
  }
  TorchParameter gamma() const { return affine("weight", "gamma", 1); }
  TorchParameter beta() const { return affine("bias", "beta", 0); }

  TorchModule batch_norm() const {
    TorchModule made = module("", {gamma(), beta(), by_channel_of("running_mean", "moving_mean"),
                                   by_channel_of("running_var", "moving_variance")});
    made.counts_batches = true;
    return made;
  }

  /// By channel, for all, or of each number of an image, channels first.
  TorchParameter slopes() const {
    const TensorPlace* found = place("alpha");
    TorchParameter made{.suffix = "weight", .shape = torch_shape(found->shape), .place = found};
    if (found->shape.rank() == 3) {
      const auto pixels = static_cast<std::size_t>(found->shape[0] * found->shape[1]);
      const auto channels = static_cast<std::size_t>(found->shape[2]);
      made.index = [pixels, channels](std::size_t i) { return i % channels * pixels + i / channels; };
    } else if (found->shape.size() == out_order_.size()) {
      made.index = in_order(out_order_);
    }
    return made;
  }

  static TorchParameter absent() { return {.suffix = "", .shape = {}, .place = nullptr}; }

  const Node& node_;
  int index_;
  std::string name_;
  const Shape& input_;
  const TorchOrder& in_order_;
  const TorchOrder& out_order_;
};

}  // namespace

void refuse_torch_layer(const Network& network, int node, const std::string& what) {
  throw Error(ErrorKind::config, "layer \"" + network.layer_of(node) + "\" (" + network.node(node).type +
                                     "): PyTorch has no such layer" + what);
}

std::vector<std::string> torch_attributes(const Network& network) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const Node& node : network.nodes()) {
    std::string name = python_name(node.name);
    while (!taken.insert(name).second) name += "_";
    names.push_back(name);
  }
  return names;
}

std::vector<TorchModule> torch_modules(const Network& network, const TorchOrders& orders) {
  const std::vector<std::string> names = torch_attributes(network);
  std::vector<TorchModule> modules;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Node& node = network.nodes()[i];
    const bool known = std::ranges::find(layer_table(), node.type, &LayerNames::type) != layer_table().end();
    if (!known && !node.parameters.empty()) refuse_torch_layer(network, static_cast<int>(i));
    for (TorchModule& made : ModuleMaker(network, orders, static_cast<int>(i), names[i]).make()) {
      modules.push_back(std::move(made));
    }
  }
  return modules;
}

}  // namespace convoy::formats
