#!/bin/sh
# Prints instructions per byte and per operation of lib-crypto, built with the host's flags and with
# the target's (no SSE, Embedded), beside a plain C SHA-256 at -O2, and the ratio of the two.
#
#   Benchmarks/run.sh [SCRATCH-FOLDER]
#
# Counts come from `valgrind --tool=callgrind`, which needs no access to hardware counters and gives
# the same number but for a few instructions every time. Each figure is (count of N runs - count of
# 0 runs) / N, so start-up and preparation cancel. The last lines check for secret-dependent
# branches (docs/reference/crypto.md section 6); the exit code is 1 when there is one.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
scratch=${1:-$here/.build}
triple=x86_64-unknown-none-elf

swift build --package-path "$here" --scratch-path "$scratch/host" -c release --product Benchmark
swift build --package-path "$here" --scratch-path "$scratch/target" -c release \
  --product Workloads --triple $triple \
  --toolset "$here/../../integration/toolsets/freestanding.json"

# The debug information of this toolchain stops valgrind 3.19.
strip --strip-debug -o "$scratch/benchmark-host" "$scratch/host/release/Benchmark"
# The freestanding objects need only the memory functions and a main: the C library has them.
clang -O2 -s -no-pie -o "$scratch/benchmark-target" -I "$here/Sources/CReference/include" \
  "$here/Sources/Benchmark/main.c" "$here/Sources/CReference/reference.c" \
  "$scratch/target/$triple/release/libWorkloads.a" -Wl,--gc-sections

# Prints the instructions of one run: count PROGRAM WORKLOAD N
count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$1" "$2" "$3" 2>&1 |
    awk '/Collected/ { print $NF }'
}

# Prints instructions per unit: measure PROGRAM WORKLOAD N UNITS-PER-RUN
measure() {
  many=$(count "$scratch/$1" "$2" "$3")
  none=$(count "$scratch/$1" "$2" 0)
  awk -v a="$many" -v b="$none" -v n="$3" -v u="$4" 'BEGIN { printf "%.1f", (a - b) / n / u }'
}

printf '%-28s %12s %12s\n' 'instructions' 'host flags' 'target flags'
for workload in c-sha256 sha256 sha512; do
  printf '%-28s' "$workload per byte"
  for build in host target; do
    value=$(measure benchmark-$build $workload 64 4096)
    printf ' %12s' "$value"
    eval "$(echo "$build-$workload" | tr - _)=$value"
  done
  echo
done
awk -v a="$host_sha256" -v b="$host_c_sha256" -v c="$target_sha256" -v d="$target_c_sha256" \
  'BEGIN { printf "%-28s %12.2f %12.2f\n", "SHA-256: Swift / C", a / b, c / d }'
for workload in decode verify sign derive; do
  printf '%-28s' "Ed25519 $workload"
  for build in host target; do printf ' %12s' "$(measure benchmark-$build $workload 4 1)"; done
  echo
done

# Memory that was never written plays the secret: memcheck reports every branch and every address
# that depends on it. The first run must be silent; the second branches on the secret and must not
# be.
for build in host target; do
  check="valgrind -q --error-exitcode=9 $scratch/benchmark-$build secret"
  if ! $check 0; then
    echo "secret-dependent branches or addresses, $build flags" >&2
    exit 1
  fi
  if $check 1 >/dev/null 2>&1; then
    echo "the check for secret-dependent branches does not work, $build flags" >&2
    exit 1
  fi
  echo "no secret-dependent branch or address, $build flags"
done
