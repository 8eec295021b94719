#pragma once

#include <span>
#include <string>

#include "data/loader.h"
#include "graph/session.h"
#include "loss/loss.h"

namespace convoy {

/// The label and the row of targets of a batch's sample, each if the batch has it; the row is not copied.
Target target_of(const Batch& batch, int sample);

/// The class that a sample should have: the index of its largest target, without targets its label.
int class_of(const Target& target, int classes);

/// Copies the samples of a batch into a session's input.
void copy_inputs(const Batch& batch, Session& session);

/// The node whose output a loss takes: the last one, or the one before a final softmax or sigmoid that the loss itself
/// computes.
int last_node(const Network& network, Link link);

/// Writes the softmax of the logits, logits.size() probabilities.
void softmax(std::span<const float> logits, float* probabilities);

float sigmoid(float logit);

/// Writes the outputs of a session's first `count` samples to `to`, row-major, after the softmax or sigmoid of `link`.
void copy_outputs(const Session& session, int count, Link link, float* to);

/// Computes each sample's loss from the session's output into `losses`, and in Mode::train scale * d loss / d output
/// into the session's d_output. `class_weights` (or empty: all 1) multiply both; a row of targets weighs their mean. In
/// Mode::train the losses have the penalties of layers, too.
void compute_losses(const Loss& loss, const Batch& batch, Session& session, float scale, std::span<double> losses,
                    std::span<const float> class_weights = {});

/// The index of the largest number; the first of equals.
int argmax(std::span<const float> values);

/// Checks that a network and a data set fit: the shape of the samples, the range of the labels. `part` is what messages
/// call the samples: "test". Throws Error{data}.
void check_fits(const Dataset& data, const Shape& input, int outputs, const std::string& part = "");

/// The same for all parts of a data set, whose classes are those of the training samples. An empty validation set fits.
void check_fits(const DataSplits& data, const Shape& input, int outputs);

}  // namespace convoy
