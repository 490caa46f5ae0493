#!/usr/bin/env bash
# Sets whet up, builds it and runs it as a newcomer would: in a Debian 12 with nothing but its base
# system, no /usr/local and no torch. Exits 77 (skipped) where it may not make such a root.
#
#   bare_root_test.sh SOURCE_DIR
#
# Settings of the environment for pip, proxies and certificates are handed on.
set -euo pipefail
source_dir=$(cd "$1" && pwd)

if [[ $EUID -ne 0 ]] || ! command -v mmdebstrap >/dev/null; then
  echo "skipped: needs root and mmdebstrap"
  exit 77
fi

# Mounts live in a namespace of our own and end with it.
if [[ "${WHET_BARE_ROOT_UNSHARED:-}" != 1 ]]; then
  exec env WHET_BARE_ROOT_UNSHARED=1 unshare --mount --pid --fork --kill-child \
    bash "${BASH_SOURCE[0]}" "$source_dir"
fi
root=$(mktemp -d -p "${TMPDIR:-/tmp}" whet_bare_root.XXXXXX)
clean_up() {
  umount -R -l "$root/proc" "$root/dev" 2>/dev/null || true
  rm -rf --one-file-system "$root"
}
trap clean_up EXIT
say() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }

say "Debian's base system"
mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$root"
rm -rf "${root:?}/usr/local"
for kept in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
  if [[ -e $kept ]]; then cp -L "$kept" "$root$kept"; fi
done
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"

# What is committed or about to be; never build folders or an earlier torch.
mkdir "$root/whet"
git -C "$source_dir" ls-files -z --cached --others --exclude-standard |
  (cd "$source_dir" && xargs -0 -r ls -d --zero 2>/dev/null) |
  tar -C "$source_dir" --null --no-recursion -T - -c | tar -C "$root/whet" -x

settings=(PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8)
while IFS= read -r setting; do
  settings+=("$setting")
done < <(env | grep -E '^(PIP_|SSL_|https?_proxy=|no_proxy=|HTTPS?_PROXY=|NO_PROXY=)')
in_root() { env -i "${settings[@]}" chroot "$root" "$@"; }

say "./whet doctor on a bare machine"
in_root /whet/whet doctor
say "again: nothing is installed or built twice"
second=$(in_root /whet/whet --version 2>&1)
echo "$second"
if [[ $(wc -l <<<"$second") -ne 1 ]]; then
  echo "FAILED: the second run printed more than its version"
  exit 1
fi
say "done"
