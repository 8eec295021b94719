#pragma once

#include <vector>

#include "io/model_file.h"
#include "model/model_impl.h"

namespace convoy {

/// Name, shape and values of a model's tensors, for reading and writing in place.
std::vector<NamedTensor> named_tensors(Model::Impl& impl);
/// The same for any weights of a network, with `prefix` before the names.
std::vector<NamedTensor> named_tensors(Weights& weights, const Network& network, const std::string& prefix = "");

/// The metadata of a model file: the model's configuration without paths, its scaling and its class names.
ModelMetadata metadata_of(const Model::Impl& impl);

/// Writes a model file with `weights`, which are of the model's network, and the model's metadata. Replaced atomically.
void save_weights(const std::filesystem::path& file, Model::Impl& impl, Weights& weights);

}  // namespace convoy
