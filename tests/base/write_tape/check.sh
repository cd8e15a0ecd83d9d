#!/bin/bash
# check.sh DOCUMENT WRITER PYTHON: the document's Python block recomputes the digest of the writer's tape, and one
# changed tick gives another.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed -n '/^```python$/,/^```$/{/^```/!p}' "$1" > "$folder/digest.py"
lines=$(wc -l < "$folder/digest.py")
[[ $lines -ge 5 && $lines -le 20 ]] || { echo "expected a script of at most twenty lines in $1, found $lines"; exit 1; }
expected=$("$2" "$folder/tape")
computed=$("$3" "$folder/digest.py" "$folder/tape")
[[ $computed == "$expected" ]] || { echo "the script gives $computed, the journal $expected"; exit 1; }
printf '\x01' | dd of="$folder/tape" bs=1 seek=8032 conv=notrunc status=none   # record 200, its fifth word
planted=$("$3" "$folder/digest.py" "$folder/tape")
[[ $planted != "$expected" ]] || { echo "one changed tick leaves the digest at $expected"; exit 1; }
