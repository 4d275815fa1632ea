#!/bin/sh
# Sets up and runs all tests.  Usage: sh share/test.sh [PRESET...]
# PRESET  release, dev (ASan and UBSan), fuzz (some seconds for each reader of foreign bytes) or tsan; default: all but
#         tsan.
# With CI=true also: warnings are errors, clang-format and clang-tidy.
set -eu
. "$(dirname -- "$0")/setup.sh"

# shellcheck disable=SC2086
install_packages $build_packages $test_packages
cd "$root"
[ $# -gt 0 ] || set -- release dev fuzz

if [ "${CI:-}" = true ]; then
  say "Format"
  git ls-files '*.cpp' '*.hpp' '*.h' '*.c' | xargs clang-format --dry-run --Werror
fi
not_again=""
for preset in "$@"; do
  say "$preset: build"
  # clang warns of other things
  cmake --preset "$preset" -DZEROTH_TESTS=ON -DZEROTH_WERROR="$([ "${CI:-}" = true ] && [ "$preset" != fuzz ] && echo ON || echo OFF)" >/dev/null
  cmake --build --preset "$preset"
  if [ "$preset" != fuzz ]; then
    say "$preset: headers on their own"
    cmake --build --preset "$preset" --target all_verify_interface_header_sets
  fi
  say "$preset: tests"
  # shellcheck disable=SC2086
  ctest --preset "$preset" -j "$(nproc)" $not_again
  not_again="--label-exclude once"
done
if [ "${CI:-}" = true ]; then
  say "clang-tidy"
  cmake --build --preset release --target tidy
fi
