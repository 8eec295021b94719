#include "support/reference.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "support/compare.h"
#include "support/reference_batch_norm.h"
#include "support/reference_conv.h"
#include "support/reference_dense.h"

namespace convoy::test {
namespace {

/// Sample n of an array of the whole batch.
Doubles sample_of(const Doubles& all, int batch, int n) {
  const auto size = static_cast<std::ptrdiff_t>(all.size()) / batch;
  return {all.begin() + n * size, all.begin() + (n + 1) * size};
}

void append(Doubles& all, const Doubles& more) { all.insert(all.end(), more.begin(), more.end()); }

void accumulate(Doubles& sum, const Doubles& more) {
  sum.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) sum[i] += more[i];
}

/// Visits what lies inside the image of every pooling window: visit(output, inputs of the window, what a sum is divided
/// by for the mean), inputs and output as offsets.
struct Pooling {
  int in_h, in_w, channels, pool_h, pool_w, stride_h, stride_w;
  bool same;
  Sides sides = {};
  bool ceil_mode = false;
  bool count_padding = false;

  /// Window after window, as long as it is whole, or with ceil_mode as long as there are pixels that none had.
  int windows(int in, int pool, int stride, int before, int after) const {
    if (same) return (in + stride - 1) / stride;
    int count = 0;
    for (int start = -before; start < in; start += stride, ++count) {
      const bool whole = start + pool <= in + after;
      const bool all_seen = count > 0 && start - stride + pool >= in + after;
      if (!whole && (!ceil_mode || all_seen)) break;
    }
    return count;
  }

