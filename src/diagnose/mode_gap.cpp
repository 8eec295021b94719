#include "diagnose/mode_gap.h"

#include <algorithm>
#include <cmath>

#include "convoy/number_text.h"
#include "core/text.h"

namespace convoy {
namespace {

constexpr double much_higher = 1.5;  ///< a gap is explained where the loss in predict mode is above this times ...
constexpr double at_least = 0.1;     ///< ... and above this plus the loss in train mode

/// The distance of a batch norm's moving statistics from those of its input: in deviations for the mean, as |log ratio|
/// for the variance; the larger of the two.
double lag_of(const BatchNormDiagnostics& norm) {
  return std::max(norm.mean_gap, std::abs(std::log(norm.variance_ratio)));
}

/// |log| of the ratio between the input's variance in predict mode and in train mode.
double shift_of(const BatchNormDiagnostics& norm) { return std::abs(std::log(norm.variance_shift)); }

/// The batch norm with the largest measure.
template <class Measure>
const BatchNormDiagnostics& largest(const std::vector<BatchNormDiagnostics>& norms, Measure measure) {
  return *std::ranges::max_element(norms, {}, measure);
}

/// The likely cause of a gap, with advice. A batch norm that lags also shifts the inputs of later ones, so a lag is
/// named before any shift.
std::string cause(const std::vector<BatchNormDiagnostics>& norms, const std::string& run) {
  constexpr double notable = 0.2;
  if (norms.empty()) return "no batch norm is the cause";
  const BatchNormDiagnostics& lagging = largest(norms, lag_of);
  if (lag_of(lagging) >= notable) {
    return "the moving statistics of \"" + lagging.name + "\" lag behind (mean off by " + rounded(lagging.mean_gap) +
           " deviations, variance " + rounded(lagging.variance_ratio) +
           " times the batch's); to recompute them: convoy recalibrate " + run +
           "; a lower momentum, more steps or train.recalibrate avoid it";
  }
  const BatchNormDiagnostics& shifted = largest(norms, shift_of);
  if (shift_of(shifted) >= notable) {
    return "without dropout the input of \"" + shifted.name + "\" has " + rounded(shifted.variance_shift) +
           " times the variance that it has in training; move the dropout behind the last batch norm";
  }
  return "no batch norm is off by much; batches may be too small for its statistics";
}

}  // namespace

std::string explain_mode_gap(const Diagnostics& found, const std::string& run) {
  if (!found.train_mode_loss || !found.predict_mode_loss) return "";
  const double train = *found.train_mode_loss;
  const double predict = *found.predict_mode_loss;
  const bool large = predict > much_higher * train && predict > train + at_least;
  if (!large) return "";
  return "on the same images the loss is " + rounded(train) + " in train mode but " + rounded(predict) +
         " in predict mode: " + cause(found.batch_norms, run);
}

}  // namespace convoy
