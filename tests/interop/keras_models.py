"""Small models of each layer and option that convoy and Keras share; the last layer of each is called "out"."""

import keras
from keras import layers as L

SIZE = 12


def sequential(*layers, scaled=True):
    """A Sequential of colour images, which scales bytes first."""
    first = [L.Rescaling(1 / 255, name="scale")] if scaled else []
    return keras.Sequential([keras.Input((SIZE, SIZE, 3)), *first, *layers])


def head(units=5, activation=None):
    return [L.Flatten(), L.Dense(units, activation=activation, name="out")]


def conv(**options):
    return lambda: sequential(L.Conv2D(8, name="conv", **options), *head())


def function(name):
    return lambda: sequential(L.Conv2D(6, 3, activation=name), L.Activation(name), L.Conv2D(4, 3, name="out"))


def layer(make, before=()):
    return lambda: sequential(L.Conv2D(8, 3), *[b() for b in before], make(), L.Conv2D(4, 1, name="out"))


def residual():
    x = keras.Input((SIZE, SIZE, 3), name="picture")
    a = L.Conv2D(8, 3, padding="same", name="left>one")(L.Rescaling(1 / 127.5, -1)(x))
    b = L.Conv2D(8, 1, name="right")(a)
    c = L.Conv2D(8, 3, padding="same", use_bias=False)(b)
    c = L.BatchNormalization(scale=False)(c)
    d = L.ReLU()(L.Add()([c, a]))
    e = L.Conv2D(8, 3, padding="same", activation="relu")(d)
    f = L.Conv2D(8, 5, padding="same", activation="relu")(d)
    y = L.Concatenate()([f, L.Maximum()([e, d]), L.Average()([e, f]), L.Subtract()([e, d])])
    y = L.GlobalAveragePooling2D()(y)
    return keras.Model(x, L.Dense(4, activation="softmax", name="out")(y))


def gates():
    x = keras.Input((SIZE, SIZE, 3))
    y = L.Conv2D(8, 3)(L.Rescaling(1 / 255)(x))
    g = L.GlobalAveragePooling2D(keepdims=True)(y)
    g = L.Conv2D(8, 1, activation="sigmoid")(L.Conv2D(2, 1, activation="relu")(g))
    y = L.Multiply()([y, g])
    h = L.Dense(8, activation="hard_sigmoid")(L.GlobalMaxPooling2D()(y))
    y = L.Multiply()([y, L.Reshape((1, 1, 8))(h)])
    return keras.Model(x, L.Conv2D(3, 1, name="out")(y))


def nested(frozen=False):
    inner_input = keras.Input((10, 10, 8))
    z = L.Conv2D(8, 3, padding="same", name="conv")(inner_input)
    z = L.BatchNormalization(name="norm")(z)
    inner = keras.Model(inner_input, L.Add(name="sum")([z, inner_input]), name="block")
    tail = keras.Sequential([keras.Input((10, 10, 8)), L.Conv2D(4, 3), L.BatchNormalization(), L.ReLU()], name="tail")
    if frozen:
        inner.get_layer("conv").trainable = False
        tail.trainable = False
    x = keras.Input((SIZE, SIZE, 3))
    y = L.Conv2D(8, 3, name="stem")(L.Rescaling(1 / 255)(x))
    y = L.Conv2D(6, 3, name="last")(tail(inner(y)))
    return keras.Model(x, L.Dense(4, name="out")(L.Flatten()(y)))


def normalized():
    normalization = L.Normalization(mean=[0.4, 0.5, 0.6], variance=[0.04, 0.05, 0.06])
    return sequential(normalization, L.Conv2D(4, 3), *head())


def adapted():
    import numpy as np

    normalization = L.Normalization()
    normalization.adapt(np.random.default_rng(1).uniform(0, 1, (8, SIZE, SIZE, 3)).astype("float32"))
    return sequential(normalization, L.Conv2D(4, 3), *head())


