#!/usr/bin/env bash
# What a user sees of the command line: texts, and exit statuses 0 and 1.
#
#   commands_test.sh WHET
set -uo pipefail
whet=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

# expect STATUS STREAM PATTERN ARGUMENT…: that `whet ARGUMENT…` exits with STATUS and that STREAM
# (out, err) has a line that matches PATTERN, an extended regular expression.
expect() {
  local status=$1 stream=$2 pattern=$3
  shift 3
  "$whet" "$@" >out 2>err
  local got=$?
  if [[ $got -ne $status ]]; then
    echo "whet $*: exit status $got, not $status"
    failures=$((failures + 1))
  fi
  if ! grep -qE -- "$pattern" "$stream"; then
    printf 'whet %s: no line of std%s matches %s:\n' "$*" "$stream" "$pattern"
    sed 's/^/  /' "$stream"
    failures=$((failures + 1))
  fi
}

cat >good.textproto <<'TEXT'
steps: 10
model { checkpoint: "base" }
prompts { file: "a.jsonl" }
rewards { answer {} }
TEXT
echo 'stepz: 10' >bad.textproto
cat >cases.jsonl <<'TEXT'
{"id": "a", "gold": "1/2", "answer": "0.5", "expected": true}
{"id": "b", "gold": "1", "answer": "2", "expected": true}
{"id": "c", "gold": "1", "answer": "$2$", "options": {"match_types": ["latex"]}, "expected": false}
{"id": "d", "gold": "1", "answer": "2", "expected": true, "dispute": "experts differ"}
TEXT
echo '{"gold": "1", "answer": "2", "options": {"match_types": ["prose"]}}' >bad.jsonl

expect 0 out '^whet [0-9]+\.[0-9]+\.[0-9]+ \(commit ' --version
expect 0 out '^ *doctor ' --help
expect 1 err '^ *doctor '
expect 1 err 'nonsense' nonsense
expect 0 out '^torch +(good|limited) +2\.' doctor
expect 0 out '^\{"whet":\{' doctor --json
expect 0 out '^steps +10 +good.textproto:1:1$' config train good.textproto
expect 0 out '^verdict  CORRECT$' verify math --explain '\frac12' 0.5
expect 0 out '^math cases: 2 of 3 agree, 0 false positives, 1 false negatives$' \
  verify math --cases cases.jsonl
expect 0 out '^\{"id":"b","verdict":"WRONG","reward":0.0,"gold_parsed":"1",' \
  verify math --jsonl cases.jsonl
expect 1 err '^whet: bad.jsonl:1: options: match_types: ' verify math --jsonl bad.jsonl
expect 1 err 'Exactly 1 option from' verify math
expect 0 out '^seed +3 +--set$' config train good.textproto --set seed=3
expect 0 out '^steps: 10$' config train good.textproto --textproto
expect 0 out '^optimizer.lr  a number in' config train
expect 1 err '^whet: bad.textproto:1:1: no setting "stepz"; did you mean "steps"' \
  config train bad.textproto
expect 1 err '^whet: .*none.textproto: No such file' config train none.textproto
expect 1 err 'command: .*chat' config chat
expect 1 err 'need a file' config train --set seed=3
expect 1 err '^whet: bad.textproto: it is no GGUF file$' import bad.textproto model
expect 1 err '^whet: none.gguf: No such file' import none.gguf model
expect 1 err 'type: f16 not in \{auto,f32,bf16\}' import none.gguf model --type f16
expect 1 err '^whet: "8080" is no address; write it as 127.0.0.1:8080$' \
  serve sandbox --listen 8080
expect 1 err '^whet: other machines can reach 0.0.0.0:8080: give --token-file FILE or WHET_TOKEN' \
  serve sandbox --listen 0.0.0.0:8080
WHET_TOKEN=short expect 1 err '^whet: WHET_TOKEN: a token has at least 16 characters' \
  serve sandbox

# What `whet new` makes works as it is.
expect 0 out '^use it +rewards . command . argv: "python3" argv: "mine/verifier.py" . .$' \
  new verifier python mine
expect 1 err '^whet: mine/verifier.py is there already$' new verifier python mine
expect 0 out '^try it +cd mine_too && make verifier.so test$' new verifier cpp mine_too
if ! (cd mine && python3 -B verifier_test.py) >log 2>&1 ||
  ! (cd mine_too && make verifier.so test) >>log 2>&1; then
  echo "what whet new made does not work:"
  sed 's/^/  /' log
  failures=$((failures + 1))
fi

# What cannot be written is not written in silence.
if "$whet" config train >/dev/full 2>err || ! grep -q 'standard output: No space left' err; then
  echo "whet config train >/dev/full does not fail as it should:"
  sed 's/^/  /' err
  failures=$((failures + 1))
fi

if [[ $failures -gt 0 ]]; then
  echo "$failures failures"
  exit 1
fi
echo "all as expected"
