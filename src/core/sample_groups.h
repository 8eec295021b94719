#pragma once

namespace convoy {

/// The samples of a batch, divided into a power of two of groups that follow each other. It is how every sum over
/// samples is made, so that threads or processes may share the work without changing a bit:
///
/// - each group's part is the sum of its own samples, one after the other;
/// - the parts are added as a balanced binary tree over the groups: ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)).
///
/// The division depends on the numbers of samples and groups only. In a batch with fewer samples than groups some are
/// empty; their part is 0.
///
/// Kernels include this header, so it has no inline functions (see kernels/isa.h).
struct SampleGroups {
  static constexpr int by_default = 8;
  static constexpr int most = 64;
  static constexpr int most_places = 7;  ///< of sums that reduce() has under way: one more than the tree's levels

  int samples = 0;
  int count = by_default;  ///< of groups: a power of two, at most `most`

  /// The first sample of a group; for `count` the number of samples.
  int begin(int group) const;

  /// A sum under way: over the groups from `group` on. Of those that are needed at the same time each has another
  /// place, below most_places.
  struct Sum {
    int group;
    int place;
  };

  /// Walks the tree from left to right: calls part(sum) to make the part of one group, and combine(left, right), which
  /// adds the sum `right` to the sum `left` before it, as soon as both are complete. The whole sum is that from group 0
  /// on, at place 0.
  template <class Part, class Combine>
  void reduce(const Part& part, const Combine& combine) const {
    int place = 0;
    for (int group = 0; group < count; ++group) {
      part(Sum{group, place});
      const int done = group + 1;
      for (int width = 1; done % (2 * width) == 0; width *= 2, --place) {
        combine(Sum{done - 2 * width, place - 1}, Sum{done - width, place});
      }
      ++place;
    }
  }

  /// Reduces what each sample has left at a place of its own: calls merge(to, count, from, more), which adds the sum of
  /// the `more` samples from sample `from` on, at `from`'s place, to that of the `count` samples before it, at `to`'s.
  /// The whole sum ends at sample 0's place.
  template <class Merge>
  void reduce_samples(const Merge& merge) const {
    const auto part = [&](Sum sum) {
      const int first = begin(sum.group);
      for (int n = first + 1; n < begin(sum.group + 1); ++n) merge(first, n - first, n, 1);
    };
    const auto combine = [&](Sum left, Sum right) {
      const int first = begin(left.group);
      const int middle = begin(right.group);
      const int end = begin(right.group + (right.group - left.group));
      if (first < middle && middle < end) merge(first, middle - first, middle, end - middle);
    };
    reduce(part, combine);
  }

  /// The sum of one value for each sample.
  double sum(const double* values) const;
};

}  // namespace convoy