MODELS = {
    "conv": conv(kernel_size=3),
    "conv_same": conv(kernel_size=3, padding="same"),
    "conv_same_stride": conv(kernel_size=3, padding="same", strides=2),
    "conv_same_stride_odd": conv(kernel_size=(2, 5), padding="same", strides=(2, 3)),
    "conv_dilated": conv(kernel_size=3, dilation_rate=2),
    "conv_no_bias": conv(kernel_size=(3, 1), use_bias=False),
    "conv_groups": lambda: sequential(L.Conv2D(8, 1), L.Conv2D(8, 3, groups=4), *head()),
    "conv_regularized": conv(kernel_size=3, kernel_regularizer=keras.regularizers.L2(1e-3),
                             bias_regularizer=keras.regularizers.L1(1e-4),
                             kernel_constraint=keras.constraints.MaxNorm(2, axis=[0, 1, 2])),
    "depthwise": layer(lambda: L.DepthwiseConv2D(3, depth_multiplier=2, padding="same")),
    "depthwise_stride": layer(lambda: L.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False)),
    "separable": layer(lambda: L.SeparableConv2D(6, 3, depth_multiplier=2, padding="same", activation="relu")),
    "separable_no_bias": layer(lambda: L.SeparableConv2D(6, 3, use_bias=False, strides=2)),
    "transpose": layer(lambda: L.Conv2DTranspose(6, 3, strides=2)),
    "transpose_wide": layer(lambda: L.Conv2DTranspose(6, 2, strides=3)),
    "transpose_same": layer(lambda: L.Conv2DTranspose(6, 4, strides=2, padding="same")),
    "transpose_more": layer(lambda: L.Conv2DTranspose(6, 3, strides=2, output_padding=1)),
    "dense": lambda: sequential(L.Flatten(), L.Dense(7, activation="tanh"), L.Dense(3, activation="softmax", name="out")),
    "dense_on_image": layer(lambda: L.Dense(6, activation="relu")),
    "batch_norm": layer(lambda: L.BatchNormalization(momentum=0.9, epsilon=1e-5)),
    "batch_norm_no_scale": layer(lambda: L.BatchNormalization(scale=False)),
    "batch_norm_no_center": layer(lambda: L.BatchNormalization(center=False)),
    "batch_norm_bare": layer(lambda: L.BatchNormalization(center=False, scale=False)),
    "batch_norm_frozen": layer(lambda: L.BatchNormalization(trainable=False)),
    "batch_norm_vector": lambda: sequential(L.Flatten(), L.Dense(6), L.BatchNormalization(), L.Dense(3, name="out")),
    "group_norm": layer(lambda: L.GroupNormalization(4)),
    "group_norm_bare": layer(lambda: L.GroupNormalization(2, center=False, scale=False, epsilon=1e-5)),
    "instance_norm": layer(lambda: L.GroupNormalization(-1)),
    "layer_norm": layer(lambda: L.LayerNormalization()),
    "layer_norm_no_center": layer(lambda: L.LayerNormalization(center=False, epsilon=1e-5)),
    "max_pool": layer(lambda: L.MaxPooling2D()),
    "max_pool_same": layer(lambda: L.MaxPooling2D(3, strides=2, padding="same")),
    "avg_pool": layer(lambda: L.AveragePooling2D((2, 3), strides=1)),
    "global_avg_pool": lambda: sequential(L.Conv2D(8, 3), L.GlobalAveragePooling2D(), L.Dense(3, name="out")),
    "global_max_pool": lambda: sequential(L.Conv2D(8, 3), L.GlobalMaxPooling2D(), L.Dense(3, name="out")),
    "zero_padding": layer(lambda: L.ZeroPadding2D(((1, 2), (0, 3)))),
    "cropping": layer(lambda: L.Cropping2D(((1, 2), (0, 3)))),
    "up_sampling": layer(lambda: L.UpSampling2D((2, 3))),
    "up_sampling_bilinear": layer(lambda: L.UpSampling2D(2, interpolation="bilinear")),
    "reshape": lambda: sequential(L.Reshape((6, 24, 3)), L.Conv2D(4, 3, name="out")),
    "dropout": layer(lambda: L.Dropout(0.3)),
    "spatial_dropout": layer(lambda: L.SpatialDropout2D(0.3)),
    "noise": layer(lambda: L.GaussianNoise(0.3)),
    "activity_regularization": layer(lambda: L.ActivityRegularization(l1=1e-3)),
    "relu": layer(lambda: L.ReLU()),
    "relu6": layer(lambda: L.ReLU(6)),
    "relu_slope": layer(lambda: L.ReLU(negative_slope=0.1)),
    "leaky_relu": layer(lambda: L.LeakyReLU()),
    "elu": layer(lambda: L.ELU(0.5)),
    "prelu": layer(lambda: L.PReLU(alpha_initializer="random_normal")),
    "prelu_channel": layer(lambda: L.PReLU(shared_axes=[1, 2], alpha_initializer="random_normal")),
    "prelu_one": layer(lambda: L.PReLU(shared_axes=[1, 2, 3], alpha_initializer="random_normal")),
    "softmax": layer(lambda: L.Softmax()),
    **{"function_" + name: function(name)
       for name in ["relu", "relu6", "leaky_relu", "elu", "selu", "sigmoid", "hard_sigmoid", "tanh", "gelu", "silu",
                    "hard_silu", "mish", "softplus", "softmax", "log_softmax", "linear"]},
    "activation_layers": lambda: sequential(L.Conv2D(6, 3, activation=L.LeakyReLU(0.1)), L.Conv2D(6, 3, activation=L.ReLU(6)),
                                            L.Activation(L.ELU(0.5)), L.Conv2D(4, 3, name="out")),
    "rescaled_inside": lambda: sequential(L.Conv2D(6, 3), L.Rescaling(0.5, -0.25), L.Conv2D(4, 3, name="out")),
    "normalized_inside": lambda: sequential(L.Conv2D(3, 3), L.Normalization(mean=[0.4, 0.5, 0.6], variance=[0.04, 0.05, 0.06]),
                                            L.Conv2D(4, 3, name="out")),
    "raw_input": lambda: sequential(L.Conv2D(4, 3), *head(), scaled=False),
    "normalized": normalized,
    "adapted": adapted,
    "residual": residual,
    "gates": gates,
    "nested": nested,
    "nested_frozen": lambda: nested(True),
}
if hasattr(L, "AdaptiveAveragePooling2D"):
    MODELS["adaptive_pool"] = layer(lambda: L.AdaptiveAveragePooling2D((3, 4)))
if keras.config.backend() == "tensorflow":  # with PyTorch zeros count in the mean, and outputs are moved by a pixel
    MODELS["avg_pool_same"] = layer(lambda: L.AveragePooling2D(3, strides=2, padding="same"))
    MODELS["transpose_same_uneven"] = layer(lambda: L.Conv2DTranspose(6, 3, strides=2, padding="same"))
else:  # which TensorFlow does not compute on every CPU
    MODELS["transpose_same_more"] = layer(
        lambda: L.Conv2DTranspose(6, 4, strides=2, padding="same", output_padding=0))
