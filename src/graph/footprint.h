#pragma once

#include "graph/network.h"

namespace convoy {

/// How many numbers a network's parameters and moving statistics have. A double, since a stranger's network may have
/// more than an integer counts.
double stored_numbers(const Network& network);

/// Bytes needed to predict one sample, without the weights: activations, and what layers keep.
double bytes_a_sample(const Network& network);

/// Throws Error{config} for a network that takes more than 1 GB to predict one sample: a small file could describe it,
/// and training takes many times as much.
void require_modest(const Network& network);

}  // namespace convoy