  template <class Visit>
  void each_window(Visit visit) const {
    const int out_h = windows(in_h, pool_h, stride_h, sides.top, sides.bottom);
    const int out_w = windows(in_w, pool_w, stride_w, sides.left, sides.right);
    const auto pad = [&](int in, int outs, int pool, int stride, int given) {
      return same ? std::max(0, (outs - 1) * stride + pool - in) / 2 : given;
    };
    std::size_t output = 0;
    for (int oy = 0; oy < out_h; ++oy) {
      for (int ox = 0; ox < out_w; ++ox) {
        for (int c = 0; c < channels; ++c) {
          std::vector<std::size_t> window;
          double counted = 0;
          for (int ky = 0; ky < pool_h; ++ky) {
            for (int kx = 0; kx < pool_w; ++kx) {
              const int y = oy * stride_h + ky - pad(in_h, out_h, pool_h, stride_h, sides.top);
              const int x = ox * stride_w + kx - pad(in_w, out_w, pool_w, stride_w, sides.left);
              if (count_padding && y < in_h + sides.bottom && x < in_w + sides.right) ++counted;
              if (y < 0 || x < 0 || y >= in_h || x >= in_w) continue;
              window.push_back(static_cast<std::size_t>((y * in_w + x) * channels + c));
            }
          }
          visit(output++, window, count_padding ? counted : static_cast<double>(window.size()));
        }
      }
    }
  }
};

Reference pooling_reference(bool largest, std::function<Pooling(const Shape&)> pooling) {
  const auto largest_of = [](const Doubles& x, const std::vector<std::size_t>& window) {
    return *std::ranges::max_element(window, {}, [&](std::size_t i) { return x[i]; });
  };
  return {
      [=](const Problem& p) {
        Doubles y;
        for (int n = 0; n < p.batch; ++n) {
          const Doubles x = sample_of(p.inputs[0], p.batch, n);
          pooling(p.shapes[0]).each_window([&](std::size_t, const std::vector<std::size_t>& window, double counted) {
            double sum = 0;
            for (const std::size_t i : window) sum += x[i];
            y.push_back(largest ? x[largest_of(x, window)] : sum / counted);
          });
        }
        return y;
      },
      [=](const Problem& p, const Doubles& d_output) {
        Gradients gradients{.inputs = {{}}};
        for (int n = 0; n < p.batch; ++n) {
          const Doubles x = sample_of(p.inputs[0], p.batch, n);
          const Doubles d = sample_of(d_output, p.batch, n);
          Doubles d_x(x.size());
          pooling(p.shapes[0])
              .each_window([&](std::size_t output, const std::vector<std::size_t>& window, double counted) {
                if (largest) d_x[largest_of(x, window)] += d[output];
                for (const std::size_t i : window) d_x[i] += largest ? 0 : d[output] / counted;
              });
          append(gradients.inputs[0], d_x);
        }
        return gradients;
      }};
}

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

Reference conv_reference(const ConvCase& options) {
  const auto engine = [options](const Problem& p) {
    return ReferenceConv{kernels::conv_shape(p.shapes[0], {.filters = options.filters,
                                                           .kernel = {options.kernel_h, options.kernel_w},
                                                           .stride = {options.stride_h, options.stride_w},
                                                           .dilation = {options.dilation, options.dilation},
                                                           .same = options.same,
                                                           .sides = options.sides,
                                                           .groups = options.groups})};
  };
  return {[=](const Problem& p) {
            Doubles y;
            for (int n = 0; n < p.batch; ++n) {
              append(y, engine(p).forward(sample_of(p.inputs[0], p.batch, n), p.parameters[0],
                                          options.bias ? p.parameters[1] : Doubles{}));
            }
            return y;
          },
          [=](const Problem& p, const Doubles& d_output) {
            Gradients gradients{.inputs = {{}}, .parameters = Tensors(p.parameters.size())};
            for (int n = 0; n < p.batch; ++n) {
              const Doubles d = sample_of(d_output, p.batch, n);
              append(gradients.inputs[0], engine(p).backward_data(d, p.parameters[0]));
              accumulate(gradients.parameters[0], engine(p).backward_kernel(d, sample_of(p.inputs[0], p.batch, n)));
              if (options.bias) accumulate(gradients.parameters[1], engine(p).backward_bias(d));
            }
            return gradients;
          }};
}

Reference terms_reference(std::function<Terms(const Shape&)> terms, bool bias) {
  const auto weight = [](const Problem& p, const Term& t) {
    return t.factor * (t.weight == Term::none ? 1 : p.parameters[0][t.weight]);
  };
  return {[=](const Problem& p) {
            const Terms of = terms(p.shapes[0]);
            Doubles y;
            for (int n = 0; n < p.batch; ++n) {
              const Doubles x = sample_of(p.inputs[0], p.batch, n);
              Doubles y_n(of.outputs);
              for (std::size_t i = 0; bias && i < y_n.size(); ++i)
                y_n[i] = p.parameters.back()[i % p.parameters.back().size()];
              for (const Term& t : of.all) y_n[t.output] += x[t.input] * weight(p, t);
              append(y, y_n);
            }
            return y;
          },
          [=](const Problem& p, const Doubles& d_output) {
            const Terms of = terms(p.shapes[0]);
            Gradients d{.inputs = {{}}};
            for (const auto& w : p.parameters) d.parameters.emplace_back(w.size());
            for (int n = 0; n < p.batch; ++n) {
              const Doubles x = sample_of(p.inputs[0], p.batch, n);
              const Doubles d_y = sample_of(d_output, p.batch, n);
              Doubles d_x(x.size());
              for (const Term& t : of.all) {
                d_x[t.input] += d_y[t.output] * weight(p, t);
                if (t.weight != Term::none) d.parameters[0][t.weight] += d_y[t.output] * x[t.input] * t.factor;
              }
              for (std::size_t i = 0; bias && i < d_y.size(); ++i)
                d.parameters.back()[i % d.parameters.back().size()] += d_y[i];
              append(d.inputs[0], d_x);
            }
            return d;
          }};
}

namespace {

kernels::ConvShape shape_of(const ConvCase& options, const Shape& input, int filters, int groups) {
  return kernels::conv_shape(input, {.filters = filters,
                                     .kernel = {options.kernel_h, options.kernel_w},
                                     .stride = {options.stride_h, options.stride_w},
                                     .dilation = {options.dilation, options.dilation},
                                     .same = options.same,
                                     .sides = options.sides,
                                     .groups = groups});
}

}  // namespace

Reference depthwise_reference(const ConvCase& options, int multiplier) {
  return terms_reference(
      [=](const Shape& s) {
        const auto shape = shape_of(options, s, s[2] * multiplier, s[2]);
        Terms terms{.outputs = shape.out_floats()};
        ReferenceConv{shape}.for_each_product([&](std::size_t o, std::size_t i, std::size_t w) {
          terms.all.push_back({o, i, w});
        });
        return terms;
      },
      options.bias);
}

Reference transposed_reference(const ConvCase& options, Shape output) {
  return terms_reference(
      [=](const Shape& s) {
        Terms terms{.outputs = output.size()};
        ReferenceConv{shape_of(options, output, s[2], 1)}.for_each_product(
            [&](std::size_t o, std::size_t i, std::size_t w) {
              terms.all.push_back({i, o, w});
            });
        return terms;
      },
      options.bias);
}

Reference separable_reference(const ConvCase& options, int multiplier) {
  ConvCase without_bias = options;
  without_bias.bias = false;
  const Reference first = depthwise_reference(without_bias, multiplier);
  const Reference second = conv_reference({.filters = options.filters});
  const auto of_first = [](const Problem& p) { return Problem{p.batch, p.shapes, p.inputs, {p.parameters[0]}}; };
  const auto of_second = [=](const Problem& p) {
    const auto shape = shape_of(options, p.shapes[0], p.shapes[0][2] * multiplier, p.shapes[0][2]);
    return Problem{p.batch,
                   {{shape.out_h, shape.out_w, shape.out_c}},
                   {first.forward(of_first(p))},
                   {p.parameters[1], p.parameters[2]}};
  };
  return {[=](const Problem& p) { return second.forward(of_second(p)); },
          [=](const Problem& p, const Doubles& d_output) {
            const Gradients d_second = second.backward(of_second(p), d_output);
            const Gradients d_first = first.backward(of_first(p), d_second.inputs[0]);
            return Gradients{.inputs = d_first.inputs,
                             .parameters = {d_first.parameters[0], d_second.parameters[0], d_second.parameters[1]}};
          }};
}

Reference dense_reference(int units) {
  const auto dense = [units](const Problem& p) {
    return ReferenceDense{static_cast<std::size_t>(p.batch), p.shapes[0].size(), static_cast<std::size_t>(units)};
  };
  return {[=](const Problem& p) { return dense(p).forward(p.inputs[0], p.parameters[0], p.parameters[1]); },
          [=](const Problem& p, const Doubles& d_output) {
            const auto d = dense(p).backward(d_output, p.inputs[0], p.parameters[0]);
            return Gradients{.inputs = {d.x}, .parameters = {d.kernel, d.bias}};
          }};
}

Reference batch_norm_reference(double epsilon) {
  const auto norm = [epsilon](const Problem& p) {
    return ReferenceBatchNorm{static_cast<std::size_t>(p.shapes[0].last()), epsilon};
  };
  return {[=](const Problem& p) {
            return norm(p).forward(p.inputs[0], norm(p).moments(p.inputs[0]), p.parameters[0], p.parameters[1]);
          },
          [=](const Problem& p, const Doubles& d_output) {
            const auto d = norm(p).backward(d_output, p.inputs[0], p.parameters[0]);
            return Gradients{.inputs = {d.x}, .parameters = {d.gamma, d.beta}};
          }};
}

namespace {

/// Normalises together what `set_of` gives the same number; gamma and beta by channel. A set's values in order are the
/// rows of a batch norm with one channel, gamma and beta left out.
Reference norm_of_sets(double epsilon, const std::function<std::size_t(const Problem&, std::size_t)>& set_of) {
  const auto each_set = [=](const Problem& p, auto visit) {
    std::vector<std::vector<std::size_t>> sets;
    for (std::size_t i = 0; i < p.inputs[0].size(); ++i) {
      const std::size_t set = set_of(p, i);
      if (set >= sets.size()) sets.resize(set + 1);
      sets[set].push_back(i);
    }
    for (const auto& places : sets) {
      Doubles x;
      for (const std::size_t i : places) x.push_back(p.inputs[0][i]);
      visit(places, x);
    }
  };
  const ReferenceBatchNorm norm{1, epsilon};
  const auto channel = [](const Problem& p, std::size_t i) { return i % static_cast<std::size_t>(p.shapes[0].last()); };
  return {[=](const Problem& p) {
            Doubles y(p.inputs[0].size());
            each_set(p, [&](const auto& places, const Doubles& x) {
              const Doubles normalized = norm.forward(x, norm.moments(x), {1}, {0});
              for (std::size_t j = 0; j < places.size(); ++j) {
                const std::size_t c = channel(p, places[j]);
                y[places[j]] = p.parameters[0][c] * normalized[j] + p.parameters[1][c];
              }
            });
            return y;
          },
          [=](const Problem& p, const Doubles& d_output) {
            const std::size_t channels = p.parameters[0].size();
            Gradients d{.inputs = {Doubles(d_output.size())}, .parameters = {Doubles(channels), Doubles(channels)}};
            each_set(p, [&](const auto& places, const Doubles& x) {
              const Doubles normalized = norm.forward(x, norm.moments(x), {1}, {0});
              Doubles d_normalized;
              for (std::size_t j = 0; j < places.size(); ++j) {
                const std::size_t c = channel(p, places[j]);
                d_normalized.push_back(d_output[places[j]] * p.parameters[0][c]);
                d.parameters[0][c] += d_output[places[j]] * normalized[j];
                d.parameters[1][c] += d_output[places[j]];
              }
              const Doubles d_x = norm.backward(d_normalized, x, {1}).x;
              for (std::size_t j = 0; j < places.size(); ++j) d.inputs[0][places[j]] = d_x[j];
            });
            return d;
          }};
}

}  // namespace

Reference group_norm_reference(int groups, double epsilon) {
  return norm_of_sets(epsilon, [=](const Problem& p, std::size_t i) {
    const auto channels = static_cast<std::size_t>(p.shapes[0].last());
    const auto group_count = static_cast<std::size_t>(groups);
    return i / p.shapes[0].size() * group_count + i % channels / (channels / group_count);
  });
}

Reference layer_norm_reference(double epsilon) {
  return norm_of_sets(epsilon,
                      [](const Problem& p, std::size_t i) { return i / static_cast<std::size_t>(p.shapes[0].last()); });
}

Reference pool_reference(bool largest, std::pair<int, int> pool, std::pair<int, int> stride, bool same) {
  return pooling_reference(largest, [=](const Shape& s) {
    return Pooling{s[0], s[1], s[2], pool.first, pool.second, stride.first, stride.second, same};
  });
}

Reference pool_reference(bool largest, const PoolCase& options) {
  return pooling_reference(largest, [=](const Shape& s) {
    return Pooling{s[0],           s[1],  s[2],          options.pool,      options.pool,         options.stride,
                   options.stride, false, options.sides, options.ceil_mode, options.count_padding};
  });
}

Reference global_average_reference() {
  return pooling_reference(false, [](const Shape& s) { return Pooling{s[0], s[1], s[2], s[0], s[1], 1, 1, false}; });
}

Reference add_reference() {
  return {[](const Problem& p) {
            Doubles y;
            for (const Doubles& x : p.inputs) accumulate(y, x);
            return y;
          },
          [](const Problem& p, const Doubles& d_output) {
            return Gradients{.inputs = Tensors(p.inputs.size(), d_output)};
          }};
}

Reference concat_reference() {
  // Calls visit(output, input number, its offset) for every number.
  const auto each = [](const Problem& p, auto visit) {
    const std::size_t rows = p.inputs[0].size() / static_cast<std::size_t>(p.shapes[0].last());
    std::size_t output = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        const auto channels = static_cast<std::size_t>(p.shapes[i].last());
        for (std::size_t c = 0; c < channels; ++c) visit(output++, i, row * channels + c);
      }
    }
  };
  return {
      [=](const Problem& p) {
        Doubles y;
        each(p, [&](std::size_t, std::size_t i, std::size_t at) { y.push_back(p.inputs[i][at]); });
        return y;
      },
      [=](const Problem& p, const Doubles& d_output) {
        Gradients gradients{.inputs = p.inputs};
        each(p, [&](std::size_t output, std::size_t i, std::size_t at) { gradients.inputs[i][at] = d_output[output]; });
        return gradients;
      }};
}

