#!/usr/bin/env bash
# Every program of the shared cases ends as it should: sandbox_cases_test.sh WHET
# Their deadlines are real ones: a row that goes otherwise while the machine is slow is tried again.
set -euo pipefail
cases="${WHET_SHARED:-}/cases/sandbox/sandbox_programs.jsonl"
if [[ -z "${WHET_SHARED:-}" || ! -f "$cases" ]]; then
  echo "skipped: WHET_SHARED is not set"
  exit 77
fi
if out=$("$1" verify sandbox --cases "$cases"); then
  echo "$out"
  exit 0
fi
echo "$out"
mapfile -t names < <(grep -v '^sandbox cases: ' <<<"$out" | grep -oE '^[a-z0-9_]+: ' | tr -d ': ')
[[ ${#names[@]} -gt 0 && ${#names[@]} -le 3 ]]
for name in "${names[@]}"; do
  "$1" verify sandbox --cases "$cases" --only "$name" ||
    "$1" verify sandbox --cases "$cases" --only "$name"
done
