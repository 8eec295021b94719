#include "config/fit_keys.h"

#include <utility>

#include "convoy/fields.h"
#include "data/augmentation.h"
#include "data/feeding.h"

namespace convoy {
namespace {

/// The keys of [train] that are members of FitOptions.
const Fields<FitOptions>& train_fields() {
  static const Fields<FitOptions> fields =
      Fields<FitOptions>()
          .add("epochs", &FitOptions::epochs, "Passes over the training samples.", {.min = 1})
          .add("batch_size", &FitOptions::batch_size, "Samples in one step of the optimizer.", {.min = 1})
          .add("top_k", &FitOptions::top_k,
               "Evaluation also counts samples whose label is among the k largest outputs.", {.min = 1})
          .add("patience", &FitOptions::patience,
               "Stop after so many epochs in a row without a better one; 0 never stops early.", {.min = 0})
          .add("monitor", &FitOptions::monitor,
               "What decides which epoch is the best and is kept; without it, the validation accuracy, or the "
               "training accuracy where nothing is validated. Between equals the loss or accuracy beside it decides.",
               {.choices = {"validation_accuracy", "validation_loss", "accuracy", "loss"}})
          .add("min_delta", &FitOptions::min_delta, "An epoch is better only by more than this.", {.min = 0})
          .add("log_steps", &FitOptions::log_steps,
               "Record loss and accuracy of the training batches every so many steps, for the report's curves; 0: "
               "only at each epoch's end. Without it some 150 times in a run, and every 100 steps at least.",
               {.min = 0})
          .add("on_nan", &FitOptions::on_nan,
               "When a loss or a gradient is not finite: stop, skip the step, or go on from the best epoch's weights "
               "with a fresh optimizer, at most 20 times an epoch.",
               {.choices = {"stop", "skip", "restore"}})
          .add("recalibrate", &FitOptions::recalibrate,
               "At the end of an epoch batch norm's moving statistics are replaced by those over so many training "
               "images, always the same ones; 0 leaves them as they moved.",
               {.min = 0})
          .add("accumulate", &FitOptions::accumulate,
               "Batches whose gradients are averaged for one step of the optimizer: as a batch so many times larger, "
               "but "
               "for batch norm, in the memory of one.",
               {.min = 1})
          .add("groups", &FitOptions::groups,
               "Into how many groups the samples of a batch are divided where the training sums over them: each group "
               "by itself, then the groups as a balanced tree. Results depend on it in the last digits, and not on the "
               "threads; more threads than groups have less to do.",
               {.values = {1, 2, 4, 8, 16, 32, 64}})
          .add("class_weights", &FitOptions::class_weights,
               "What the loss of a training sample counts, by class: \"balanced\" gives each class the same sum, "
               "[\"cat=2\", \"dog=0.5\"] names some, the others count 1. Evaluation does not weigh.")
          .add("evaluation_penalties", &FitOptions::evaluation_penalties,
               "Whether the loss of an evaluation has the penalties of regularisers and activity_regularization, as in "
               "Keras. Without them, the default, it is what one writes in PyTorch. The training loss always has them.")
          .add("average", &FitOptions::average,
               "Keep an exponential moving average of the weights, with this share of it kept in each step (0.999, "
               "fewer "
               "in the first steps); the averaged weights are evaluated and saved, with batch norm's statistics "
               "recomputed for them (on train.recalibrate images, or 10000). 0: none.",
               {.min = 0, .max = 0.999999});
  return fields;
}

/// The keys of [diagnostics].
const Fields<DiagnosticsOptions>& diagnostics_fields() {
  static const Fields<DiagnosticsOptions> fields =
      Fields<DiagnosticsOptions>()
          .add("every", &DiagnosticsOptions::every, "Record after every so many steps; 0: never.", {.min = 0})
          .add("probe", &DiagnosticsOptions::probe,
               "So many images, the first of the validation images or else of the training images, are passed through "
               "the network for each record.",
               {.min = 1})
          .add("percentiles", &DiagnosticsOptions::percentiles,
               "Tensors whose 15th, 50th and 85th percentiles to record: a layer's output on the probe \"dense_1\", "
               "its input \"sigmoid_3.input\", one unit or channel \"sigmoid_3.input[7]\", or a parameter "
               "\"dense_1/kernel\".");
  return fields;
}

/// The keys of [train] that FitOptions does not have: a program's fit does not use them.
std::vector<KeySchema> keys_of_runs_only() {
  const auto amount = [](const char* name, double fallback, const char* doc) {
    return KeySchema{.name = name, .kind = Kind::number, .fallback = Value{fallback}, .doc = doc, .min = 0};
  };
  return {amount("checkpoint_seconds", 600,
                 "Write the checkpoint after so many seconds too, not only after each epoch; 0: only then."),
          amount("kernel_regularizer.l1", 0,
                 "Adds l1 * sum |w| to the loss, for the kernels of all layers that set no l1 of their own."),
          amount("kernel_regularizer.l2", 0,
                 "Adds l2 * sum w^2 to the loss, for the kernels of all layers that set no l2 of their own.")};
}

/// Replaces the values of `keys` in `to` by those of `from`; a key that `from` lacks is erased. Other keys stay.
void merge(Settings& to, const Settings& from, const std::vector<KeySchema>& keys) {
  for (const KeySchema& key : keys) to.erase(key.name);
  for (const auto& entry : from.entries()) to.set(entry.name, entry.value);
}

}  // namespace

std::vector<KeySchema> train_keys() {
  std::vector<KeySchema> keys = train_fields().keys();
  for (KeySchema& key : keys_of_runs_only()) keys.push_back(std::move(key));
  return keys;
}

std::vector<KeySchema> diagnostics_keys() { return diagnostics_fields().keys(); }

FitOptions fit_options(const Config& config) {
  FitOptions options;
  train_fields().read_into(options, config.train);
  feeding_fields().read_into(options, config.data);
  options.augmentation = augmentation_fields().read(config.augmentation);
  options.diagnostics = diagnostics_fields().read(config.diagnostics);
  return options;
}

void record(const FitOptions& options, Config& config) {
  Config checked = config;  // what is refused changes nothing
  const auto put = [](Settings& section, Settings given, const std::vector<KeySchema>& keys, const std::string& owner) {
    given.complete(keys, owner);
    merge(section, given, keys);
  };
  put(checked.train, train_fields().settings(options), train_fields().keys(), "fit");
  put(checked.data, feeding_fields().settings(options), feeding_fields().keys(), "fit");
  if (options.validation.share > 0) checked.data.set("validation", options.validation.share);
  put(checked.diagnostics, diagnostics_fields().settings(options.diagnostics), diagnostics_keys(), "diagnostics");
  put(checked.augmentation, options.augmentation, augmentation_fields().keys(), "augmentation");
  config = std::move(checked);
}

}  // namespace convoy
