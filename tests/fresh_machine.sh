#!/usr/bin/env bash
# The two commands of the README on a bare Debian, as a new user gives them:
#
#     tests/fresh_machine.sh 12|13 [--folder DIR] [--cache FILE.tar] [--build COMPILER]
#
# Makes a system with debootstrap in a temporary folder (below DIR; else TMPDIR or /tmp), with a user who may sudo and a
# fresh clone of this repository's HEAD, runs ./quickstart and ./quickstart test there, and prints how each ends.
#   --cache FILE.tar   keeps the bare system in this file, and takes it from there when it is there
#   --build COMPILER   builds everything with a compiler of that Debian instead (clang-14, clang-19, g++-14 ...), with
#                      warnings as errors
# Needs root, debootstrap and git. The mirror is the one that this machine's apt uses, or CONVOY_MIRROR.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() { sed -n '2,12s/^# \?//p' "$0" >&2; exit 2; }

folder=${TMPDIR:-/tmp} cache="" compiler=""
case ${1:-} in
  12) suite=bookworm ;;
  13) suite=trixie ;;
  *) usage ;;
esac
shift
while (($# > 0)); do
  (($# > 1)) || usage
  case $1 in
    --folder) folder=$2 ;;
    --cache) cache=$2 ;;
    --build) compiler=$2 ;;
    *) usage ;;
  esac
  shift 2
done
((EUID == 0)) || { echo "fresh_machine: only root can make a system" >&2; exit 1; }

base=$(mktemp -d "$folder/convoy-debian.XXXXXX")
root=$base/system

clean_up() {
  local mounted
  for mounted in "$root/dev" "$root/proc"; do
    if mountpoint -q "$mounted"; then umount -R "$mounted" || umount -R -l "$mounted"; fi
  done
  rm -rf --one-file-system "$base"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

say() { printf '\n== Debian %s: %s\n' "$suite" "$*"; }

mirror() {
  [[ -n ${CONVOY_MIRROR:-} ]] && { echo "$CONVOY_MIRROR"; return; }
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | grep -v security | head -n 1
}

make_bare_system() {
  if [[ -n $cache && -f $cache ]]; then
    mkdir "$root" && tar -C "$root" -xpf "$cache"
    return
  fi
  debootstrap --variant=minbase --include=ca-certificates,sudo "$suite" "$root" "$(mirror)" >"$base/debootstrap.log" 2>&1 ||
    { tail -n 20 "$base/debootstrap.log" >&2; exit 1; }
  if [[ -n $cache ]]; then tar -C "$root" --one-file-system -cpf "$cache" .; fi
}

# What a machine has that is not of Debian: its network, proxies for apt, devices.
connect() {
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  apt-config dump | grep -i '^Acquire::[a-z]*::Proxy' >"$root/etc/apt/apt.conf.d/90proxy" || true
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --make-rslave "$root/dev"
}

add_user() {
  chroot "$root" useradd -m -s /bin/bash user
  echo 'user ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/user"
  git clone -q --no-hardlinks . "$root/home/user/convoy"
  chroot "$root" chown -R user:user /home/user/convoy
}

as_user() { chroot "$root" su - user -c "cd convoy && $*" </dev/null; }

# Prints the last lines of a command's output, and how it ended.
ending_of() {
  local code=0 began=$SECONDS
  say "$1"
  as_user "$1" >"$base/log" 2>&1 || code=$?
  ((code == 0)) || grep -aE '(warning|error): ' "$base/log" | sort -u | head -n 20 || true
  tail -n 25 "$base/log"
  say "$1: exit code $code after $((SECONDS - began)) s"
  return "$code"
}

build_with() {
  local packages
  eval "$(sed -n '/^packages=(/,/)$/p' quickstart)"
  as_user "sudo apt-get update -q && sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
    --no-install-recommends ${packages[*]} $compiler" >"$base/log" 2>&1 || { tail -n 20 "$base/log" >&2; exit 1; }
  ending_of "cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCONVOY_WERROR=ON \
-DCMAKE_CXX_COMPILER=${compiler/clang-/clang++-} && cmake --build build -- -k 0"
}

make_bare_system
connect
add_user
if [[ -n $compiler ]]; then
  build_with
else
  ending_of ./quickstart
  ending_of "./quickstart test"
fi
