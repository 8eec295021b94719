#!/usr/bin/env bash
# Builds project/, outside the tree, against convoy in one of the ways that a user has, and runs it: it must print what the
# program prints that was built in the tree.
#
#     outside.sh static|shared|own_library|pkg_config|add_subdirectory|fetch_content BUILD PROGRAM
#     outside.sh command_line BUILD        the installed convoy finds what is installed with it
#
# BUILD is a build folder of convoy, with both libraries; PROGRAM the project's program, built there. The ways that compile
# convoy anew compile only a part of it, and run nothing, unless CONVOY_OUTSIDE=all: that takes minutes.
set -euo pipefail
way=$1 build=$2 program=${3:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../.." && pwd)
mnist=$source/data/mnist
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() { echo "outside $way: $*" >&2; exit 1; }

# install STATIC|SHARED: one of the libraries, as cmake --install does
install() {
  cmake --install "$build" --component "$1" --prefix "$folder/$1" >"$folder/log" || { cat "$folder/log"; fail install; }
  [[ -z $(find "$folder/$1" -path '*/src/*') ]] || fail "installs src/"
}

# make FROM DIGITS_TYPE [CMAKE ARGUMENT]...
make() {
  cmake -S "$here/project" -B "$folder/build" -DCONVOY_FROM="$1" -DDIGITS_TYPE="$2" "${@:3}"
  cmake --build "$folder/build" --parallel 2 --target "${targets[@]}"
}

# expect_same COMMAND...: and whether it loads libconvoy.so (shared) or not (static)
expect_same() {
  local expected got
  expected=$("$program" "$mnist")
  got=$("$@" "$mnist")
  echo "$way: $got"
  [[ $got == "$expected" ]] || fail "expected '$expected'"
}

# loads FILE: the libconvoy.so that it asks for, if any
loads() { readelf -d "$1" | grep -o 'NEEDED.*libconvoy[^]]*' | grep -o 'libconvoy.*' || true; }

with_pkg_config() {
  local binary=$folder/$1.program
  PKG_CONFIG_PATH=$(dirname "$(find "$folder/$1" -name convoy.pc)")
  export PKG_CONFIG_PATH
  # shellcheck disable=SC2046  # flags are words
  "$CXX" -Wall -Wextra -Werror "$here"/project/{program,digits}.cpp $(pkg-config --cflags --libs convoy) -o "$binary"
  LD_LIBRARY_PATH=$(pkg-config --variable=libdir convoy) expect_same "$binary"
}

from_source() {
  local all=()
  targets=(digits convoy_core)
  if [[ ${CONVOY_OUTSIDE:-} == all ]]; then targets=(program) all=(-DCMAKE_BUILD_TYPE=Release); fi
  if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
  make "$1" OBJECT -DCONVOY_SOURCE="$source" -DCMAKE_UNITY_BUILD=ON "${all[@]}"
  [[ ${targets[0]} != program ]] || expect_same "$folder/build/program"
}

# Says where the shipped configurations are, and finds them and the digits, from a folder that has neither.
command_line() {
  local convoy=$folder/all/bin/convoy
  local configs=$folder/all/share/convoy/configs
  cmake --install "$build" --prefix "$folder/all" >"$folder/log" || { cat "$folder/log"; fail install; }
  mkdir "$folder/empty" && cd "$folder/empty"
  "$convoy" --version
  "$convoy" summary configs/mnist_quick.toml 2>hint && fail "finds a file that is not there"
  grep -F "did you mean $configs/mnist_quick.toml?" hint || fail "no hint: $(cat hint)"
  "$convoy" config check "$configs/mnist_quick.toml"
  "$convoy" init digits.toml
  "$convoy" config check digits.toml
  man -l "$folder/all/share/man/man1/convoy.1" >/dev/null 2>&1 || ! command -v man >/dev/null || fail "a broken manual page"
}

targets=(program)
case $way in
  static | own_library)
    type=STATIC
    [[ $way == static ]] || type=SHARED
    install STATIC
    make find_package "$type" -DCMAKE_PREFIX_PATH="$folder/STATIC"
    expect_same "$folder/build/program"
    [[ -z $(loads "$folder/build/program") ]] || fail "the program loads $(loads "$folder/build/program")" ;;
  shared)
    install SHARED
    make find_package STATIC -DCMAKE_PREFIX_PATH="$folder/SHARED"
    expect_same "$folder/build/program"
    [[ $(loads "$folder/build/program") =~ ^libconvoy\.so\.[0-9]+\.[0-9]+$ ]] || fail "does not load libconvoy.so by its SONAME" ;;
  pkg_config)
    command -v pkg-config >/dev/null || exit 77
    for type in STATIC SHARED; do
      install "$type"
      with_pkg_config "$type"
    done ;;
  add_subdirectory) from_source add_subdirectory ;;
  fetch_content) from_source FetchContent ;;
  command_line) command_line ;;
  *) fail "no such way" ;;
esac