Reference softmax_reference(bool logarithm) {
  const auto forward = [logarithm](const Problem& p) {
    const auto classes = static_cast<std::size_t>(p.shapes[0].last());
    Doubles y = p.inputs[0];
    for (std::size_t row = 0; row < y.size(); row += classes) {
      double sum = 0;
      for (std::size_t i = row; i < row + classes; ++i) sum += std::exp(y[i]);
      for (std::size_t i = row; i < row + classes; ++i) y[i] = logarithm ? y[i] - std::log(sum) : std::exp(y[i]) / sum;
    }
    return y;
  };
  return {forward, [=](const Problem& p, const Doubles& d_output) {
            const auto classes = static_cast<std::size_t>(p.shapes[0].last());
            const Doubles y = forward(p);
            Doubles d_x(y.size());
            for (std::size_t i = 0; i < y.size(); ++i) {
              const std::size_t row = i / classes * classes;
              for (std::size_t j = row; j < row + classes; ++j)
                d_x[i] += logarithm ? d_output[j] * ((i == j ? 1 : 0) - std::exp(y[i]))
                                    : d_output[j] * y[j] * ((i == j ? 1 : 0) - y[i]);
            }
            return Gradients{.inputs = {d_x}};
          }};
}

namespace {

std::size_t place(const Shape& s, int y, int x, int c) { return static_cast<std::size_t>((y * s[1] + x) * s[2] + c); }

/// Calls visit(y, x, c) for every number of an image.
template <class Visit>
void each_place(const Shape& s, Visit visit) {
  for (int y = 0; y < s[0]; ++y) {
    for (int x = 0; x < s[1]; ++x) {
      for (int c = 0; c < s[2]; ++c) visit(y, x, c);
    }
  }
}

}  // namespace

