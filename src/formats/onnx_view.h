#pragma once

#include <optional>
#include <vector>

#include "convoy/shape.h"
#include "formats/onnx_proto.h"

namespace convoy::formats::onnx {

/// How ONNX sees an array of convoy's, a sample without its batch axis: Transpose, Reshape and Flatten change the view
/// and leave the numbers where they are. An axis of the view runs through the array in steps; where a Flatten has
/// joined axes that do not follow each other in the array, it has several such runs, the outer one first.
class View {
 public:
  struct Run {
    std::int64_t extent;
    std::int64_t stride;
    bool operator==(const Run&) const = default;
  };
  using Axis = std::vector<Run>;  ///< no run of extent 1, and none that the next one continues

  View() = default;
  /// The array's own axes.
  explicit View(const Shape& array);
  /// As channels x height x width, of an array height x width x channels.
  static View channels_first(const Shape& image);

  int rank() const { return static_cast<int>(axes_.size()); }
  std::int64_t extent(int axis) const;
  Extents extents() const;
  /// Whether an axis goes through the array in one run of this step; an axis of extent 1 does so with any.
  bool runs_along(int axis, std::int64_t stride) const;
  /// Whether the numbers are in the array's own order.
  bool in_order() const;
  /// For each number of the view, in the view's order, its place in the array.
  std::vector<std::size_t> places() const;

  /// The view whose axis number i is this one's axes[i].
  View transposed(const std::vector<int>& axes) const;
  /// The view whose axis number axes[i] is this one's axis i.
  View transposed_back(const std::vector<int>& axes) const;
  /// Other extents, of the same product; empty where a new axis would take a part of a run that it does not divide.
  std::optional<View> reshaped(const Extents& extents) const;

  bool operator==(const View&) const = default;

 private:
  std::vector<Axis> axes_;
};

}  // namespace convoy::formats::onnx
