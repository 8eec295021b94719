#pragma once

#include <optional>
#include <string>
#include <vector>

#include "convoy/metrics.h"
#include "convoy/model.h"
#include "io/run_record.h"

namespace convoy {

/// A misclassified image of the test set.
struct MistakePicture {
  Mistake mistake;
  std::string png;
};

/// The kernels of a network's first convolution as pictures.
struct FilterPictures {
  std::string layer = {};
  std::vector<std::string> pngs = {};
};

/// Everything that the page of a run shows. What a run does not have, or not any more, stays empty.
struct Report {
  std::string title;
  RunRecord record;
  std::optional<Summary> model = {};
  Shape input = {};
  std::optional<Evaluation> test = {};
  std::vector<std::string> class_names = {};  ///< empty: numbers
  std::vector<MistakePicture> mistakes = {};  ///< worst first
  FilterPictures filters = {};
  std::vector<std::string> omissions = {};  ///< what the page does without, and why
  bool live = false;                        ///< training goes on: the page reloads itself
};

/// One HTML page that needs nothing else.
std::string html(const Report& report);

}  // namespace convoy
