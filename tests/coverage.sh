#!/usr/bin/env bash
# Runs all tests with the preset "coverage" and prints which share of the lines of src/ they reach. Needs gcovr.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cmake --preset coverage >/dev/null
cmake --build --preset coverage >build/coverage.log || { tail -n 50 build/coverage.log; exit 1; }
find build/coverage -name '*.gcda' -delete
ctest --preset coverage -j "$(nproc)" -E 'baseline|avx2' | tail -n 5
gcovr --root . --filter src/ --object-directory build/coverage --exclude-throw-branches --gcov-ignore-parse-errors \
  --sort-percentage
