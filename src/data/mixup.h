#pragma once

#include <cstddef>
#include <cstdint>

#include "core/random.h"

/// mixup (Zhang et al. 2018): training on lambda a + (1 - lambda) b with targets mixed in the same way, where lambda is
/// drawn for each batch. Sample i of n is paired with sample n - 1 - i: the order of the batch is random already.
namespace convoy {

/// Draws from Beta(alpha, alpha), in [0, 1].
double draw_beta(Random& random, double alpha);

/// Mixes each of `count` rows of `length` numbers with its partner, in place: share * row + (1 - share) * partner.
void mix_pairs(float* rows, int count, std::size_t length, float share);

/// A rectangle of an image, in pixels.
struct Patch {
  int top, left, height, width;
};

/// Draws the rectangle of cutmix (Yun et al. 2019): about a random place, covering `share` of an image of that size;
/// parts outside of the image are cut off.
Patch draw_patch(Random& random, int height, int width, double share);

/// Exchanges a patch between each of `count` images of height x width x channels and its partner.
void exchange_patches(float* images, int count, const Patch& patch, int height, int width, int channels);

/// Writes each label as a row of `classes` numbers: 1 at the label, else 0.
void write_one_hot(const int* labels, int count, int classes, float* rows);

}  // namespace convoy
