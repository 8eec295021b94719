#include "finite.h"

#include <algorithm>
#include <cmath>

#include "convoy/error.h"
#include "convoy/foreign_text.h"

namespace convoy::app {
namespace {

/// Throws Error{data}.
[[noreturn]] void fail(const std::filesystem::path& model) {
  throw Error(ErrorKind::data, shown(model.string()) +
                                   ": its outputs are not finite; its weights are damaged, or its training diverged");
}

}  // namespace

void require_finite(std::span<const float> outputs, const std::filesystem::path& model) {
  if (!std::ranges::all_of(outputs, [](float output) { return std::isfinite(output); })) fail(model);
}

void require_finite(const Evaluation& evaluation, const std::filesystem::path& model) {
  if (!std::isfinite(evaluation.loss)) fail(model);
}

}  // namespace convoy::app
