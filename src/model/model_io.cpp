#include "model/model_io.h"

#include <cstdio>

#include "config/stored.h"
#include "convoy/error.h"
#include "convoy/machine.h"
#include "core/fail.h"
#include "graph/footprint.h"
#include "io/checkpoint.h"
#include "model/threads.h"
#include "train/batch.h"

namespace convoy {
namespace {

constexpr double most_inputs = 1U << 28U;  ///< numbers in one sample: 4096 x 4096 pixels of 16 channels

/// The input_shape in a file's configuration. Throws Error{data} where it is missing or too large.
Shape shape_in(const Config& config, const std::filesystem::path& file) {
  if (!config.run.has("input_shape")) fail(file, "damaged: its configuration does not say the input's shape");
  const Integers& extents = config.run.integers("input_shape");
  double numbers = 1;
  for (const std::int64_t extent : extents) numbers *= static_cast<double>(extent);
  if (!(numbers <= most_inputs)) fail(file, "its input_shape has more than 2^28 numbers");
  return {extents.begin(), extents.end()};
}

/// Throws Error{data} where the file holds fewer numbers than its network has, so that a small file cannot make it
/// allocate a large one.
void require_room(const Network& network, const TensorFile& tensors, const std::filesystem::path& file) {
  const double described = stored_numbers(network);
  const std::size_t held = tensors.data.size() / sizeof(float);
  if (described <= static_cast<double>(held)) return;
  char text[32];
  std::snprintf(text, sizeof text, described < 1e15 ? "%.0f" : "%.1e", described);
  fail(file, std::string("damaged: its configuration describes ") + text + " numbers, its tensors have " +
                 std::to_string(held));
}

/// Throws Error{data} where the configuration's image_size and channels are not the input shape: images of another size
/// would be read in vain.
void require_images_of(const Shape& input, const Settings& data, const std::filesystem::path& file) {
  if (!data.has("image_size")) return;
  const auto [height, width] = data.pair("image_size");
  const Shape images{height, width, data.integer("channels")};
  if (images == input) return;
  fail(file, "damaged: its configuration has images of " + images.text() + " for an input of " + input.text());
}

/// Builds the untrained model that a file's configuration describes. Throws Error{data}.
Model described_model(const ModelMetadata& metadata, const TensorFile& tensors, const std::filesystem::path& file,
                      int threads) {
  try {
    const Config config = parse_stored_config(metadata.config, "its configuration");
    const Shape input = shape_in(config, file);
    require_images_of(input, config.data, file);
    require_room(Network(input, config.layers), tensors, file);
    return Model::from_config(config, threads);
  } catch (const Error& error) {  // a bad configuration inside a model file is a damaged file
    if (error.kind() != ErrorKind::config) throw;
    fail(file, error.what());
  }
}

void require_fitting(const ModelMetadata& metadata, std::size_t channels, std::size_t outputs,
                     const std::filesystem::path& file) {
  if (metadata.scaling.multiply.size() != channels || metadata.scaling.add.size() != channels) {
    fail(file, "damaged metadata: \"scaling\" is not for " + std::to_string(channels) + " channels");
  }
  if (metadata.class_names.size() > outputs) {
    fail(file, "damaged metadata: " + std::to_string(metadata.class_names.size()) + " \"class_names\" for " +
                   std::to_string(outputs) + " outputs");
  }
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
  return {.config = stored_toml(impl.config),
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
  Model model = described_model(metadata, tensors, file, threads > 0 ? threads : cores());
  Model::Impl& impl = *model.impl_;
  require_fitting(metadata, static_cast<std::size_t>(impl.input.last()), static_cast<std::size_t>(model.outputs()),
                  file);
  impl.scaling = metadata.scaling;
  impl.class_names = metadata.class_names;
  load_tensors(tensors, file, named_tensors(impl), training_prefixes);
  impl.keep_weights();
  return model;
}

Model Model::from_config(const Config& config, const Shape& input, int threads) {
  Config described = config;
  Shape shape = input;
  if (config.run.has("input_shape")) {
    const Integers& extents = config.run.integers("input_shape");
    shape = Shape(extents.begin(), extents.end());
  } else {
    described.run.set("input_shape", Integers(input.begin(), input.end()));
  }
  Model model;
  model.impl_ = std::make_unique<Impl>(std::move(described), shape, threads_for(config, threads));
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
