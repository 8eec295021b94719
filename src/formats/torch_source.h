#pragma once

#include <string>

#include "formats/exchange.h"
#include "formats/torch_order.h"

namespace convoy::formats {

/// How the Python source begins that export writes, so that it replaces no other.
constexpr const char* torch_source_begins = "# Written by convoy export: ";

/// Python source of an nn.Module that computes what the model's network does, with the attributes that
/// torch_attributes() names, and of a function that loads its weights. Throws Error{config} for what PyTorch lacks.
std::string torch_source(const ExportedModel& model, const TorchOrders& orders);

}  // namespace convoy::formats
