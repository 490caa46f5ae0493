#!/usr/bin/env bash
# Where tools/setup may not install packages, it prints the command that does, and exits with 1.
#
#   missing_packages_test.sh SOURCE_DIR
set -euo pipefail
source_dir=$(cd "$1" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Two packages are not there, and sudo asks for a password that nobody gives.
cat >"$folder/dpkg-query" <<'STUB'
#!/bin/sh
case "$*" in *libcli11-dev* | *ninja-build*) exit 1 ;; esac
echo installed
STUB
printf '#!/bin/sh\nexit 1\n' >"$folder/sudo"
chmod 755 "$folder" "$folder/dpkg-query" "$folder/sudo"
cp -r "$source_dir/tools" "$folder/tools"

unprivileged=()
if [[ $EUID -eq 0 ]]; then
  unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
status=0
output=$(cd / && PATH="$folder:/usr/bin:/bin" "${unprivileged[@]}" bash "$folder/tools/setup" \
  2>&1 </dev/null) || status=$?
install='  sudo apt-get update && sudo apt-get install --no-install-recommends'
if [[ $status -ne 1 ]] || ! grep -qxF -- "$install ninja-build libcli11-dev" <<<"$output"; then
  printf 'status %s, output:\n%s\n' "$status" "$output"
  exit 1
fi
echo "as expected"
