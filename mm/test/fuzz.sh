#!/bin/sh
# Fuzz mm for a while: fuzz.sh TEST_FUZZ SECONDS COW. With libFuzzer if clang has its runtime, else
# with the plain driver TEST_FUZZ, which also shortens and prints what either has found.
set -eu
test_fuzz=$1 seconds=$2 cow=$3
out=build/fuzz/cow$cow
mkdir -p "$out/corpus"

echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' >"$out/try.c"
if ! clang -fsanitize=fuzzer,address -o "$out/try" "$out/try.c" 2>"$out/try.log"; then
	echo "fuzz: no clang with libFuzzer (Debian: libclang-rt-14-dev); the plain driver it is"
	exec "$test_fuzz" -t "$seconds"
fi

# libFuzzer is to look for new ways through mm, not through what mm is compared with.
objects=
for source in mm/*.c $(ls mm/test/*.c | grep -v '^mm/test/test_'); do
	object=$out/$(echo "$source" | tr / _).o
	case $source in
	mm/test/*) sanitize=address,undefined ;;
	*) sanitize=fuzzer-no-link,address,undefined ;;
	esac
	clang -std=gnu11 -O1 -g -I. -fno-omit-frame-pointer -pthread -DCOW="$cow" -DDEBUG=1 \
		-fsanitize=$sanitize -fno-sanitize-recover=all -c -o "$object" "$source"
	objects="$objects $object"
done
# shellcheck disable=SC2086
clang -fsanitize=fuzzer,address,undefined -pthread @mm/test/wrap.flags -o "$out/target" $objects
# Something to begin with: series of calls, not of bytes.
for n in 1 2 3 4 5 6 7 8; do
	head -c 1200 /dev/urandom >"$out/corpus/begin$n"
done
rm -f "$out"/crash-* "$out"/timeout-* "$out"/oom-*
if "$out/target" -max_total_time="$seconds" -max_len=3600 -len_control=0 -timeout=600 -rss_limit_mb=0 \
	-detect_leaks=0 -print_final_stats=1 -artifact_prefix="$out/" "$out/corpus" \
	>"$out/log" 2>&1; then
	grep -E 'operations and|number_of_executed_units|cov:' "$out/log" | tail -3
	exit 0
fi
for found in "$out"/crash-* "$out"/timeout-* "$out"/oom-*; do
	[ -f "$found" ] && "$test_fuzz" "$found"
done
echo "fuzz: red; libFuzzer's own words are in $out/log"
exit 1
