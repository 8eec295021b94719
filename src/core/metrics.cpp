#include "convoy/metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace convoy {
namespace {

/// The part as a share of the whole; 0 where the whole is 0.
double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// The loss by which mistakes are sorted; infinity for NaN, which cannot be compared.
double sortable_loss(const Mistake& mistake) {
  return std::isnan(mistake.loss) ? std::numeric_limits<double>::infinity() : mistake.loss;
}

}  // namespace

std::string class_name(const std::vector<std::string>& names, int number) {
  const auto at = static_cast<std::size_t>(number);
  return number >= 0 && at < names.size() ? names[at] : std::to_string(number);
}

void Confusion::add(int label, int prediction, std::int64_t count) { counts_[{label, prediction}] += count; }

std::int64_t Confusion::count(int label, int prediction) const {
  const auto found = counts_.find({label, prediction});
  return found == counts_.end() ? 0 : found->second;
}

std::vector<Confusion::Pair> Confusion::pairs() const {
  std::vector<Pair> all;
  for (const auto& [pair, count] : counts_) all.push_back({pair.first, pair.second, count});
  return all;
}

std::vector<Confusion::Pair> Confusion::most_confused(std::size_t most) const {
  std::vector<Pair> wrong = pairs();
  std::erase_if(wrong, [](const Pair& pair) { return pair.label == pair.prediction; });
  std::ranges::stable_sort(wrong, std::greater{}, &Pair::count);
  wrong.resize(std::min(wrong.size(), most));
  return wrong;
}

std::vector<ClassScore> class_scores(const Evaluation& evaluation) {
  if (evaluation.confusion.empty()) return {};
  std::vector<ClassScore> scores(static_cast<std::size_t>(evaluation.classes));
  for (const auto& [label, prediction, count] : evaluation.confusion.pairs()) {
    scores[static_cast<std::size_t>(label)].samples += count;
    scores[static_cast<std::size_t>(prediction)].predictions += count;
  }
  for (int i = 0; i < evaluation.classes; ++i) {
    ClassScore& score = scores[static_cast<std::size_t>(i)];
    const std::int64_t right = evaluation.confusion.count(i, i);
    score.precision = share(right, score.predictions);
    score.recall = share(right, score.samples);
    score.f1 = share(2 * right, score.samples + score.predictions);
  }
  return scores;
}

ClassScore macro_average(const std::vector<ClassScore>& scores) {
  ClassScore mean;
  double classes = 0;
  for (const ClassScore& score : scores) {
    mean.samples += score.samples;
    mean.predictions += score.predictions;
    if (score.samples == 0) continue;
    ++classes;
    mean.precision += score.precision;
    mean.recall += score.recall;
    mean.f1 += score.f1;
  }
  if (classes == 0) return mean;
  mean.precision /= classes;
  mean.recall /= classes;
  mean.f1 /= classes;
  return mean;
}

std::vector<Mistake> worst_mistakes(const Evaluation& evaluation, std::size_t most) {
  std::vector<Mistake> worst = evaluation.mistakes;
  std::ranges::stable_sort(worst, std::greater{}, sortable_loss);
  worst.resize(std::min(worst.size(), most));
  return worst;
}

}  // namespace convoy
