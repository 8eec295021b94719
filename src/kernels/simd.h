#pragma once

#include <cstddef>

#if defined(__FMA__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

/// A vector of floats in GCC/Clang vector extensions, as wide as the instruction set this source is compiled for.
/// Included by kernel sources only; everything is in an unnamed namespace, since each instruction set has its own copy.
namespace convoy::kernels {
namespace {  // NOLINT(google-build-namespaces): see above

#if defined(__AVX512F__) || defined(CONVOY_EMULATE_AVX512)
constexpr int lanes = 16;
#elif defined(__AVX2__)
constexpr int lanes = 8;
#else
constexpr int lanes = 4;
#endif

using Vec = float __attribute__((vector_size(lanes * sizeof(float))));
// The attributes are the name's: among those of float, clang takes no notice of `aligned`.
using UnalignedVec __attribute__((vector_size(lanes * sizeof(float)), aligned(alignof(float)), may_alias)) = float;
static_assert(alignof(UnalignedVec) == alignof(float));

#define CONVOY_INLINE inline __attribute__((always_inline))
#define CONVOY_UNROLL _Pragma("GCC unroll 32")

CONVOY_INLINE Vec load(const float* p) { return *reinterpret_cast<const UnalignedVec*>(p); }
CONVOY_INLINE void store(float* p, Vec v) { *reinterpret_cast<UnalignedVec*>(p) = v; }
CONVOY_INLINE Vec broadcast(float x) { return x - Vec{}; }
CONVOY_INLINE Vec max(Vec a, Vec b) { return a > b ? a : b; }

// a * b + c, rounded once: kernels say where they fuse, since compilers differ in what they would contract. Only plain
// x86-64, which has no such instruction, rounds twice.
CONVOY_INLINE float multiply_add(float a, float b, float c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}
CONVOY_INLINE Vec multiply_add(Vec a, Vec b, Vec c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(CONVOY_EMULATE_AVX512)
  const auto half = [](Vec v, int i) { return reinterpret_cast<const __m256*>(&v)[i]; };
  Vec result;
  for (int i = 0; i < 2; ++i) {
    reinterpret_cast<__m256*>(&result)[i] = _mm256_fmadd_ps(half(a, i), half(b, i), half(c, i));
  }
  return result;
#elif defined(__FMA__)
  return _mm256_fmadd_ps(a, b, c);
#elif defined(__ARM_NEON)
  return vfmaq_f32(c, a, b);
#else
  return a * b + c;
#endif
}

/// The sum of all lanes, always in the same order.
CONVOY_INLINE float sum(Vec v) {
  for (int width = lanes / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i) v[i] += v[i + width];
  }
  return v[0];
}

/// The first `count` (< lanes) floats at p; the other lanes are 0.
CONVOY_INLINE Vec load_some(const float* p, int count) {
  Vec v{};
  for (int i = 0; i < count; ++i) v[i] = p[i];
  return v;
}
/// Writes the first `count` (< lanes) floats of v to p.
CONVOY_INLINE void store_some(float* p, Vec v, int count) {
  for (int i = 0; i < count; ++i) p[i] = v[i];
}

}  // namespace
}  // namespace convoy::kernels
