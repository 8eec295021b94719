#!/bin/sh
# tests/interop/run.sh keras|torch|onnx CONVOY: a short grid of a framework's models, the whole of it with
# CONVOY_GRID=whole; exit code 77 where PYTHON (python3) lacks a package.
python=${PYTHON:-python3}
export KERAS_BACKEND=${KERAS_BACKEND:-torch}
case $1 in
  keras) packages="keras, torch, h5py" ;;
  torch) packages="torch, safetensors" ;;
  onnx) packages="onnx, onnxruntime, torch" ;;
esac
short=--short
[ "$CONVOY_GRID" = whole ] && short=
"$python" -c "import $packages" 2>/dev/null || exit 77
exec "$python" "tests/interop/$1_grid.py" "$2" $short
