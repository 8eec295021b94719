#include "train/model_io.h"

#include "convoy/error.h"
#include "io/checkpoint.h"
#include "train/batch.h"
#include "train/threads.h"

namespace convoy {
namespace {

Shape shape_in(const Config& config, const std::filesystem::path& file) {
  if (!config.run.has("input_shape")) {
    throw Error(ErrorKind::data, file.string() + ": damaged: its configuration does not say the input's shape");
  }
  const Integers& extents = config.run.integers("input_shape");
  return {extents.begin(), extents.end()};
}

/// A small file must not have a large network allocated.
void require_room(const Network& network, const TensorFile& tensors, const std::filesystem::path& file) {
  std::size_t numbers = 0;
  for (const Node& node : network.nodes()) {
    for (const auto& slot : node.parameters) numbers += slot.shape.size();
    for (const auto& slot : node.states) numbers += slot.shape.size();
  }
  if (numbers <= tensors.data.size() / sizeof(float)) return;
  throw Error(ErrorKind::data, file.string() + ": damaged: its configuration describes " + std::to_string(numbers) +
                                   " numbers, its tensors have " + std::to_string(tensors.data.size() / sizeof(float)));
}

}  // namespace

std::vector<NamedTensor> named_tensors(Weights& weights, const Network& network, const std::string& prefix) {
  std::vector<NamedTensor> tensors;
  for (const auto& tensor : weights.tensors(network)) {
    tensors.push_back({prefix + tensor.name, tensor.shape, tensor.values});
  }
  return tensors;
}

std::vector<NamedTensor> named_tensors(Model::Impl& impl) { return named_tensors(impl.weights(), impl.network()); }

ModelMetadata metadata_of(const Model::Impl& impl) {
  return {.config = resolved_toml(impl.config),
          .scaling = impl.scaling,
          .class_names = impl.class_names,
          .convoy_version = {}};
}

void save_weights(const std::filesystem::path& file, Model::Impl& impl, Weights& weights) {
  save_model(file, named_tensors(weights, impl.network()), metadata_of(impl));
}

void Model::save(const std::filesystem::path& file) const { save_weights(file, *impl_, impl_->weights()); }

Model Model::load(const std::filesystem::path& file, int threads) {
  const TensorFile tensors = read_safetensors(file);
  const ModelMetadata metadata = ModelMetadata::from(tensors, file);
  Model model;
  try {
    const Config config = parse_config(metadata.config, file.string() + " (configuration)", file.parent_path());
    model = from_config(config, shape_in(config, file), threads);
  } catch (const Error& error) {  // a bad configuration inside a model file is a damaged file
    throw Error(ErrorKind::data, error.what());
  }
  Model::Impl& impl = *model.impl_;
  const auto channels = static_cast<std::size_t>(impl.input.last());
  if (metadata.scaling.multiply.size() != channels || metadata.scaling.add.size() != channels) {
    throw Error(ErrorKind::data,
                file.string() + ": damaged metadata: \"scaling\" is not for " + std::to_string(channels) + " channels");
  }
  require_room(impl.network(), tensors, file);
  impl.scaling = metadata.scaling;
  impl.class_names = metadata.class_names;
  load_tensors(tensors, file, named_tensors(impl), training_prefixes);
  return model;
}

Model Model::from_config(const Config& config, const Shape& input, int threads) {
  Config described = config;
  Shape shape = input;
  if (config.run.has("input_shape")) {
    const Integers& extents = config.run.integers("input_shape");
    shape = Shape(extents.begin(), extents.end());
  } else {
    Integers extents;
    for (int axis = 0; axis < input.rank(); ++axis) extents.push_back(input[axis]);
    described.run.set("input_shape", extents);
  }
  Model model;
  model.impl_ = std::make_unique<Impl>(std::move(described), shape, threads_for(config, threads));
  model.impl_->scaling = {std::vector<float>(static_cast<std::size_t>(shape.last()), 1.0F),
                          std::vector<float>(static_cast<std::size_t>(shape.last()), 0.0F)};
  model.impl_->network();  // checks the layers now
  return model;
}

Model Model::from_config(const Config& config, int threads) {
  if (config.run.has("input_shape")) return from_config(config, Shape{}, threads);
  const auto seed = static_cast<std::uint64_t>(config.run.integer("seed"));
  const DataSplits data = load_data(config.data, seed, Need::training);
  return from_config(config, data.train.shape(), threads);
}

}  // namespace convoy
