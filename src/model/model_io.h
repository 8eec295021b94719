#pragma once

#include <vector>

#include "io/model_file.h"
#include "model/model_impl.h"

namespace convoy {

/// A model's tensors as a model file holds them.
std::vector<NamedTensor> named_tensors(Model::Impl& impl);
/// The same for other weights of its network, with a prefix to their names.
std::vector<NamedTensor> named_tensors(Weights& weights, const Network& network, const std::string& prefix = "");

/// What a model file says about the model.
ModelMetadata metadata_of(const Model::Impl& impl);

/// Saves the model's description with other weights of its network.
void save_weights(const std::filesystem::path& file, Model::Impl& impl, Weights& weights);

}  // namespace convoy
