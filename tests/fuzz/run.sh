#!/usr/bin/env bash
# Fuzzes every parser for some time each, two at a time, and prints how many inputs were tried.
#
#     tests/fuzz/run.sh [SECONDS]        default: 60
#
# Needs clang. New inputs are kept in build/fuzz/corpus; what crashes, leaks, allocates a gigabyte or takes 3 seconds (under
# sanitizers, which make it several times slower) lies in build/fuzz/found, and the script fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-60}
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz

fuzz() {
  local parser=$1
  mkdir -p "build/fuzz/corpus/$parser" build/fuzz/found
  "build/fuzz/tests/fuzz/fuzz_$parser" "build/fuzz/corpus/$parser" "tests/fuzz/seeds/$parser" \
    -max_total_time="$2" -timeout=3 -rss_limit_mb=3000 -malloc_limit_mb=1024 -max_len=16384 \
    -artifact_prefix="build/fuzz/found/$parser-" -print_final_stats=1 >"build/fuzz/$parser.log" 2>&1 ||
    { echo "$parser: see build/fuzz/$parser.log"; return 1; }
}
export -f fuzz

parsers=(idx npy npz cifar csv image safetensors model checkpoint config override record keras torch onnx)
failed=0
printf '%s\n' "${parsers[@]}" | xargs -P 2 -I{} bash -c "fuzz {} $seconds" || failed=1
for parser in "${parsers[@]}"; do
  printf '%-12s %s\n' "$parser" "$(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$parser.log")"
done | awk '{ print; sum += $2 } END { printf "%-12s %d\n", "in all", sum }'
exit $failed
