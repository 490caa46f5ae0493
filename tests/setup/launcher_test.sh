#!/usr/bin/env bash
# ./whet builds when it must, only then, and never runs what could not be built. In a tree of stubs.
#
#   launcher_test.sh SOURCE_DIR
set -uo pipefail
source_dir=$(cd "$1" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

# A tree whose set-up and cmake leave a line in `calls` and succeed; `cmake --build` makes a program
# that prints its arguments.
mkdir -p "$tree/a tree/tools" "$tree/a tree/base" "$tree/stubs"
cd "$tree/a tree" || exit 1
cp "$source_dir/whet" .
touch base/a.cc
cat >tools/setup <<'STUB'
#!/bin/sh
echo setup >>calls
[ ! -e setup_fails ]
STUB
cat >"$tree/stubs/cmake" <<'STUB'
#!/bin/sh
[ "$1" = --build ] || exit 0
echo build >>calls
[ ! -e build_fails ] || exit 1
mkdir -p build/release/bin
printf '#!/bin/sh\necho "ran: $*"\n' >build/release/bin/whet
chmod +x build/release/bin/whet
STUB
chmod +x tools/setup "$tree/stubs/cmake"

# expect STATUS OUTPUT CALLS WHEN: what `./whet one "two three"` comes to, and what it called.
expect() {
  : >calls
  local output status
  output=$(PATH="$tree/stubs:$PATH" ./whet one "two three" 2>err)
  status=$?
  if [[ $status -ne $1 || $output != "$2" || $(tr '\n' ' ' <calls) != "$3" ]]; then
    printf '%s: status %s, output "%s", calls "%s"; expected %s, "%s", "%s"\n' "$4" "$status" \
      "$output" "$(tr '\n' ' ' <calls)" "$1" "$2" "$3"
    sed 's/^/  /' err
    failures=$((failures + 1))
  fi
}

touch setup_fails
expect 1 "" "setup " "set-up fails"
rm setup_fails
touch build_fails
expect 1 "" "setup build " "the build fails"
rm build_fails
expect 0 "ran: one two three" "setup build " "the first use"
expect 0 "ran: one two three" "" "the second use"
touch -d '+1 hour' base/a.cc
expect 0 "ran: one two three" "setup build " "a source is newer"
touch base/a.cc build_fails
touch -d '+1 hour' base/b.cc
expect 1 "" "setup build " "a new source does not build"

if [[ $failures -gt 0 ]]; then exit 1; fi
echo "all as expected"
