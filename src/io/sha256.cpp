#include "io/sha256.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <fstream>
#include <functional>

#include "core/fail.h"

namespace convoy {
namespace {

// The first 32 bits of the fractions of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> round_constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr std::size_t block_bytes = 64;

using State = std::array<std::uint32_t, 8>;

/// Updates the state with a block of 64 bytes.
void add_block(State& state, std::string_view block) {
  std::array<std::uint32_t, 64> w{};
  std::size_t i = 0;
  for (const char byte : block) {
    w[i / 4] = w[i / 4] << 8U | static_cast<std::uint8_t>(byte);
    ++i;
  }
  for (std::size_t t = 16; t < 64; ++t) {
    const std::uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3U);
    const std::uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10U);
    w.at(t) = w[t - 16] + s0 + w[t - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t t = 0; t < 64; ++t) {
    const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t first = h + sum1 + ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
    const std::uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t second = sum0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  const State added = {a, b, c, d, e, f, g, h};
  std::ranges::transform(state, added, state.begin(), std::plus());
}

void add_blocks(State& state, std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += block_bytes) add_block(state, bytes.substr(at, block_bytes));
}

/// The sum of `total` bytes, of which all but the last few, `rest`, are in `state`.
std::string finished(State state, std::string rest, std::uint64_t total) {
  rest += static_cast<char>(0x80);
  rest.append((120 - rest.size() % block_bytes) % block_bytes, '\0');
  for (int shift = 56; shift >= 0; shift -= 8) rest += static_cast<char>((total * 8) >> shift);
  add_blocks(state, rest);
  std::string text;
  for (const std::uint32_t word : state) {
    for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[(word >> shift) & 15U];
  }
  return text;
}

constexpr State initial = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                           0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

}  // namespace

std::string sha256(std::string_view bytes) {
  State state = initial;
  const std::size_t whole = bytes.size() / block_bytes * block_bytes;
  add_blocks(state, bytes.substr(0, whole));
  return finished(state, std::string(bytes.substr(whole)), bytes.size());
}

std::string sha256_of_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail(file, "cannot be read");
  State state = initial;
  std::uint64_t total = 0;
  std::string part(std::size_t{1} << 16, '\0');
  while (true) {
    stream.read(part.data(), static_cast<std::streamsize>(part.size()));
    const auto got = static_cast<std::size_t>(stream.gcount());
    if (stream.bad()) fail(file, "cannot be read");
    total += got;
    if (got < part.size()) {
      const std::size_t whole = got / block_bytes * block_bytes;
      add_blocks(state, std::string_view(part).substr(0, whole));
      return finished(state, part.substr(whole, got - whole), total);
    }
    add_blocks(state, part);
  }
}

}  // namespace convoy