Reference border_reference(Sides sides) {
  return terms_reference([=](const Shape& s) {
    const Shape out{s[0] + sides.top + sides.bottom, s[1] + sides.left + sides.right, s[2]};
    Terms terms{.outputs = out.size()};
    each_place(out, [&](int y, int x, int c) {
      const int from_y = y - sides.top;
      const int from_x = x - sides.left;
      if (from_y < 0 || from_y >= s[0] || from_x < 0 || from_x >= s[1]) return;
      terms.all.push_back({place(out, y, x, c), place(s, from_y, from_x, c)});
    });
    return terms;
  });
}

Reference up_sampling_reference(int factor_h, int factor_w, bool bilinear) {
  return terms_reference([=](const Shape& s) {
    const Shape out{s[0] * factor_h, s[1] * factor_w, s[2]};
    // How much of input i is in output o: a hat around its centre, or a box; what is beyond the edge is the edge's.
    const auto share = [=](int o, int i, int factor, int in) {
      if (!bilinear) return o / factor == i ? 1.0 : 0.0;
      const double centre = std::clamp((o + 0.5) / factor - 0.5, 0.0, in - 1.0);
      return std::max(0.0, 1 - std::abs(centre - i));
    };
    Terms terms{.outputs = out.size()};
    each_place(out, [&](int y, int x, int c) {
      for (int from_y = 0; from_y < s[0]; ++from_y) {
        for (int from_x = 0; from_x < s[1]; ++from_x) {
          const double factor = share(y, from_y, factor_h, s[0]) * share(x, from_x, factor_w, s[1]);
          if (factor > 0) terms.all.push_back({place(out, y, x, c), place(s, from_y, from_x, c), Term::none, factor});
        }
      }
    });
    return terms;
  });
}

