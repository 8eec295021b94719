#include "formats/onnx_view.h"

namespace convoy::formats::onnx {
namespace {

/// Adds a run to an axis, joined with the one before it where they follow each other.
void add_run(View::Axis& axis, const View::Run& run) {
  if (run.extent == 1) return;
  if (!axis.empty() && axis.back().stride == run.stride * run.extent) {
    axis.back() = {axis.back().extent * run.extent, run.stride};
  } else {
    axis.push_back(run);
  }
}

}  // namespace

View::View(const Shape& array) {
  auto stride = static_cast<std::int64_t>(array.size());
  for (int axis = 0; axis < array.rank(); ++axis) {
    stride /= array[axis];
    axes_.emplace_back();
    add_run(axes_.back(), {array[axis], stride});
  }
}

View View::channels_first(const Shape& image) { return View(image).transposed({2, 0, 1}); }

std::int64_t View::extent(int axis) const {
  std::int64_t product = 1;
  for (const Run& run : axes_[static_cast<std::size_t>(axis)]) product *= run.extent;
  return product;
}

Extents View::extents() const {
  Extents all;
  for (int axis = 0; axis < rank(); ++axis) all.push_back(extent(axis));
  return all;
}

bool View::runs_along(int axis, std::int64_t stride) const {
  const Axis& runs = axes_[static_cast<std::size_t>(axis)];
  return runs.empty() || (runs.size() == 1 && runs[0].stride == stride);
}

bool View::in_order() const {
  Axis joined;
  for (const Axis& axis : axes_) {
    for (const Run& run : axis) add_run(joined, run);
  }
  return joined.empty() || (joined.size() == 1 && joined[0].stride == 1);
}

std::vector<std::size_t> View::places() const {
  std::vector<std::size_t> places = {0};
  for (const Axis& axis : axes_) {
    for (const Run& run : axis) {
      std::vector<std::size_t> more;
      more.reserve(places.size() * static_cast<std::size_t>(run.extent));
      for (const std::size_t place : places) {
        for (std::int64_t i = 0; i < run.extent; ++i) more.push_back(place + static_cast<std::size_t>(i * run.stride));
      }
      places = std::move(more);
    }
  }
  return places;
}

View View::transposed(const std::vector<int>& axes) const {
  View view;
  for (const int axis : axes) view.axes_.push_back(axes_[static_cast<std::size_t>(axis)]);
  return view;
}

View View::transposed_back(const std::vector<int>& axes) const {
  View view;
  view.axes_.resize(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) view.axes_[static_cast<std::size_t>(axes[i])] = axes_[i];
  return view;
}

std::optional<View> View::reshaped(const Extents& extents) const {
  std::vector<Run> left;  // of this view, the innermost first
  for (auto axis = axes_.rbegin(); axis != axes_.rend(); ++axis) left.insert(left.end(), axis->rbegin(), axis->rend());
  std::size_t next = 0;
  std::vector<Axis> inner_first;
  for (auto extent = extents.rbegin(); extent != extents.rend(); ++extent) {
    std::int64_t needed = *extent;
    std::vector<Run> taken;
    while (needed > 1) {
      if (next == left.size()) return {};
      Run& run = left[next];
      if (needed % run.extent == 0) {
        taken.push_back(run);
        needed /= run.extent;
        ++next;
      } else if (run.extent % needed == 0) {  // the inner part of the run
        taken.push_back({needed, run.stride});
        run = {run.extent / needed, run.stride * needed};
        needed = 1;
      } else {
        return {};
      }
    }
    inner_first.emplace_back();
    for (auto run = taken.rbegin(); run != taken.rend(); ++run) add_run(inner_first.back(), *run);
  }
  if (next != left.size()) return {};
  View view;
  view.axes_.assign(inner_first.rbegin(), inner_first.rend());
  return view;
}

}  // namespace convoy::formats::onnx
