#!/bin/bash
# run.sh SECONDS [FOLDER]: fuzzes the order book and the reader of order-message files side by side for that long with libFuzzer, the
# address and the undefined-behaviour sanitizers (clang++ of Debian's clang), from what FOLDER has collected before. Exit 1 with the input
# left in FOLDER when one of them fails.
set -euo pipefail
seconds=${1:?how many seconds}
folder=$(mkdir -p "${2:-build/fuzz}" && cd "${2:-build/fuzz}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
flags=(-std=c++20 -O2 -g -I"$root" -march=x86-64-v2 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all)
engine=("$root"/engine/markets/order_book.cpp "$root"/engine/base/*.cpp)
clang++ "${flags[@]}" "$root/tests/fuzz/fuzz_order_book.cpp" "${engine[@]}" -lfmt -o "$folder/fuzz_order_book"
clang++ "${flags[@]}" "$root/tests/fuzz/fuzz_book_stream.cpp" "$root/tools/cli/book_stream.cpp" "${engine[@]}" -lfmt -o "$folder/fuzz_book_stream"
cd "$folder"
failed=0
started=()
for target in fuzz_order_book fuzz_book_stream; do
  mkdir -p "corpus_$target"
  "./$target" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 "corpus_$target" > "$target.log" 2>&1 &
  started+=($!)
done
for one in "${started[@]}"; do wait "$one" || failed=1; done
grep -a -h "^Done\|SUMMARY\|differ" fuzz_order_book.log fuzz_book_stream.log || true
exit $failed
