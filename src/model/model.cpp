#include "convoy/model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "config/catalog.h"
#include "config/fit_keys.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "core/value_text.h"
#include "data/stratify.h"
#include "graph/footprint.h"
#include "graph/take_weights.h"
#include "layers/layer_name.h"
#include "model/model_impl.h"
#include "model/training.h"
#include "train/batch.h"
#include "train/recalibrate.h"
#include "train/trainer.h"

namespace convoy {
namespace {

/// `spec` with defaults for missing keys, those of all types in the section and those of this type. Throws
/// Error{config} for an unknown type or key.
Spec completed(const std::string& section_name, Spec spec) {
  const Section& section = convoy::section(section_name);
  const auto type = std::ranges::find(section.types, spec.type, &TypeSchema::name);
  if (type == section.types.end()) {
    throw Error(ErrorKind::config, "unknown " + section_name + " \"" + spec.type + "\"");
  }
  std::vector<KeySchema> keys = type->keys;
  for (const auto& key : section.keys) {
    if (key.name != section.type_key) keys.push_back(key);
  }
  spec.settings.complete(keys, section_name + " \"" + spec.type + "\"");
  return spec;
}

/// The configuration of a model that a program builds layer by layer: all defaults, no layers and no loss.
Config described_by_program(const Shape& input) {
  Config config;
  config.run.set("name", std::string("model"));
  config.run.set("input_shape", Integers(input.begin(), input.end()));
  config.run.complete(section("").keys, "model");
  Settings data;
  data.set("path", std::string("memory"));  // the program's own samples
  config.data = completed("data", {section("data").default_type, data}).settings;
  config.augmentation.complete(section("augmentation").keys, "augmentation");
  config.train.complete(section("train").keys, "train");
  config.diagnostics.complete(section("diagnostics").keys, "diagnostics");
  config.optimizer = completed("optimizer", Adam{});
  config.schedule = completed("schedule", Constant{});
  return config;
}

/// The scaling that leaves values as they are.
Scaling no_scaling(const Shape& input) {
  const auto channels = static_cast<std::size_t>(input.last());
  return {std::vector<float>(channels, 1.0F), std::vector<float>(channels, 0.0F)};
}

/// Throws Error{config} for a number below 1; the message names the call and the option.
void require_at_least_one(const char* call, const char* name, int number) {
  if (number >= 1) return;
  throw Error(ErrorKind::config,
              std::string(call) + ": " + name + " expects at least 1, got " + std::to_string(number));
}

/// Throws Error{config} for a null pointer.
void require_callbacks(const std::vector<Callback*>& callbacks) {
  if (std::ranges::find(callbacks, nullptr) == callbacks.end()) return;
  throw Error(ErrorKind::config, "fit: a callback is a null pointer");
}

/// Throws Error{data} without samples and for samples of another shape.
void require_samples(const Dataset& data, const Shape& input) {
  if (!data.empty() && data.shape() == input) return;
  throw Error(ErrorKind::data, "samples are " + data.shape().text() + ", the network expects " + input.text());
}

struct FitData {
  Dataset train;
  Dataset validation;
};

/// The training samples without a share for validation, and the validation samples: that share, drawn by `seed`, or the
/// given data set. Throws Error{config} for a share outside 0 to 1.
FitData divided(const Dataset& data, const Validation& validation, std::uint64_t seed) {
  if (!(validation.share >= 0 && validation.share < 1)) {
    throw Error(ErrorKind::config,
                "fit: validation expects a data set, or a share between 0 and 1, got " + shortest(validation.share));
  }
  if (validation.share == 0) return {data, validation.data};
  const int count = static_cast<int>(std::lround(validation.share * data.size()));
  const Division division = draw_by_class(data, count, seed, Draw::validation);
  return {data.select(division.rest), data.select(division.drawn)};
}

/// Throws Error{config} for a name that a configuration would not allow; an empty one stands for an automatic name.
void require_layer_name(const std::string& name) {
  const std::string problem = name.empty() ? "" : layers::name_problem(name);
  if (!problem.empty()) throw Error(ErrorKind::config, "layer \"" + brief(name) + "\": " + problem);
}

}  // namespace

Model::Impl::Impl(Config description, const Shape& input_shape, int threads)
    : config(std::move(description)), input(input_shape), pool(threads), scaling(no_scaling(input_shape)) {
  if (!config.loss.type.empty()) loss_ = make_loss(config.loss);
}

const Network& Model::Impl::network() {
  if (outdated_) make_network();
  return *network_;
}

void Model::Impl::make_network() {
  auto network = std::make_unique<Network>(input, config.layers);
  require_modest(*network);
  Weights weights(*network, seed());
  if (keeps_weights_ && network_) convoy::take_weights(weights_, *network_, weights, *network);
  evaluator_.reset();
  config.layers = network->layers();  // every key
  network_ = std::move(network);
  weights_ = std::move(weights);
  outdated_ = false;
}

Weights& Model::Impl::weights() {
  network();
  return weights_;
}

const Loss& Model::Impl::loss() const {
  if (!loss_) throw Error(ErrorKind::config, "the model has no loss yet; call compile() first");
  return *loss_;
}

void Model::Impl::set_loss(const Spec& loss) {
  config.loss = loss;
  loss_ = make_loss(loss);
  evaluator_.reset();
}

Evaluator& Model::Impl::evaluator(const Dataset& data, int most_together) {
  const Network& now = network();
  const int batch_size = std::min(most_together, std::max(1, data.size()));
  if (!evaluator_ || evaluator_batch_ != batch_size) {
    evaluator_ = std::make_unique<Evaluator>(now, weights(), loss(), pool, batch_size);
    evaluator_batch_ = batch_size;
  }
  const std::string penalties = "evaluation_penalties";
  evaluator_->count_penalties(config.train.has(penalties) && config.train.flag(penalties));
  return *evaluator_;
}

int Model::Impl::node_of(const std::string& layer) {
  const Network& now = network();
  Texts names;
  int found = -1;
  for (int i = 0; i <= now.output(); ++i) {
    names.push_back(now.layer_of(i));
    if (names.back() == layer) found = i;  // with its activation, which comes after it
  }
  if (found >= 0) return found;
  throw Error(ErrorKind::config, "the model has no layer \"" + brief(layer) + "\"" + did_you_mean(layer, names));
}

LayerSpec& Model::Impl::layer(const std::string& name) {
  const int wanted = node_of(name);
  std::size_t number = 0;
  for (int i = 0; i < wanted; ++i) {
    const Node& node = network_->node(i);
    if (node.owner.empty() && node.name != name) ++number;
  }
  return config.layers[number];
}

void Model::Impl::layers_changed() {
  outdated_ = true;
  training.reset();
}

void Model::Impl::set_seed(std::uint64_t seed) {
  config.run.set("seed", static_cast<std::int64_t>(seed));
  if (!keeps_weights_) outdated_ = true;
}

Model::Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

void Model::compile(const Spec& optimizer, const Spec& loss, const Spec& schedule, std::uint64_t seed) {
  impl_->config.optimizer = completed("optimizer", optimizer);
  impl_->config.schedule = completed("schedule", schedule);
  impl_->set_loss(completed("loss", loss));
  impl_->set_seed(seed);
  impl_->training.reset();
}

History Model::fit(const Dataset& data, const FitOptions& options) {
  Impl& impl = *impl_;
  require_callbacks(options.callbacks);
  record(options, impl.config);
  const auto [train, validation] = divided(data, options.validation, impl.seed());
  Training training(impl, train, validation);
  Trainer& trainer = training.trainer();
  if (impl.training) trainer.continue_from(*impl.training);
  impl.training.reset();  // what fails leaves no state to go on from
  impl.keep_weights();
  const std::size_t earlier = trainer.progress().history.size();
  for (Callback* callback : options.callbacks) callback->on_train_begin(*this);
  while (!trainer.done() && trainer.run_epoch(options.callbacks) == Trainer::Outcome::finished) {
  }
  impl.training = trainer.state();
  const bool monitored = !options.validation.empty() || options.monitor;
  const bool best = options.restore_best && monitored && trainer.progress().best_epoch > 0;
  if (best || options.average > 0) impl.weights().copy_from(best ? trainer.best() : trainer.trained());
  const History& history = impl.training->progress.history;
  return {history.begin() + static_cast<std::ptrdiff_t>(earlier), history.end()};
}

Evaluation Model::evaluate(const Dataset& data, int batch_size, int top_k) {
  require_at_least_one("evaluate", "batch_size", batch_size);
  require_at_least_one("evaluate", "top_k", top_k);
  const Dataset numbered = data.with_classes(impl_->class_names, outputs());
  return impl_->evaluator(data, batch_size).evaluate(numbered, impl_->scaling, top_k);
}

std::vector<float> Model::predict(const Dataset& data, int batch_size) {
  require_at_least_one("predict", "batch_size", batch_size);
  return impl_->evaluator(data, batch_size).predict(data, impl_->scaling);
}

std::vector<float> Model::forward(const Dataset& data, bool training) {
  const Network& network = impl_->network();
  require_samples(data, impl_->input);
  Session session(network, impl_->weights(), training ? Mode::train : Mode::predict, data.size(), network.output(),
                  impl_->pool);
  Loader loader(data, scaling_for("none", data), {.batch_size = data.size()});
  loader.start(0);
  const Batch& batch = *loader.next();
  copy_inputs(batch, session);
  if (training) impl_->keep_weights();  // batch norm's statistics move
  session.forward(batch.size, impl_->seed());
  const std::size_t size = session.output_shape().size();
  std::vector<float> outputs;
  for (int n = 0; n < batch.size; ++n) outputs.insert(outputs.end(), session.output()[n], session.output()[n] + size);
  return outputs;
}

std::vector<float> Model::outputs_of(const std::string& layer, const Dataset& data) {
  const int node = impl_->node_of(layer);
  require_samples(data, impl_->input);
  constexpr int most_together = 32;
  Loader loader(data, impl_->scaling, {.batch_size = std::min(most_together, data.size())});
  Session session(impl_->network(), impl_->weights(), Mode::predict, loader.largest_batch(), node, impl_->pool);
  const std::size_t size = session.output_shape().size();
  std::vector<float> outputs(size * static_cast<std::size_t>(data.size()));
  float* to = outputs.data();
  loader.start(0);
  while (const Batch* batch = loader.next()) {
    copy_inputs(*batch, session);
    session.forward(batch->size);
    copy_outputs(session, batch->size, Link::none, to);
    to += size * static_cast<std::size_t>(batch->size);
  }
  return outputs;
}

Shape Model::output_shape_of(const std::string& layer) const {
  return impl_->network().shape_of(impl_->node_of(layer));
}

void Model::set_trainable(const std::string& layer, bool trainable) {
  impl_->layer(layer).trainable = trainable;
  impl_->layers_changed();
}

std::vector<Recalibration> Model::recalibrate(const Dataset& data, const RecalibrateOptions& options) {
  require_at_least_one("recalibrate", "images", options.images);
  require_at_least_one("recalibrate", "batch_size", options.batch_size);
  Recalibrator recalibrator(impl_->network(), impl_->pool, data, impl_->scaling, options, impl_->seed());
  impl_->keep_weights();
  return recalibrator.run(impl_->weights());
}

TakenWeights Model::take_weights(const std::filesystem::path& model_file) {
  Model source = load(model_file, 1);
  TakenWeights result =
      convoy::take_weights(source.impl_->weights(), source.impl_->network(), impl_->weights(), impl_->network());
  if (result.taken.empty()) {
    throw Error(ErrorKind::config, shown(model_file.string()) +
                                       ": none of its tensors has the name and shape of one of this network; its " +
                                       "layers must have the same names here");
  }
  impl_->keep_weights();
  return result;
}

Shape Model::input_shape() const { return impl_->input; }

int Model::outputs() const {
  const Network& network = impl_->network();
  return static_cast<int>(network.shape_of(network.output()).size());
}

std::vector<std::string> Model::class_names() const { return impl_->class_names; }

std::span<float> Model::tensor(const std::string& name) {
  for (const auto& tensor : impl_->weights().tensors(impl_->network())) {
    if (tensor.name != name) continue;
    impl_->keep_weights();
    return tensor.values;
  }
  throw Error(ErrorKind::config, "the model has no tensor \"" + name + "\"");
}

std::vector<std::string> Model::tensor_names() const {
  std::vector<std::string> names;
  for (const auto& tensor : impl_->weights().tensors(impl_->network())) names.push_back(tensor.name);
  return names;
}

Sequential::Sequential(const Shape& input, int threads) {
  impl_ = std::make_unique<Impl>(described_by_program(input), input, threads);
}

Sequential& Sequential::add(const LayerSpec& layer) {
  require_layer_name(layer.name);
  impl_->config.layers.push_back(layer);
  impl_->layers_changed();
  return *this;
}

Graph::Graph(const Shape& input_shape, int threads) {
  impl_ = std::make_unique<Impl>(described_by_program(input_shape), input_shape, threads);
}

std::string Graph::add(const LayerSpec& layer, const std::vector<std::string>& inputs) {
  require_layer_name(layer.name);
  auto& layers = impl_->config.layers;
  layers.push_back(layer);
  layers.back().inputs = inputs;
  if (layer.name.empty()) layers.back().name = layer.type + "_" + std::to_string(layers.size());
  impl_->layers_changed();
  return layers.back().name;
}

}  // namespace convoy
