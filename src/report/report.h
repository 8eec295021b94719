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
  std::string png;  ///< the bytes of a PNG file
};

/// The kernels of a network's first convolution as PNG files.
struct FilterPictures {
  std::string layer = {};
  std::vector<std::string> pngs = {};
};

/// What the page of a run shows. Members that the run does not have, or no longer has, stay empty.
struct Report {
  std::string title;
  RunRecord record;
  std::optional<Summary> model = {};
  Shape input = {};
  std::optional<Evaluation> test = {};
  std::vector<std::string> class_names = {};  ///< if empty, classes are shown by number
  std::vector<MistakePicture> mistakes = {};  ///< worst first
  FilterPictures filters = {};
  std::vector<std::string> omissions = {};  ///< remarks on what the page leaves out, and why
  bool live = false;                        ///< whether training goes on, so that the page reloads itself
};

/// The page of a run: one HTML text that needs no other file.
std::string html(const Report& report);

}  // namespace convoy
