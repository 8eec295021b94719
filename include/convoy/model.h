#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "convoy/callbacks.h"
#include "convoy/config.h"
#include "convoy/dataset.h"
#include "convoy/fit_options.h"
#include "convoy/formats.h"
#include "convoy/layers.h"
#include "convoy/losses.h"
#include "convoy/metrics.h"
#include "convoy/optimizers.h"
#include "convoy/schedules.h"
#include "convoy/settings.h"
#include "convoy/shape.h"

namespace convoy {

struct RecalibrateOptions {
  int images = 10000;  ///< drawn from the data by the model's seed; all where there are fewer
  int batch_size = 32;
};

/// The distance of a batch norm's moving statistics from those of the data before they were replaced: means over the
/// channels. Variances include the layer's epsilon.
struct Recalibration {
  std::string layer;
  double mean_gap = 0;        ///< |moving mean - mean| / deviation of the data
  double variance_ratio = 1;  ///< moving variance / variance (geometric mean)
};

/// The names of the tensors when a model took over weights of another, by what became of them.
struct TakenWeights {
  std::vector<std::string> taken;   ///< tensors of the same name and shape in both, which took the other model's values
  std::vector<std::string> kept;    ///< other tensors of this model, which kept their values
  std::vector<std::string> unused;  ///< other tensors of the other model
};

/// One row of the summary table.
struct SummaryRow {
  std::string name;
  std::string type;
  Shape output;
  std::int64_t parameters = 0;
  std::int64_t macs = 0;  ///< multiply-adds of one image's forward pass
  std::vector<std::string> inputs;
  bool frozen = false;  ///< it has parameters, which training does not change
};

struct Summary {
  std::string name;
  std::vector<SummaryRow> rows;
  std::int64_t trainable = 0;
  std::int64_t non_trainable = 0;
  std::int64_t macs = 0;
};

/// A network with its weights, and once compiled its loss and optimizer. Move-only.
class Model {
 public:
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  virtual ~Model();

  /// Sets loss and optimizer. `seed` draws the shuffling, dropout, and the initial weights of a model that was not
  /// trained, loaded or given weights before: those stay.
  void compile(const Spec& optimizer, const Spec& loss, const Spec& schedule = Constant{}, std::uint64_t seed = 42);

  /// Trains options.epochs more epochs, from the weights that the model has, and returns their log. Another fit goes on
  /// where the last one ended: step and epoch, the optimizer's moments, the schedule, the order of the samples,
  /// augmentation and dropout, until compile() or a change of the layers. So five fits of one epoch are one fit of
  /// five, bit for bit, unless the schedule spans the whole run or restore_best goes back. Which epoch is the best is
  /// judged for each fit by itself. The options are kept in the model's configuration. Classes keep the numbers that
  /// they have in the model, if it has been trained before. Throws Error{config} before compile() and for bad
  /// options, Error{data} for shapes that do not fit and unknown classes, Error{diverged} on NaN.
  History fit(const Dataset& train, const FitOptions& options);
  /// Classes are matched by name with those that the model was trained on, as Dataset::with_classes does. Throws
  /// Error{data} for samples that do not fit and for unknown classes.
  Evaluation evaluate(const Dataset& data, int batch_size = 32, int top_k = 5);
  /// Probabilities (softmax cross-entropy models) or outputs, row-major: data.size() x outputs().
  std::vector<float> predict(const Dataset& data, int batch_size = 32);

  /// The outputs of all of `data` as one batch, as Keras's model(x, training=...): in training mode batch norm uses the
  /// batch's statistics (and moves the moving ones) and dropout drops. Values are taken as they are, without scaling.
  std::vector<float> forward(const Dataset& data, bool training);

  /// The outputs of a layer in prediction, after its activation: features for another program. Row-major: data.size() x
  /// output_shape_of(layer). Throws Error{config} for an unknown layer, Error{data} for samples of another shape.
  std::vector<float> outputs_of(const std::string& layer, const Dataset& data);
  Shape output_shape_of(const std::string& layer) const;

  /// Freezes a layer, or has it trained again; weights stay. The next fit begins with a fresh optimizer. Throws
  /// Error{config}.
  void set_trainable(const std::string& layer, bool trainable);

  /// Replaces each trainable batch norm's moving mean and variance by those over `data`, the training images: "precise
  /// batch norm" of Wu & Johnson 2021, "Rethinking 'batch' in batch norm". Nothing else changes. Throws Error{config}
  /// for a model without such a layer.
  std::vector<Recalibration> recalibrate(const Dataset& data, const RecalibrateOptions& options = {});

  /// Starts from another model's weights: each tensor that has the same name and shape there takes its values. Throws
  /// Error{data} for a file that is no model, Error{config} where nothing matches.
  TakenWeights take_weights(const std::filesystem::path& model_file);

  Summary summary() const;
  Shape input_shape() const;
  int outputs() const;
  std::vector<std::string> class_names() const;

  /// One parameter or moving statistic by name ("conv1/kernel"), for reading and writing in place. Throws
  /// Error{config}.
  std::span<float> tensor(const std::string& name);
  std::vector<std::string> tensor_names() const;

  /// A .safetensors file with the configuration inside; replaced atomically.
  void save(const std::filesystem::path& file) const;
  /// Reads what save wrote. Throws Error{data}; `threads` 0 means all cores.
  static Model load(const std::filesystem::path& file, int threads = 0);
  /// Reads a model of another framework: Keras, PyTorch or ONNX, found by the file's content. It is a model like any
  /// other; its loss is chosen by its last layer where the file names none. `report` gets what else there is to say.
  /// Throws Error{data} for a file that is damaged or has layers that convoy lacks, Error{config} for a file that needs
  /// options.into, or cannot use it.
  static Model import_file(const std::filesystem::path& file, const ImportOptions& options = {},
                           ImportReport* report = nullptr);
  /// Writes the network and its weights for another framework, one of export_formats(), and returns the files that it
  /// wrote. Throws Error{config} for a layer that the framework lacks, Error{failed} where nothing can be written.
  std::vector<std::filesystem::path> export_file(const std::filesystem::path& file, const std::string& format) const;
  /// Builds the model a configuration describes, with its optimizer and loss. `input` is the data's shape, used where
  /// the configuration gives none.
  static Model from_config(const Config& config, const Shape& input, int threads = 0);
  /// The same; where the configuration gives no input shape, its data are loaded for theirs.
  static Model from_config(const Config& config, int threads = 0);

  struct Impl;

 protected:
  Model();
  std::unique_ptr<Impl> impl_;
  friend struct ModelAccess;  // gives other code of the library access to the parts
};

/// A stack of layers.
class Sequential : public Model {
 public:
  explicit Sequential(const Shape& input, int threads = 0);
  Sequential& add(const LayerSpec& layer);
};

/// A directed acyclic graph of layers: add() returns the layer's name, to be used as another's input.
class Graph : public Model {
 public:
  explicit Graph(const Shape& input_shape, int threads = 0);
  static constexpr const char* input = "input";
  std::string add(const LayerSpec& layer, const std::vector<std::string>& inputs);
};

/// The summary as Keras prints it.
std::string text(const Summary& summary);

}  // namespace convoy