Reference adaptive_average_reference(int height, int width) {
  return terms_reference([=](const Shape& s) {
    const Shape out{height, width, s[2]};
    const auto covers = [](int o, int i, int outs, int ins) {
      return i * outs < (o + 1) * ins && (i + 1) * outs > o * ins;
    };
    Terms terms{.outputs = out.size()};
    each_place(out, [&](int y, int x, int c) {
      std::vector<std::size_t> window;
      each_place(s, [&](int from_y, int from_x, int from_c) {
        if (from_c != c || !covers(y, from_y, height, s[0]) || !covers(x, from_x, width, s[1])) return;
        window.push_back(place(s, from_y, from_x, c));
      });
      for (const std::size_t from : window)
        terms.all.push_back({place(out, y, x, c), from, Term::none, 1 / static_cast<double>(window.size())});
    });
    return terms;
  });
}

Reference global_maximum_reference() {
  return pooling_reference(true, [](const Shape& s) { return Pooling{s[0], s[1], s[2], s[0], s[1], 1, 1, false}; });
}

Reference merge_reference(std::function<double(const std::vector<double>&)> f,
                          std::function<double(const std::vector<double>&, std::size_t)> derivative) {
  // Calls visit(place of the output, the inputs' values there, the inputs' places).
  const auto each = [](const Problem& p, auto visit) {
    std::size_t outputs = 0;
    for (const Shape& s : p.shapes) outputs = std::max(outputs, s.size());
    for (int n = 0; n < p.batch; ++n) {
      for (std::size_t i = 0; i < outputs; ++i) {
        std::vector<double> values;
        std::vector<std::size_t> places;
        for (std::size_t k = 0; k < p.inputs.size(); ++k) {
          const std::size_t size = p.shapes[k].size();
          places.push_back(static_cast<std::size_t>(n) * size + i % size);
          values.push_back(p.inputs[k][places.back()]);
        }
        visit(static_cast<std::size_t>(n) * outputs + i, values, places);
      }
    }
  };
  return {[=](const Problem& p) {
            Doubles y;
            each(p, [&](std::size_t, const auto& values, const auto&) { y.push_back(f(values)); });
            return y;
          },
          [=](const Problem& p, const Doubles& d_output) {
            Gradients d;
            for (const Doubles& x : p.inputs) d.inputs.emplace_back(x.size());
            each(p, [&](std::size_t output, const auto& values, const auto& places) {
              for (std::size_t k = 0; k < values.size(); ++k)
                d.inputs[k][places[k]] += d_output[output] * derivative(values, k);
            });
            return d;
          }};
}

