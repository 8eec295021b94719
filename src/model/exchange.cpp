#include <algorithm>
#include <utility>

#include "convoy/error.h"
#include "core/fail.h"
#include "core/file_state.h"
#include "formats/format.h"
#include "model/model_impl.h"
#include "model/model_io.h"
#include "model/threads.h"

namespace convoy {
namespace {

/// The loss that suits a network which came without one: by its last layer.
Spec loss_for(const std::vector<LayerSpec>& layers) {
  const bool sigmoid = !layers.empty() && layers.back().type == "sigmoid";
  return sigmoid ? Spec(BinaryCrossEntropy{}) : Spec(SoftmaxCrossEntropy{});
}

/// Copies values into a model's tensors. Throws Error{data} unless there is a value for each number of each tensor.
void set_tensors(Model::Impl& impl, const std::map<std::string, std::vector<float>>& values,
                 const std::filesystem::path& file) {
  for (const NamedTensor& tensor : named_tensors(impl)) {
    const auto found = values.find(tensor.name);
    if (found == values.end()) fail(file, "has no weights for \"" + tensor.name + "\"");
    if (found->second.size() != tensor.values.size()) {
      fail(file, "has " + std::to_string(found->second.size()) + " numbers for \"" + tensor.name + "\", which is " +
                     tensor.shape.text());
    }
    std::ranges::copy(found->second, tensor.values.begin());
  }
  impl.keep_weights();
}

/// The scaling of [data], as a training by this configuration would make it from the training samples.
Scaling scaling_of(const Config& config) {
  const auto seed = static_cast<std::uint64_t>(config.run.integer("seed"));
  return scaling_for(config.data.text("scaling"), load_data(config.data, seed, Need::training).train);
}

/// Builds the model that a file describes, its loss included. Throws Error{data}.
Model described_by(const formats::ImportedModel& imported, const std::filesystem::path& file, int threads) {
  try {
    Sequential model(imported.input, threads > 0 ? threads : cores());
    for (const LayerSpec& layer : imported.layers) model.add(layer);
    model.compile(Adam{}, imported.loss.value_or(loss_for(imported.layers)));
    Model built(std::move(model));
    return built;
  } catch (const Error& error) {  // what the file describes cannot be built
    if (error.kind() != ErrorKind::config) throw;
    fail(file, error.what());
  }
}

}  // namespace

Model Model::import_file(const std::filesystem::path& file, const ImportOptions& options, ImportReport* report) {
  if (const std::string why = why_unreadable(file); !why.empty()) fail(file, why);
  const formats::Format& format = formats::format_of(file);
  ImportReport done{.format = format.name};
  Model model;
  if (options.into) {
    if (format.read_weights == nullptr) {
      throw Error(ErrorKind::config, file.string() + ": describes its network; import it without a configuration");
    }
    model = from_config(*options.into, options.threads);
    formats::ImportedWeights weights = format.read_weights(file, model.impl_->network());
    set_tensors(*model.impl_, weights.tensors, file);
    model.impl_->scaling = scaling_of(*options.into);
    done.matches = std::move(weights.matches);
    done.notes = std::move(weights.notes);
  } else {
    formats::ImportedModel imported = format.read(file);
    model = described_by(imported, file, options.threads);
    set_tensors(*model.impl_, imported.tensors, file);
    if (!imported.name.empty()) model.impl_->config.run.set("name", imported.name);
    if (!imported.scaling.multiply.empty()) model.impl_->scaling = imported.scaling;
    model.impl_->class_names = imported.class_names;
    done.notes = std::move(imported.notes);
  }
  if (report != nullptr) *report = std::move(done);
  return model;
}

std::vector<std::filesystem::path> Model::export_file(const std::filesystem::path& file,
                                                      const std::string& format_name) const {
  const formats::Format& format = formats::format_named(format_name);
  Impl& impl = *impl_;
  return format.write({.name = impl.config.run.text("name"),
                       .network = impl.network(),
                       .tensors = named_tensors(impl),
                       .scaling = impl.scaling,
                       .class_names = impl.class_names,
                       .loss = impl.config.loss},
                      file);
}

}  // namespace convoy
