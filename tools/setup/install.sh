#!/bin/bash
# install.sh [LIST]: installs the Debian packages of a list, packages.txt unless told, that are missing. Says nothing when none is.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

wanted=()
while read -r package; do
  [[ -z $package || $package == \#* ]] || wanted+=("$package")
done <"$here/${1:-packages.txt}"
installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^.i. *//p' || true)

missing=()
for package in "${wanted[@]}"; do
  # A Node.js from elsewhere brings its own npm, with which Debian's package conflicts: the programs count.
  case $package in
    nodejs) command -v node >/dev/null && continue ;;
    npm) command -v npm >/dev/null && continue ;;
  esac
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

command -v apt-get >/dev/null || { echo "haven: no apt-get here; install by other means: ${missing[*]}" >&2; exit 1; }
as_root=()
if [[ $EUID -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "haven: neither root nor sudo; ask for: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "haven: installing ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