Reference affine_reference() {
  return terms_reference(
      [](const Shape& s) {
        Terms terms{.outputs = s.size()};
        const auto channels = static_cast<std::size_t>(s.last());
        for (std::size_t i = 0; i < s.size(); ++i) terms.all.push_back({i, i, i % channels});
        return terms;
      },
      true);
}

Reference local_response_reference(int size, double alpha, double beta, double k) {
  // Calls visit(c, j) for all neighbours of each place, both as offsets into the batch.
  const auto each = [size](const Problem& p, std::size_t i, auto visit) {
    const int channels = p.shapes[0][2];
    const int c = static_cast<int>(i) % channels;
    for (int j = c - size / 2; j <= c + (size - 1) / 2; ++j) {
      if (j >= 0 && j < channels) visit(i + static_cast<std::size_t>(j) - static_cast<std::size_t>(c));
    }
  };
  const auto scale = [=](const Problem& p, std::size_t i) {
    double sum = 0;
    each(p, i, [&](std::size_t j) { sum += p.inputs[0][j] * p.inputs[0][j]; });
    return k + alpha / size * sum;
  };
  return {[=](const Problem& p) {
            Doubles y = p.inputs[0];
            for (std::size_t i = 0; i < y.size(); ++i) y[i] /= std::pow(scale(p, i), beta);
            return y;
          },
          [=](const Problem& p, const Doubles& d_output) {
            const Doubles& x = p.inputs[0];
            Gradients d{.inputs = {Doubles(x.size())}};
            for (std::size_t i = 0; i < x.size(); ++i) {
              const double s = scale(p, i);
              d.inputs[0][i] += d_output[i] / std::pow(s, beta);
              const double to_s = -beta * d_output[i] * x[i] / std::pow(s, beta + 1);
              each(p, i, [&](std::size_t j) { d.inputs[0][j] += to_s * alpha / size * 2 * x[j]; });
            }
            return d;
          }};
}

Reference prelu_reference(std::size_t period) {
  return {[=](const Problem& p) {
            Doubles y = p.inputs[0];
            for (std::size_t i = 0; i < y.size(); ++i) y[i] *= y[i] > 0 ? 1 : p.parameters[0][i % period];
            return y;
          },
          [=](const Problem& p, const Doubles& d_output) {
            Gradients d{.inputs = {d_output}, .parameters = {Doubles(period)}};
            for (std::size_t i = 0; i < d_output.size(); ++i) {
              const double x = p.inputs[0][i];
              if (x <= 0) d.parameters[0][i % period] += x * d_output[i];
              if (x <= 0) d.inputs[0][i] *= p.parameters[0][i % period];
            }
            return d;
          }};
}

