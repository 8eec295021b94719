#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/dataset.h"

namespace convoy {

/// "idx", "image_folder", "numpy", "cifar" or "csv": what a folder holds, or a file is, judged by its files. Throws
/// Error{data} where it is none of these.
std::string dataset_kind_of(const std::filesystem::path& path);

/// Which samples to read for a model.
struct ModelDataOptions {
  std::string folder = {};                  ///< empty: the data that the model was trained on
  std::string dataset = {};                 ///< their kind; empty: that of `folder`, without one the model's
  std::vector<std::string> overrides = {};  ///< of [data]: "data.transpose=true"
  std::string split = "test";               ///< or validation, train
};

struct ModelData {
  Dataset data;
  std::vector<std::string> notes;  ///< DataSplits::notes
  std::string warning = {};        ///< what the run around the model said of it at its end: RunResult::warning
};

/// Reads one split of data for a model file, prepared as in its training: what is inverted stays so, and images of a
/// folder get the shape that the model takes. Other splits are not read and need not be there. In a
/// folder that is not divided into parts, all samples are test samples. If the model lies in a run folder and these are
/// its data, they are compared with the checksums of the run: where they have changed, samples that are drawn from them
/// are refused, and a separate test part only gets a note. Throws Error{config} or Error{data}.
ModelData load_model_data(const std::filesystem::path& model_file, const ModelDataOptions& options);

/// All of a model's data, or the same from another folder, prepared as in its training. Throws Error{config} or
/// Error{data}.
DataSplits load_model_splits(const std::filesystem::path& model_file, const std::string& folder = {});

}  // namespace convoy
