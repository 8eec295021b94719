#pragma once

#include "graph/network.h"

namespace convoy {

/// The count of numbers in a network's parameters and moving statistics. A double, since the network of a file that is
/// not trusted may have more than an integer counts.
double stored_numbers(const Network& network);

/// Bytes needed to predict one sample, without the weights: activations, saved data and scratch of the layers.
double bytes_a_sample(const Network& network);

/// Throws Error{config} for a network that takes more than 1 GB to predict one sample: a small file could describe it,
/// and training takes many times as much.
void require_modest(const Network& network);

}  // namespace convoy