Reference elementwise_reference(std::function<double(double)> f, std::function<double(double)> derivative) {
  return {[f](const Problem& p) {
            Doubles y = p.inputs[0];
            for (double& value : y) value = f(value);
            return y;
          },
          [derivative](const Problem& p, const Doubles& d_output) {
            Doubles d_x = d_output;
            for (std::size_t i = 0; i < d_x.size(); ++i) d_x[i] *= derivative(p.inputs[0][i]);
            return Gradients{.inputs = {d_x}};
          }};
}

Reference activation_reference(const std::string& function) {
  const auto step = [](double x) { return x > 0 ? 1.0 : 0.0; };
  if (function == "relu") return elementwise_reference([](double x) { return std::max(x, 0.0); }, step);
  if (function == "relu6") {
    return elementwise_reference([](double x) { return std::clamp(x, 0.0, 6.0); },
                                 [](double x) { return x > 0 && x < 6 ? 1.0 : 0.0; });
  }
  if (function == "leaky_relu") {
    return elementwise_reference([](double x) { return x > 0 ? x : 0.2 * x; },
                                 [](double x) { return x > 0 ? 1.0 : 0.2; });
  }
  if (function == "elu") {
    return elementwise_reference([](double x) { return x > 0 ? x : std::expm1(x); },
                                 [](double x) { return x > 0 ? 1.0 : std::exp(x); });
  }
  if (function == "selu") {
    constexpr double scale = 1.0507009873554804934;
    constexpr double alpha = 1.6732632423543772848;
    return elementwise_reference([=](double x) { return scale * (x > 0 ? x : alpha * std::expm1(x)); },
                                 [=](double x) { return scale * (x > 0 ? 1.0 : alpha * std::exp(x)); });
  }
  const auto hard_sigmoid = [](double x) { return std::clamp(x / 6 + 0.5, 0.0, 1.0); };
  const auto hard_slope = [](double x) { return std::abs(x) < 3 ? 1.0 / 6 : 0.0; };
  if (function == "hard_sigmoid") return elementwise_reference(hard_sigmoid, hard_slope);
  if (function == "hard_swish") {
    return elementwise_reference([=](double x) { return x * hard_sigmoid(x); },
                                 [=](double x) { return hard_sigmoid(x) + x * hard_slope(x); });
  }
  const auto softplus = [](double x) { return std::log1p(std::exp(x)); };
  if (function == "softplus") return elementwise_reference(softplus, logistic);
  if (function == "mish") {
    return elementwise_reference([=](double x) { return x * std::tanh(softplus(x)); },
                                 [=](double x) {
                                   const double t = std::tanh(softplus(x));
                                   return t + x * logistic(x) * (1 - t * t);
                                 });
  }
  if (function == "gelu_tanh") {
    const double factor = std::sqrt(2 / std::numbers::pi);
    return elementwise_reference(
        [=](double x) { return 0.5 * x * (1 + std::tanh(factor * (x + 0.044715 * x * x * x))); },
        [=](double x) {
          const double t = std::tanh(factor * (x + 0.044715 * x * x * x));
          return 0.5 * (1 + t + x * (1 - t * t) * factor * (1 + 3 * 0.044715 * x * x));
        });
  }
  if (function == "sigmoid")
    return elementwise_reference(logistic, [](double x) { return logistic(x) * (1 - logistic(x)); });
  if (function == "tanh") {
    return elementwise_reference([](double x) { return std::tanh(x); },
                                 [](double x) { return 1 - std::tanh(x) * std::tanh(x); });
  }
  if (function == "gelu") {
    return elementwise_reference(
        [](double x) { return x * normal_cdf(x); },
        [](double x) { return normal_cdf(x) + x * std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); });
  }
  return elementwise_reference([](double x) { return x * logistic(x); },
                               [](double x) { return logistic(x) * (1 + x * (1 - logistic(x))); });
}

}  // namespace convoy::test
