#include "graph/initializers.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "convoy/error.h"
#include "convoy/number_text.h"
#include "core/random.h"
#include "core/text.h"

namespace convoy {
namespace {

/// How the values of a tensor are chosen.
enum class Distribution { constant, uniform, normal, truncated_normal, orthogonal, dirac };

/// A row of the table of initialisers.
struct Initializer {
  std::string name;
  Distribution distribution;
  /// The constant, the limit of the uniform distribution, the deviation of the normal or the gain of the orthogonal
  /// one.
  double (*scale)(const ParameterDeclaration&);
  bool numbered = false;  ///< takes a number in brackets
};

double glorot_variance(const ParameterDeclaration& declaration) {
  return 2.0 / (declaration.fan_in + declaration.fan_out);
}  // Glorot & Bengio 2010
double he_variance(const ParameterDeclaration& declaration) { return 2.0 / declaration.fan_in; }  // He et al. 2015
double lecun_variance(const ParameterDeclaration& declaration) {
  return 1.0 / declaration.fan_in;
}  // LeCun et al. 1998

/// The limit of a uniform distribution of that variance.
template <double (*variance)(const ParameterDeclaration&)>
double limit(const ParameterDeclaration& declaration) {
  return std::sqrt(3.0 * variance(declaration));
}

/// Cutting a normal at two deviations shrinks its deviation by this factor, which Keras makes up for.
constexpr double truncation_shrinkage = .87962566103423978;

/// The deviation of a normal that has that variance once it is truncated at two deviations.
template <double (*variance)(const ParameterDeclaration&)>
double deviation(const ParameterDeclaration& declaration) {
  return std::sqrt(variance(declaration)) / truncation_shrinkage;
}

/// A scale that depends on nothing: hundredths / 100.
template <int hundredths>
double fixed(const ParameterDeclaration&) {
  return hundredths / 100.0;
}

const std::vector<Initializer>& table() {
  static const std::vector<Initializer> rows = {
      {"zeros", Distribution::constant, fixed<0>},
      {"ones", Distribution::constant, fixed<100>},
      {"glorot_uniform", Distribution::uniform, limit<glorot_variance>},
      {"glorot_normal", Distribution::truncated_normal, deviation<glorot_variance>},
      {"he_uniform", Distribution::uniform, limit<he_variance>},
      {"he_normal", Distribution::truncated_normal, deviation<he_variance>},
      {"lecun_uniform", Distribution::uniform, limit<lecun_variance>},
      {"lecun_normal", Distribution::truncated_normal, deviation<lecun_variance>},
      {"random_normal", Distribution::normal, fixed<5>, true},
      {"random_uniform", Distribution::uniform, fixed<5>, true},
      {"truncated_normal", Distribution::truncated_normal, fixed<5>, true},
      {"variance_scaling", Distribution::truncated_normal, deviation<lecun_variance>, true},
      {"orthogonal", Distribution::orthogonal, fixed<100>, true},
      {"dirac", Distribution::dirac, fixed<100>},
      {"constant", Distribution::constant, fixed<0>, true},
  };
  return rows;
}

/// Draws a standard normal number until it is within -2 to 2.
float truncated_normal(Random& random) {
  while (true) {
    const float x = random.normal();
    if (std::abs(x) <= 2) return x;
  }
}

/// One number of the distribution with scale 1; 0 for those of whole tensors.
float draw(Distribution distribution, Random& random) {
  switch (distribution) {
    case Distribution::constant: return 1;
    case Distribution::uniform: return 2 * random.uniform() - 1;
    case Distribution::normal: return random.normal();
    case Distribution::truncated_normal: return truncated_normal(random);
    case Distribution::orthogonal:
    case Distribution::dirac: break;  // of whole tensors: below
  }
  return 0;
}

/// Fills a tensor with a random orthogonal matrix times `gain` (Saxe et al. 2014, "Exact solutions to the nonlinear
/// dynamics of learning in deep linear neural networks"). The matrix has all axes but the last as rows and the last, of
/// size `last`, as columns. Its columns, or if there are fewer rows its rows, are orthogonal to each other. By
/// Gram & Schmidt on normal numbers, twice, in double.
void make_orthogonal(std::span<float> values, std::size_t last, float gain, Random& random) {
  const std::size_t rows = values.size() / last;
  const bool upright = rows >= last;
  const std::size_t count = upright ? last : rows;
  const std::size_t length = upright ? rows : last;
  std::vector<std::vector<double>> vectors(count, std::vector<double>(length));
  for (auto& vector : vectors) {
    for (double& value : vector) value = static_cast<double>(random.normal());
  }
  const auto product = [](const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  for (std::size_t i = 0; i < count; ++i) {
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t j = 0; j < i; ++j) {
        const double along = product(vectors[i], vectors[j]);
        for (std::size_t k = 0; k < length; ++k) vectors[i][k] -= along * vectors[j][k];
      }
    }
    const double norm = std::sqrt(product(vectors[i], vectors[i]));
    for (double& value : vectors[i]) value /= norm;
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < last; ++column) {
      const double value = upright ? vectors[column][row] : vectors[row][column];
      values[row * last + column] = gain * static_cast<float>(value);
    }
  }
}

