#include "train/batch.h"

#include <algorithm>

#include "convoy/error.h"
#include "core/portable_math.h"
#include "loss/softmax.h"

namespace convoy {
namespace {

/// The weight of a sample's class; of a row of targets the mean weighted by them. 1 without weights.
float weight_of(const Target& target, std::span<const float> class_weights) {
  if (class_weights.empty()) return 1;
  if (target.values == nullptr) return class_weights[static_cast<std::size_t>(target.label)];
  float sum = 0;
  float total = 0;
  for (std::size_t k = 0; k < class_weights.size(); ++k) {
    sum += target.values[k] * class_weights[k];
    total += target.values[k];
  }
  return total > 0 ? sum / total : 1;
}

}  // namespace

Target target_of(const Batch& batch, int sample) {
  Target target;
  if (batch.labels != nullptr) target.label = batch.labels[sample];
  if (batch.targets != nullptr) target.values = batch.targets + static_cast<std::ptrdiff_t>(sample) * batch.target_size;
  return target;
}

int class_of(const Target& target, int classes) {
  if (target.values == nullptr) return target.label;
  return argmax({target.values, static_cast<std::size_t>(classes)});
}

void copy_inputs(const Batch& batch, Session& session) {
  const std::size_t size = session.network().input_shape().size();
  for (int n = 0; n < batch.size; ++n) {
    std::copy_n(batch.inputs + static_cast<std::size_t>(n) * size, size, session.input()[n]);
  }
}

float sigmoid(float logit) { return static_cast<float>(1 / (1 + portable::exp(-static_cast<double>(logit)))); }

int last_node(const Network& network, Link link) {
  switch (link) {
    case Link::softmax: return network.before_final("softmax");
    case Link::sigmoid: return network.before_final("sigmoid");
    case Link::none: break;
  }
  return network.output();
}

void softmax(std::span<const float> logits, float* probabilities) {
  const double largest = *std::ranges::max_element(logits);
  const double sum = sum_of_exponentials(logits);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    probabilities[i] = static_cast<float>(portable::exp(static_cast<double>(logits[i]) - largest) / sum);
  }
}

void copy_outputs(const Session& session, int count, Link link, float* to) {
  const std::size_t size = session.output_shape().size();
  for (int n = 0; n < count; ++n, to += size) {
    const std::span<const float> output(session.output()[n], size);
    switch (link) {
      case Link::softmax: softmax(output, to); break;
      case Link::sigmoid: std::ranges::transform(output, to, sigmoid); break;
      case Link::none: std::ranges::copy(output, to); break;
    }
  }
}

void compute_losses(const Loss& loss, const Batch& batch, Session& session, float scale, std::span<double> losses,
                    std::span<const float> class_weights) {
  const BatchView output = session.output();
  const BatchView d_output = session.d_output();
  const int size = static_cast<int>(session.output_shape().size());
  session.set_sample_share(scale);
  const SampleGroups& groups = session.groups();
  session.pool().run(groups.count, [&](int group, int) {
    for (int n = groups.begin(group); n < groups.begin(group + 1); ++n) {
      float* gradient = d_output ? d_output[n] : nullptr;
      const Target target = target_of(batch, n);
      const float weight = weight_of(target, class_weights);
      losses[static_cast<std::size_t>(n)] =
          static_cast<double>(weight) * loss.sample(output[n], target, size, weight * scale, gradient) +
          (d_output ? session.penalty(n) : 0);
    }
  });
}

int argmax(std::span<const float> values) {
  return static_cast<int>(std::max_element(values.begin(), values.end()) - values.begin());
}

void check_fits(const Dataset& data, const Shape& input, int outputs, const std::string& part) {
  const auto& storage = data.storage();
  const std::string sample = part.empty() ? "sample" : part + " sample";
  const auto fail = [&](const std::string& what) {
    throw Error(ErrorKind::data, (storage.source.empty() ? "data" : storage.source) + ": " + what);
  };
  if (data.empty()) fail("no " + sample + "s");
  if (data.shape() != input) {
    fail(sample + "s are " + data.shape().text() + ", the network expects " + input.text());
  }
  if (storage.targets.empty() && storage.labels.empty()) fail(sample + "s have no labels");
  if (!storage.targets.empty() && storage.target_size != outputs) {
    fail(std::to_string(storage.target_size) + " targets a " + sample + ", the network has " + std::to_string(outputs) +
         " outputs");
  }
  if (!storage.targets.empty()) return;
  for (int i = 0; i < data.size(); ++i) {
    if (data.label(i) >= 0 && data.label(i) < outputs) continue;
    fail(sample + " " + std::to_string(i) + " has label " + std::to_string(data.label(i)) + ", the network has " +
         std::to_string(outputs) + " outputs; the last layer needs one for each class");
  }
}

void check_fits(const DataSplits& data, const Shape& input, int outputs) {
  const auto& names = data.train.storage().class_names;
  check_fits(data.train, input, outputs);
  if (!data.validation.empty()) check_fits(data.validation.with_classes(names, outputs), input, outputs, "validation");
  check_fits(data.test.with_classes(names, outputs), input, outputs, "test");
}

}  // namespace convoy
