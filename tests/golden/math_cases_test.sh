#!/usr/bin/env bash
# The shared cases of mathematics: math_cases_test.sh WHET
# No false positive, and no more false negatives than docs/math_verifier.md lists.
set -euo pipefail
cases="${WHET_SHARED:-}/cases/math/math_verify_suite.jsonl"
if [[ -z "${WHET_SHARED:-}" || ! -f "$cases" ]]; then
  echo "skipped: WHET_SHARED is not set"
  exit 77
fi
differences_max=29
out=$("$1" verify math --cases "$cases")
echo "$out"
last=$(tail -n 1 <<<"$out")
[[ "$last" =~ ^math\ cases:\ ([0-9]+)\ of\ ([0-9]+)\ agree,\ 0\ false\ positives ]]
((BASH_REMATCH[2] - BASH_REMATCH[1] <= differences_max))
