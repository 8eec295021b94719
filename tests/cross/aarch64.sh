#!/bin/sh
# Builds tests for 64-bit ARM and runs them under qemu: above all, whether a run has the bits that signatures.txt says.
#   tests/cross/aarch64.sh [--short] [BUILD_FOLDER]
# --short, as ctest runs it, holds one network to its signature; without it all of them, and the tests of the kernels and
# layers, which takes half an hour.
# Exit code 77 where the cross compiler, qemu or the libraries for arm64 are not installed. On Debian:
#   dpkg --add-architecture arm64 && apt-get update
#   apt-get install g++-aarch64-linux-gnu qemu-user zlib1g-dev:arm64 libzip-dev:arm64 libopenblas-pthread-dev:arm64
set -eu
cd "$(dirname "$0")/../.."
tests="core kernels layers e2e"
if [ "${1:-}" = --short ]; then
  shift
  tests=e2e
  export CONVOY_SIGNATURE=mnist_bn_maxpool
fi
build=${1:-build/aarch64}

for needed in aarch64-linux-gnu-g++ qemu-aarch64; do
  command -v $needed > /dev/null || { echo "skipped: no $needed"; exit 77; }
done
for library in z zip openblas; do
  ls /usr/lib/aarch64-linux-gnu/lib$library.so > /dev/null 2>&1 || { echo "skipped: no lib$library for arm64"; exit 77; }
done

cmake -S . -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$PWD/tests/cross/aarch64.cmake" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_UNITY_BUILD=ON -DCONVOY_TESTS=ON > "$build.log" 2>&1 || { cat "$build.log"; exit 1; }
cmake --build "$build" --target $(printf '%s_test ' $tests) > "$build.log" 2>&1 || { cat "$build.log"; exit 1; }

for test in $tests; do
  case $test in e2e) only="*signatures.txt*" ;; *) only="*" ;; esac
  qemu-aarch64 "$build/tests/$test/${test}_test" -tc="$only"
done
