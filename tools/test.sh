#!/bin/bash
# Installs what is missing from Debian, builds, and runs the fast tests.
#   tools/test.sh [more options of ctest]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$root/tools/setup/install.sh"
"$root/tools/setup/build.sh" release
cd "$root"
ctest --preset release -L fast --no-tests=error --parallel 2 "$@"
