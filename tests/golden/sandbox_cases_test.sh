#!/usr/bin/env bash
# Every program of the shared cases ends as it should: sandbox_cases_test.sh WHET
set -euo pipefail
cases="${WHET_SHARED:-}/cases/sandbox/sandbox_programs.jsonl"
if [[ -z "${WHET_SHARED:-}" || ! -f "$cases" ]]; then
  echo "skipped: WHET_SHARED is not set"
  exit 77
fi
exec "$1" verify sandbox --cases "$cases"
