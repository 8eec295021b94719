#include "graph/initializers.h"

#include <algorithm>
#include <cmath>

#include "convoy/error.h"
#include "convoy/number_text.h"
#include "core/random.h"
#include "core/text.h"

namespace convoy {
namespace {

enum class Distribution { constant, uniform, normal, truncated_normal };

struct Initializer {
  std::string name;
  Distribution distribution;
  double (*scale)(const ParameterSpec&);  ///< the constant, the limit of the uniform or the deviation of the normal
  bool numbered = false;                  ///< may be given as a number in brackets
};

double glorot_variance(const ParameterSpec& spec) {
  return 2.0 / (spec.fan_in + spec.fan_out);
}  // Glorot & Bengio 2010
double he_variance(const ParameterSpec& spec) { return 2.0 / spec.fan_in; }     // He et al. 2015
double lecun_variance(const ParameterSpec& spec) { return 1.0 / spec.fan_in; }  // LeCun et al. 1998

template <double (*variance)(const ParameterSpec&)>
double limit(const ParameterSpec& spec) {
  return std::sqrt(3.0 * variance(spec));
}

/// Cutting a normal at two deviations shrinks its deviation by this factor, which Keras makes up for.
constexpr double truncation_shrinkage = .87962566103423978;

template <double (*variance)(const ParameterSpec&)>
double deviation(const ParameterSpec& spec) {
  return std::sqrt(variance(spec)) / truncation_shrinkage;
}

template <int hundredths>
double fixed(const ParameterSpec&) {
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
      {"constant", Distribution::constant, fixed<0>, true},
  };
  return rows;
}

float truncated_normal(Random& random) {
  while (true) {
    const float x = random.normal();
    if (std::abs(x) <= 2) return x;
  }
}

float draw(Distribution distribution, Random& random) {
  switch (distribution) {
    case Distribution::constant: return 1;
    case Distribution::uniform: return 2 * random.uniform() - 1;
    case Distribution::normal: return random.normal();
    case Distribution::truncated_normal: return truncated_normal(random);
  }
  return 0;
}

}  // namespace

void initialise(std::span<float> values, const ParameterSpec& spec, std::uint64_t seed, std::uint32_t index) {
  const NumberedName given = parse_numbered(spec.initializer).value_or(NumberedName{spec.initializer});
  const auto row = std::ranges::find(table(), given.name, &Initializer::name);
  if (row == table().end() || (given.number && !row->numbered)) {
    std::vector<std::string> names;
    for (const auto& initializer : table()) names.push_back(initializer.name);
    throw Error(ErrorKind::config, "unknown initializer \"" + spec.initializer + "\": expected " + join_or(names));
  }
  Random random(seed, Purpose::initial_weights, index);
  const auto scale = static_cast<float>(given.number ? *given.number : row->scale(spec));
  for (float& value : values) value = scale * draw(row->distribution, random);
}

}  // namespace convoy
