#!/bin/bash
# The main job: installs what is missing from Debian, builds, replays April 2025 and says where the report is.
#   tools/run.sh [more options of `haven replay`]      HAVEN_SEEDS=N runs N seeds instead of the default
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$root/tools/setup/install.sh"
"$root/tools/setup/build.sh" release

result=$root/out/april_2025.sqlite
mkdir -p "$root/out"
"$root/build/release/haven" replay april-2025 --out "$result" --force ${HAVEN_SEEDS:+--seeds "$HAVEN_SEEDS"} "$@"
echo "result: $result"
echo "report: ${result%.sqlite}.html"
