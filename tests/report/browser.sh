#!/usr/bin/env bash
# Opens the pages of a short run and of a comparison in headless Chromium: fails where a page has an error on the console,
# lacks an element, or shows no read-out under the pointer. Exit code 77 where there is no Chromium.
#
#     tests/report/browser.sh build/release/convoy
set -euo pipefail
convoy=$1
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || exit 77
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  echo "browser: $*" >&2
  exit 1
}

# open PAGE: the page's elements after its script ran and a pointer moved over its first chart; errors go to $folder/console
open() {
  local touched=$folder/touched.html
  sed 's#</body>#<script>\
    const chart = document.querySelector("svg[data-x]"), frame = chart.getBoundingClientRect();\
    chart.dispatchEvent(new PointerEvent("pointermove", { clientX: frame.left + frame.width / 2, clientY: frame.top + 9 }));\
  </script></body>#' "$1" >"$touched"
  timeout 240 "$chromium" --headless --no-sandbox --disable-gpu --enable-logging=stderr --user-data-dir="$folder/profile" \
    --dump-dom "file://$touched" 2>"$folder/log" || fail "$1 cannot be opened: $(tail -3 "$folder/log")"
  grep 'CONSOLE' "$folder/log" >"$folder/console" || true
}

# check PAGE PART...: no error, and each part in what the browser made of it
check() {
  local page=$1
  open "$page" >"$folder/dom"
  shift
  [ ! -s "$folder/console" ] || fail "$page: $(cat "$folder/console")"
  for part in "$@"; do
    grep -qF -- "$part" "$folder/dom" || fail "$page has no $part"
  done
}

train() {
  "$convoy" train configs/mnist_bn_maxpool.toml --quiet -s data.limit=640 -s data.validation=200 -s train.epochs=2 "$@" >"$folder/out"
}

train --out "$folder/one"
train --out "$folder/two" --seed 7
"$convoy" compare "$folder/one" "$folder/two" -o "$folder/compare.html" >"$folder/out"
readout='<div class="readout"'
check "$folder/one/report.html" "$readout" 'class="cross" d="M' '<h2>Training' 'class="network"' '<h2>Confusion matrix' \
  'data:image/png' 'class="pictures filters"' '<h2>Environment'
check "$folder/compare.html" "$readout" 'class="band' ' ± ' '<h2>Runs'
echo "both pages are as they should be"