/// Fills a kernel (kh, kw, in, out), or (in, out), so that it passes channel i on as channel i. Throws Error{config}
/// for another rank.
void make_dirac(std::span<float> values, const Shape& shape) {
  if (shape.rank() != 2 && shape.rank() != 4) {
    throw Error(ErrorKind::config, "initializer \"dirac\" is for kernels, not for a tensor of shape " + shape.text());
  }
  const bool image = shape.rank() == 4;
  const int inputs = shape[image ? 2 : 0];
  const int outputs = shape.last();
  const int centre = image ? (shape[0] / 2) * shape[1] + shape[1] / 2 : 0;
  std::ranges::fill(values, 0.0F);
  for (int i = 0; i < std::min(inputs, outputs); ++i) {
    values[(static_cast<std::size_t>(centre) * static_cast<std::size_t>(inputs) + static_cast<std::size_t>(i)) *
               static_cast<std::size_t>(outputs) +
           static_cast<std::size_t>(i)] = 1;
  }
}

/// The scale of the row, unless a number in brackets is given: a deviation, a limit, a gain or a constant; for
/// variance_scaling a factor of the variance.
float scale_of(const Initializer& row, const NumberedName& given, const ParameterDeclaration& declaration) {
  if (!given.number) return static_cast<float>(row.scale(declaration));
  if (row.name == "variance_scaling") return static_cast<float>(std::sqrt(*given.number) * row.scale(declaration));
  return static_cast<float>(*given.number);
}

}  // namespace

void initialise(std::span<float> values, const ParameterDeclaration& declaration, std::uint64_t seed,
                std::uint32_t index) {
  const NumberedName given = parse_numbered(declaration.initializer).value_or(NumberedName{declaration.initializer});
  const auto row = std::ranges::find(table(), given.name, &Initializer::name);
  if (row == table().end() || (given.number && !row->numbered)) {
    std::vector<std::string> names;
    for (const auto& initializer : table()) names.push_back(initializer.name);
    throw Error(ErrorKind::config,
                "unknown initializer \"" + declaration.initializer + "\": expected " + join_or(names));
  }
  Random random(seed, Purpose::initial_weights, index);
  const float scale = scale_of(*row, given, declaration);
  if (row->distribution == Distribution::orthogonal) {
    return make_orthogonal(values, static_cast<std::size_t>(declaration.shape.last()), scale, random);
  }
  if (row->distribution == Distribution::dirac) return make_dirac(values, declaration.shape);
  for (float& value : values) value = scale * draw(row->distribution, random);
}

}  // namespace convoy
