#!/usr/bin/env bash
# The reward functions of other trainers, as they publish them, through tools/whet_rewards.py and by
# a direct call. They are installed into an environment that is thrown away.
#
#   reward_functions_test.sh SOURCE_DIR [ENVIRONMENT]
#
# Exits 77, which ctest reports as skipped, where packages of Python cannot be had. With ENVIRONMENT
# it is made there, and kept for the next time.
set -euo pipefail
source_dir=$(cd "$1" && pwd)
here=$source_dir/tests/peers
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
environment=${2:-$folder/environment}

skip() {
  echo "skipped: $*"
  exit 77
}

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  skip "TRL needs Python 3.11, and python3 is $(python3 --version)"
fi
if [[ ! -x $environment/bin/pip ]]; then
  python3 -m venv "$environment" >"$folder/venv.log" 2>&1 ||
    skip "python3 -m venv fails: $(tail -n 3 "$folder/venv.log")"
fi
export PIP_DISABLE_PIP_VERSION_CHECK=1
"$environment/bin/pip" download --quiet --no-deps --dest "$folder/reach" \
  "$(grep '^packaging' "$here/requirements.txt")" >"$folder/pip.log" 2>&1 ||
  skip "no packages of Python to be had: $(tail -n 1 "$folder/pip.log")"
"$environment/bin/pip" install --quiet --no-deps -r "$here/requirements.txt"
"$environment/bin/python" -B "$here/reward_functions.py" "$source_dir"
