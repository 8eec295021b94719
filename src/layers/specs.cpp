#include <cstdint>

#include "convoy/layers.h"

namespace convoy {
namespace {

Value integer(int number) { return static_cast<std::int64_t>(number); }

Value pair(const Size2& size) { return Integers{size.height, size.width}; }

LayerSpec named(const char* type, const std::string& name) {
  LayerSpec spec;
  spec.type = type;
  spec.name = name;
  return spec;
}

/// The keys that conv2d and dense share.
template <class Layer>
void set_kernel_keys(Settings& settings, const Layer& layer) {
  settings.set("activation", layer.activation);
  settings.set("use_bias", layer.use_bias);
  settings.set("kernel_initializer", layer.kernel_initializer);
  settings.set("bias_initializer", layer.bias_initializer);
  settings.set("kernel_regularizer.l1", layer.kernel_regularizer.l1);
  settings.set("kernel_regularizer.l2", layer.kernel_regularizer.l2);
  settings.set("max_norm", layer.max_norm);
}

template <class Pool>
LayerSpec pool_spec(const char* type, const Pool& pool) {
  LayerSpec spec = named(type, pool.name);
  spec.settings.set("pool", pair(pool.pool));
  spec.settings.set("stride", pair(pool.stride));
  spec.settings.set("padding", pool.padding);
  return spec;
}

/// The keys that group and layer normalisation share.
template <class Norm>
LayerSpec sample_norm_spec(const char* type, const Norm& norm) {
  LayerSpec spec = named(type, norm.name);
  spec.settings.set("epsilon", norm.epsilon);
  spec.settings.set("center", norm.center);
  spec.settings.set("scale", norm.scale);
  return spec;
}

}  // namespace

Conv2D::operator LayerSpec() const {
  LayerSpec spec = named("conv2d", name);
  spec.settings.set("filters", integer(filters));
  spec.settings.set("kernel", pair(kernel));
  spec.settings.set("stride", pair(stride));
  spec.settings.set("padding", padding);
  spec.settings.set("dilation", pair(dilation));
  set_kernel_keys(spec.settings, *this);
  return spec;
}

Dense::operator LayerSpec() const {
  LayerSpec spec = named("dense", name);
  spec.settings.set("units", integer(units));
  set_kernel_keys(spec.settings, *this);
  return spec;
}

BatchNorm::operator LayerSpec() const {
  LayerSpec spec = named("batch_norm", name);
  spec.trainable = trainable;
  spec.settings.set("momentum", momentum);
  spec.settings.set("epsilon", epsilon);
  spec.settings.set("center", center);
  spec.settings.set("scale", scale);
  spec.settings.set("moving_variance", moving_variance);
  return spec;
}

GroupNorm::operator LayerSpec() const {
  LayerSpec spec = sample_norm_spec("group_norm", *this);
  spec.settings.set("groups", integer(groups));
  return spec;
}

LayerNorm::operator LayerSpec() const { return sample_norm_spec("layer_norm", *this); }

MaxPool2D::operator LayerSpec() const { return pool_spec("max_pool2d", *this); }

AvgPool2D::operator LayerSpec() const { return pool_spec("avg_pool2d", *this); }

GlobalAvgPool::operator LayerSpec() const { return named("global_avg_pool", name); }

Flatten::operator LayerSpec() const { return named("flatten", name); }

Dropout::operator LayerSpec() const {
  LayerSpec spec = named("dropout", name);
  spec.settings.set("rate", rate);
  return spec;
}

Noise::operator LayerSpec() const {
  LayerSpec spec = named("noise", name);
  spec.settings.set("mean", mean);
  spec.settings.set("deviation", deviation);
  spec.settings.set("redrawn", redrawn);
  return spec;
}

Activation::operator LayerSpec() const {
  LayerSpec spec = named("activation", name);
  spec.settings.set("function", function);
  return spec;
}

Add::operator LayerSpec() const { return named("add", name); }

Concat::operator LayerSpec() const { return named("concat", name); }

}  // namespace convoy
