// Which engine computes a 3x3 convolution fastest? For a grid of square images and channels, one line for each pass:
// the least time of each engine, whose runs take turns, in one thread. winograd_pays (src/kernels/conv.cpp) chooses by
// what this prints with CONVOY_ISA=avx2 and avx512.
//
//     convoy_conv_choice [size in_channels out_channels padding]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engines.h"
#include "floats.h"
#include "kernels/conv.h"
#include "kernels/gemm.h"

namespace convoy::kernels {
namespace {

constexpr const char* engines[] = {"blas", "direct", "F(2x2)", "F(4x4)", "auto"};
constexpr const char* passes[] = {"forward", "d_x", "d_kernel"};
constexpr int rounds = 40;

/// One engine and its memory, for a convolution of one image.
class Candidate {
 public:
  Candidate(const std::string& engine, const ConvShape& shape)
      : s_(shape),
        engine_(make_engine(engine, shape)),
        forward_weights_(weights(engine_->forward_weights_floats())),
        backward_weights_(weights(engine_->backward_weights_floats())),
        sums_(static_cast<std::size_t>(engine_->sum_planes() * s_.in_c * s_.out_c)),
        scratch_(engine_->scratch_floats()) {
    engine_->pack_forward(forward_weights_.data(), kernel_.data());
    engine_->pack_backward(backward_weights_.data(), kernel_.data());
  }

  /// Runs pass `pass` of `passes` once.
  void run(int pass) {
    if (pass == 0)
      engine_->forward(y_.data(), x_.data(), forward_weights_.data(), nullptr, scratch_.data(), {0, s_.out_h});
    if (pass == 1) engine_->backward_data(x_.data(), y_.data(), backward_weights_.data(), scratch_.data());
    if (pass == 2) engine_->backward_kernel(sums_.data(), y_.data(), x_.data(), scratch_.data());
  }

 private:
  /// Room for packed weights, or for the kernel itself where there are none.
  Floats weights(std::size_t floats) const { return Floats(floats == 0 ? s_.kernel_floats() : floats, 0.01F); }

  ConvShape s_;
  std::unique_ptr<const ConvEngine> engine_;
  Floats x_ = Floats(s_.in_floats(), 0.5F), y_ = Floats(s_.out_floats(), 0.5F),
         kernel_ = Floats(s_.kernel_floats(), 0.01F);
  Floats forward_weights_, backward_weights_, sums_, scratch_;
};

double microseconds() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double, std::micro>(Clock::now().time_since_epoch()).count();
}

void print_times(int size, int in_c, int out_c, int padding) {
  const ConvShape shape = conv_shape({size, size, in_c}, {.filters = out_c, .kernel = {3, 3}, .sides = padding});
  std::vector<std::unique_ptr<Candidate>> candidates;
  for (const char* engine : engines) candidates.push_back(std::make_unique<Candidate>(engine, shape));
  for (int pass = 0; pass < 3; ++pass) {
    std::vector<double> least(candidates.size(), std::numeric_limits<double>::infinity());
    const int repeats = static_cast<int>(1 + 3'000'000 / shape.macs());
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < candidates.size(); ++i) {
        const double start = microseconds();
        for (int r = 0; r < repeats; ++r) candidates[i]->run(pass);
        least[i] = std::min(least[i], (microseconds() - start) / repeats);
      }
    }
    std::printf("%2dx%-2d %3d -> %3d  %-8s", size, size, in_c, out_c, passes[pass]);
    for (std::size_t i = 0; i < least.size(); ++i) std::printf("  %s %.2f", engines[i], least[i]);
    const auto best = static_cast<std::size_t>(std::min_element(least.begin(), least.end() - 1) - least.begin());
    std::printf("  best %s, auto %.2f of it\n", engines[best], least.back() / least[best]);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace convoy::kernels

int main(int count, char** arguments) {
  using convoy::kernels::print_times;
  const convoy::kernels::SingleThreadedBlas single;
  if (count == 5) {
    print_times(std::atoi(arguments[1]), std::atoi(arguments[2]), std::atoi(arguments[3]), std::atoi(arguments[4]));
    return 0;
  }
  for (const int in_c : {8, 16, 32, 64, 128}) {
    for (const int out_c : {8, 16, 32, 64, 128}) {
      for (const int size : {4, 5, 6, 7, 8, 10, 13, 16, 24, 32}) print_times(size, in_c, out_c, 1);
    }
  }
}
