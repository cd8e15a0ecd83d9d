#!/bin/bash
# build.sh [PRESET [TARGET...]]: configures and builds, release and everything unless told. Says nothing when nothing
# has changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

preset=${1:-release}
shift || true
folder=build/$preset
mkdir -p "$folder"
if [[ ! -f $folder/build.ninja ]]; then
  cmake --preset "$preset" >"$folder/configure.log" 2>&1 || { cat "$folder/configure.log" >&2; exit 1; }
fi
targets=()
[[ $# -eq 0 ]] || targets=(--target "$@")
# Progress while a first build takes its minutes; afterwards only what goes wrong.
if [[ -f $folder/.built ]]; then
  cmake --build --preset "$preset" -j "$(nproc)" "${targets[@]}" -- --quiet | { grep -vxF 'ninja: no work to do.' || true; }
else
  cmake --build --preset "$preset" -j "$(nproc)" "${targets[@]}"
fi
touch "$folder/.built"
