#include "convoy/model.h"

#include <algorithm>
#include <utility>

#include "config/catalog.h"
#include "convoy/error.h"
#include "diagnose/diagnoser.h"
#include "graph/footprint.h"
#include "kernels/gemm.h"
#include "model/model_impl.h"
#include "train/batch.h"
#include "train/recalibrate.h"
#include "train/trainer.h"

namespace convoy {
namespace {

/// A specification with every key: the section's common ones and the type's own.
Spec completed(const std::string& section_name, Spec spec) {
  const Section& section = convoy::section(section_name);
  const auto type = std::ranges::find(section.types, spec.type, &TypeSpec::name);
  if (type == section.types.end()) {
    throw Error(ErrorKind::config, "unknown " + section_name + " \"" + spec.type + "\"");
  }
  std::vector<KeySpec> keys = type->keys;
  for (const auto& key : section.keys) {
    if (key.name != section.type_key) keys.push_back(key);
  }
  spec.settings.complete(keys, section_name + " \"" + spec.type + "\"");
  return spec;
}

/// The description of a model that a program builds layer by layer.
Config described_by_program(const Shape& input) {
  Config config;
  config.run.set("name", std::string("model"));
  Integers extents;
  for (int axis = 0; axis < input.rank(); ++axis) extents.push_back(input[axis]);
  config.run.set("input_shape", extents);
  config.run.complete(section("").keys, "model");
  Settings data;
  data.set("path", std::string("memory"));  // the program's own samples
  config.data = completed("data", {section("data").default_type, data}).settings;
  config.augmentation.complete(section("augmentation").keys, "augmentation");
  config.train.complete(section("train").keys, "train");
  config.diagnostics.complete(section("diagnostics").keys, "diagnostics");
  config.optimizer = completed("optimizer", Adam{});
  config.schedule = completed("schedule", {"constant", {}});
  return config;
}

}  // namespace

Model::Impl::Impl(Config description, const Shape& input_shape, int threads)
    : config(std::move(description)), input(input_shape), pool(threads) {
  if (!config.loss.type.empty()) loss_ = make_loss(config.loss);
}

const Network& Model::Impl::network() {
  if (!network_) {
    auto network = std::make_unique<Network>(input, config.layers);
    require_modest(*network);
    network_ = std::move(network);
    weights_ = Weights(*network_, static_cast<std::uint64_t>(config.run.integer("seed")));
  }
  return *network_;
}

Weights& Model::Impl::weights() {
  network();
  return weights_;
}

const Loss& Model::Impl::loss() const {
  if (!loss_) throw Error(ErrorKind::config, "the model has no loss yet; call compile() first");
  return *loss_;
}

Evaluator& Model::Impl::evaluator(int batch_size) {
  if (!evaluator_ || evaluator_batch_ != batch_size) {
    evaluator_ = std::make_unique<Evaluator>(network(), weights(), loss(), pool, batch_size);
    evaluator_batch_ = batch_size;
  }
  return *evaluator_;
}

void Model::Impl::changed() {
  evaluator_.reset();
  network_.reset();
}

void ModelAccess::set_loss(Model::Impl& impl, const Spec& loss) {
  impl.config.loss = loss;
  impl.loss_ = make_loss(loss);
  impl.evaluator_.reset();
}

TrainingTask training_task(Model::Impl& impl, const Dataset& train, const Dataset& validation) {
  return {impl.network(), impl.weights(), impl.loss(), impl.config.optimizer, impl.config.schedule,
          impl.pool,      train,          validation,  impl.scaling};
}

Model::Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

void Model::compile(const Spec& optimizer, const Spec& loss, const Spec& schedule, std::uint64_t seed) {
  impl_->config.optimizer = completed("optimizer", optimizer);
  impl_->config.schedule = completed("schedule", schedule);
  impl_->config.run.set("seed", static_cast<std::int64_t>(seed));
  ModelAccess::set_loss(*impl_, completed("loss", loss));
  impl_->changed();  // the seed draws the weights
}

History Model::fit(const Dataset& data, const FitOptions& options) {
  const kernels::SingleThreadedBlas single;
  Impl& impl = *impl_;
  const Dataset train = impl.class_names.empty() ? data : data.with_classes(impl.class_names, outputs());
  impl.scaling = scaling_for(options.scaling, train);
  impl.class_names = train.storage().class_names;
  impl.config.augmentation = options.augmentation;
  impl.config.augmentation.complete(section("augmentation").keys, "augmentation");
  const LoaderOptions batches{.batch_size = options.batch_size,
                              .shuffle = options.shuffle,
                              .last_batch = options.last_batch,
                              .seed = static_cast<std::uint64_t>(impl.config.run.integer("seed")),
                              .augmentation = options.augmentation};
  Trainer trainer(training_task(impl, train, options.validation), {.epochs = options.epochs,
                                                                   .batches = batches,
                                                                   .monitor = options.monitor,
                                                                   .log_steps = options.log_steps});
  std::optional<Diagnoser> diagnoser;
  if (options.diagnostics.every > 0) {
    diagnoser.emplace(trainer.task(), options.diagnostics, batches, "RUN");
    trainer.observe(*diagnoser);
  }
  for (Callback* callback : options.callbacks) callback->on_train_begin(*this);
  while (!trainer.done() && trainer.run_epoch(options.callbacks) == Trainer::Outcome::finished) {
  }
  const bool monitored = !options.validation.empty() || !options.monitor.empty();
  if (options.restore_best && monitored && trainer.progress().best_epoch > 0) impl.weights().copy_from(trainer.best());
  return trainer.progress().history;
}

Evaluation Model::evaluate(const Dataset& data, int batch_size, int top_k) {
  const kernels::SingleThreadedBlas single;
  const Dataset numbered = data.with_classes(impl_->class_names, outputs());
  return impl_->evaluator(std::min(batch_size, std::max(1, data.size()))).evaluate(numbered, impl_->scaling, top_k);
}

std::vector<float> Model::predict(const Dataset& data, int batch_size) {
  const kernels::SingleThreadedBlas single;
  return impl_->evaluator(std::min(batch_size, std::max(1, data.size()))).predict(data, impl_->scaling);
}

std::vector<float> Model::forward(const Dataset& data, bool training) {
  const kernels::SingleThreadedBlas single;
  const Network& network = impl_->network();
  if (data.empty() || data.shape() != impl_->input) {
    throw Error(ErrorKind::data, "samples are " + data.shape().text() + ", the network expects " + impl_->input.text());
  }
  Session session(network, impl_->weights(), training ? Mode::train : Mode::predict, data.size(), network.output(),
                  impl_->pool);
  Loader loader(data, scaling_for("none", data), {.batch_size = data.size()});
  loader.start(0);
  const Batch& batch = *loader.next();
  copy_inputs(batch, session);
  session.forward(batch.size, static_cast<std::uint64_t>(impl_->config.run.integer("seed")));
  const std::size_t size = session.output_shape().size();
  std::vector<float> outputs;
  for (int n = 0; n < batch.size; ++n) outputs.insert(outputs.end(), session.output()[n], session.output()[n] + size);
  return outputs;
}

std::vector<Recalibration> Model::recalibrate(const Dataset& data, const RecalibrateOptions& options) {
  const kernels::SingleThreadedBlas single;
  const auto seed = static_cast<std::uint64_t>(impl_->config.run.integer("seed"));
  Recalibrator recalibrator(impl_->network(), impl_->pool, data, impl_->scaling, options, seed);
  return recalibrator.run(impl_->weights());
}

Shape Model::input_shape() const { return impl_->input; }

int Model::outputs() const {
  const Network& network = impl_->network();
  return static_cast<int>(network.shape_of(network.output()).size());
}

std::vector<std::string> Model::class_names() const { return impl_->class_names; }

std::span<float> Model::tensor(const std::string& name) {
  for (const auto& tensor : impl_->weights().tensors(impl_->network())) {
    if (tensor.name == name) return tensor.values;
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
  impl_->config.layers.push_back(layer);
  impl_->changed();
  return *this;
}

Graph::Graph(const Shape& input_shape, int threads) {
  impl_ = std::make_unique<Impl>(described_by_program(input_shape), input_shape, threads);
}

std::string Graph::add(const LayerSpec& layer, const std::vector<std::string>& inputs) {
  auto& layers = impl_->config.layers;
  layers.push_back(layer);
  layers.back().inputs = inputs;
  if (layer.name.empty()) layers.back().name = layer.type + "_" + std::to_string(layers.size());
  impl_->changed();
  return layers.back().name;
}

}  // namespace convoy
