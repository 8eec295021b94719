#include "convoy/lr_find.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "config/fit_keys.h"
#include "convoy/error.h"
#include "convoy/schedules.h"
#include "core/portable_math.h"
#include "io/atomic_file.h"
#include "model/training.h"
#include "report/chart.h"
#include "report/page.h"

namespace convoy {
namespace {

/// The share of the exponential mean that each step keeps. fastai's 0.98 would lag behind the loss by 50 steps.
constexpr double kept_share = 0.95;
/// The test ends when the smoothed loss is above so many times the lowest, as in fastai.
constexpr double beyond = 4;

/// Adds each step to the curve. Stops training after the last step or when the loss blows up, and sets blew_up.
class CurveRecorder final : public Callback {
 public:
  CurveRecorder(const LrFindOptions& options, LrCurve& curve) : options_(options), curve_(curve) {}

  void on_steps(const StepsLog& log) override { add(log.learning_rate, log.loss); }
  bool on_batch_end(const BatchLog&) override {
    return !curve_.blew_up && static_cast<int>(curve_.points.size()) < options_.steps;
  }

 private:
  /// Adds the point of the next step to the curve.
  void add(double rate, double loss) {
    const auto step = static_cast<double>(curve_.points.size());
    mean_ = kept_share * mean_ + (1 - kept_share) * loss;
    // The mean starts at 0; the division takes that out.
    const double smoothed = mean_ / (1 - portable::pow(kept_share, step + 1));
    curve_.points.push_back({rate, loss, smoothed});
    best_ = std::min(best_, smoothed);
    curve_.blew_up = smoothed > beyond * best_;
  }

  const LrFindOptions& options_;
  LrCurve& curve_;
  double mean_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
};

/// The schedule that multiplies the rate by `ratio` over so many steps.
Spec geometric(double ratio, int steps) { return ExponentialDecay{.decay_rate = ratio, .decay_steps = steps - 1}; }

/// The configuration with rates that rise as `options` say, for at least options.steps steps, each of them logged, and
/// without augmentation.
Config rising(const Config& config, const LrFindOptions& options) {
  Config rising = config;
  rising.optimizer.settings.set("learning_rate", options.from);
  rising.schedule = geometric(options.to / options.from, options.steps);
  const FitOptions training = fit_options(config);
  record({.epochs = options.steps,
          .batch_size = training.batch_size,
          .shuffle = training.shuffle,
          .last_batch = training.last_batch,
          .scaling = training.scaling,
          .log_steps = 1},
         rising);
  return rising;
}

/// The rate at which the smoothed loss falls steepest by the logarithm of the rate; 0 where it never falls. The first
/// tenth of the steps is left out, as its means are of few losses.
double steepest(const std::vector<LrPoint>& points, int steps) {
  double rate = 0;
  double steepest_slope = 0;
  for (std::size_t i = std::max<std::size_t>(1, static_cast<std::size_t>(steps) / 10); i + 1 < points.size(); ++i) {
    const double slope =
        (points[i + 1].smoothed - points[i - 1].smoothed) / portable::log(points[i + 1].rate / points[i - 1].rate);
    if (slope >= steepest_slope) continue;
    steepest_slope = slope;
    rate = points[i].rate;
  }
  return rate;
}

/// Throws Error{config} for options that make no range of rates or fewer than 10 steps.
void require_range(const LrFindOptions& options) {
  const bool range = options.from > 0 && options.to > options.from && std::isfinite(options.to);
  if (!range) throw Error(ErrorKind::config, "lr-find: expected rates from above 0 to a larger one");
  if (options.steps < 10) throw Error(ErrorKind::config, "lr-find: expected at least 10 steps");
}

/// Trains until the recorder stops it or the loss diverges, which sets blew_up. Throws Error{diverged} where not even
/// the first step is finite.
void train_through(Trainer& trainer, CurveRecorder& recorder, LrCurve& curve) {
  try {
    while (trainer.run_epoch({&recorder}) == Trainer::Outcome::finished) {
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::diverged || curve.points.empty()) throw;
    curve.blew_up = true;
  }
}

/// "1.0e-03"
std::string rate_text(double rate) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", rate);
  return text;
}

/// The chart of both losses. The height fits the smoothed ones; losses of single steps above 1.25 times that are left
/// out.
Chart chart_of(const LrCurve& curve) {
  double highest = 0;
  for (const LrPoint& point : curve.points) highest = std::max(highest, point.smoothed);
  Series losses{"loss", {}};
  Series smoothed{"smoothed", {}};
  for (const LrPoint& point : curve.points) {
    losses.points.push_back({point.rate, point.loss <= 1.25 * highest ? point.loss : std::nan("")});
    smoothed.points.push_back({point.rate, point.smoothed});
  }
  return {.title = "Loss", .x_label = "learning rate", .series = {losses, smoothed}, .x = Scaled::logarithmically};
}

}  // namespace

LrCurve lr_find(const Config& config, const LrFindOptions& options) {
  require_range(options);
  const DataSplits data =
      load_data(config.data, static_cast<std::uint64_t>(config.run.integer("seed")), Need::training);
  Model model = Model::from_config(rising(config, options), data.train.shape(), options.threads);
  Training training(ModelAccess::impl(model), data.train);
  LrCurve curve{.name = config.run.text("name"), .notes = data.notes};
  CurveRecorder recorder(options, curve);
  train_through(training.trainer(), recorder, curve);
  curve.suggested = steepest(curve.points, options.steps);
  return curve;
}

void save_page(const LrCurve& curve, const std::filesystem::path& file) {
  std::error_code error;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  write_file_atomically(file,
                        page("Learning rates of " + curve.name,
                             "Trained at rates that grow from step to step. The smoothed loss falls steepest at " +
                                 rate_text(curve.suggested) + ".",
                             "<div class=\"charts\">\n" + figure(chart_of(curve)) + "</div>\n"));
}

}  // namespace convoy
