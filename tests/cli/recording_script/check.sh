#!/bin/bash
# check.sh DOCUMENT HAVEN PYTHON: the document's last Python block reads a recording and finds the lots that `haven book` finds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
awk '/^```python$/ {text = ""; inside = 1; next} /^```$/ {inside = 0} inside {text = text $0 "\n"} END {printf "%s", text}' "$1" > "$folder/trades.py"
cat > "$folder/short.textproto" <<'CONFIG'
base: "baseline/2025q1"
name: "short"
calendar { from: "2025-01-06" scored_from: "2025-01-07" to: "2025-01-07" burn_in_days: 0 }
CONFIG
"$2" run "$folder/short.textproto" --seed 1 --no-null --no-metrics --record "$folder/market" > /dev/null
read_lots=$("$3" "$folder/trades.py" "$folder/market" | awk '{sum += $2} END {print sum}')
book_lots=$("$2" book "$folder/market" | sed -n 's/.*"traded_quantity": \([0-9]*\).*/\1/p')
[[ -n $book_lots && $read_lots == "$book_lots" ]] || { echo "the script finds $read_lots lots, haven book $book_lots"; exit 1; }
