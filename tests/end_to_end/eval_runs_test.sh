#!/usr/bin/env bash
# `whet eval` and `whet runs` as a user meets them: numbers, kills, Ctrl-C, errors.
#
#   eval_runs_test.sh WHET ROOT
set -uo pipefail
whet=$(realpath "$1")
arithmetic=$(realpath "$2")/examples/arithmetic
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

fail() {
  printf '%s\n' "$1"
  [[ $# -lt 2 ]] || sed 's/^/  /' "${@:2}"
  failures=$((failures + 1))
}

# expect STATUS STREAM PATTERN ARGUMENT…: that `whet ARGUMENT…` exits with STATUS and that STREAM
# (out, err) has a line that matches PATTERN, an extended regular expression; a failure is one line.
expect() {
  local status=$1 stream=$2 pattern=$3
  shift 3
  "$whet" "$@" >out 2>err
  local got=$?
  [[ $got -eq $status ]] || fail "whet $*: exit status $got, not $status" out err
  grep -qE -- "$pattern" "$stream" ||
    fail "whet $*: no line of std$stream matches $pattern:" out err
  if [[ $status -eq 1 && $(wc -l <err) -ne 1 ]]; then fail "whet $*: not one line:" err; fi
}

cat >eval.textproto <<TEXT
model { checkpoint: "$arithmetic/base" device: CPU compute_type: F32 }
evaluation {
  prompts { file: "$arithmetic/held_out.jsonl" prompts_max: 50 }
  samples: 4
  sampling { tokens_max: 16 }
}
rewards { answer {} }
rewards { format {} weight: 0 }
engine { threads: 1 kv_cache_bytes: 16777216 }
TEXT

# Numbers, and the same ones when the command is repeated: as a table and as JSON.
expect 1 err '^whet: there are no runs in runs; ./whet train CONFIG begins one' runs
expect 0 out '^  accuracy \(avg@4\) +[0-9.]+% ± [0-9.]+$' eval eval.textproto --show 2
for line in 'pass@1 ' 'pass@2 ' 'pass@4 ' 'majority \(cons@4\) ' 'completion length ' 'format ' \
  'with a thought ' '  rule answer ' '  rule format '; do
  grep -qE "^  $line" out || fail "no line of its output begins with $line:" out
done
[[ $(grep -c '^── eval/' out) -eq 2 ]] || fail "it does not show two completions:" out
grep '^  ' out >first
expect 0 out '\(recorded: nothing is sampled\)$' eval eval.textproto --show 2
grep '^  ' out | diff first - >differs || fail "repeated, it says something else:" differs
expect 0 out '^\{"eval_questions":50,"eval_samples":4,' eval eval.textproto --json
mv out undisturbed.json

# Killed at commits, at any of which something is recorded, and repeated.
crashes=0
for commit in 1 2 3 4 5; do
  # In a shell of its own, which says of a kill what this one need not.
  (
    WHET_CRASH_POINT=ledger:after_commit:$commit \
      "$whet" eval eval.textproto --run runs/killed --json >out
    exit $?
  ) 2>err && break
  crashes=$((crashes + 1))
done
[[ $crashes -ge 2 ]] || fail "it was killed $crashes times only" err
expect 0 out '^\{"eval_questions":50,' eval eval.textproto --run runs/killed --json
diff undisturbed.json out >differs || fail "after kills it says something else:" differs
expect 0 out '^killed +eval +finished +200/200 ' runs

# Stopped by SIGTERM while it samples; another one is kept out, and who looks sees it run.
many=(eval.textproto --run runs/stopped --set evaluation.samples=2000)
"$whet" eval "${many[@]}" >stopped.out 2>stopped.err &
pid=$!
until "$whet" runs show runs/stopped --json 2>err | grep -qE '"pending":[1-9]'; do
  kill -0 "$pid" 2>/dev/null || break
done
expect 1 err '^whet: another process is writing to the run runs/stopped; ' eval "${many[@]}"
expect 0 out '^stopped +eval +running +[0-9]+/100000 ' runs
kill -TERM "$pid"
wait "$pid"
[[ $? -eq 1 ]] || fail "stopped, its exit status is not 1" stopped.err
grep -qE '^whet: stopped with [0-9]+ of 100000 completions, which are kept; to go on, repeat' \
  stopped.err || fail "stopped, it does not say how to go on:" stopped.err
kept=$(sed -nE 's/^whet: stopped with ([0-9]+) of .*/\1/p' stopped.err)
expect 0 out "^stopped +eval +interrupted +$kept/100000 " runs

# An evaluation is of its settings and weights.
expect 1 err 'other settings \(seed: 0 -> 1\); give --run another directory' \
  eval eval.textproto --set seed=1
expect 1 err '^whet: the evaluation in runs/eval is finished, with other settings; give --run' \
  eval eval.textproto --set seed=1 --continue
expect 1 err '^whet: the run has asked for 2000 completions of each prompt here, not 1;' \
  eval eval.textproto --run runs/stopped --set evaluation.samples=1 --continue
cp -r "$arithmetic/base" model
cp -r "$arithmetic/weak_base" other
model=(eval.textproto --run runs/model --set model.checkpoint=model)
expect 0 out 'pass@1' eval "${model[@]}"
touch model/* && expect 0 out 'nothing is sampled' eval "${model[@]}"
rm -r model && mv other model
expect 1 err '^whet: model has other weights than when the run runs/model was begun; give --run' \
  eval "${model[@]}"
expect 1 err "set evaluation.sampling.tokens_max to at most 52" \
  eval eval.textproto --run runs/long --set evaluation.sampling.tokens_max=60
[[ ! -e runs/long ]] || fail "what cannot be run leaves a directory"

# A training run beside them, which says of each completion what it was given and why.
cat >train.textproto <<TEXT
steps: 2
model { checkpoint: "$arithmetic/base" device: CPU compute_type: F32 }
prompts { file: "$arithmetic/train.jsonl" prompts_max: 8 }
sampling { tokens_max: 16 }
rollout { groups_per_batch: 4 group_size: 4 }
rewards { answer {} }
evaluation { prompts { file: "$arithmetic/held_out.jsonl" prompts_max: 4 } }
engine { threads: 1 kv_cache_bytes: 16777216 }
TEXT
expect 0 out '^checkpoint' train train.textproto
expect 0 out '^train +train +finished +2/2 +[0-9.]+% → [0-9.]+% +20' runs
expect 0 out '^\[\{"run":"' runs --json
expect 0 out '^run +runs/train: train, finished, 2 of 2 steps$' runs show train
expect 0 out '^ledger +[0-9]+ trained, ' runs show runs/train
expect 0 out '^checkpoint checkpoints/step_2$' runs show runs/train
expect 0 out '^  step 2 +accuracy +[0-9.]+%' runs show runs/train
expect 0 out '"kind":"finished"' runs show runs/train --json
expect 0 out '^── train/[0-9a-f]{16}/0/0: reward [01], ' runs show train --rollouts --limit 1
expect 0 out '^── eval/[0-9a-f]{16}/2/0: ' runs show train --rollouts --evaluation
expect 0 out '^  answer  0  (WRONG|NO_ANSWER)  .' runs show train --rollouts --step 1 --wrong
! grep -q ' CORRECT' out || fail "--wrong shows right ones:" out
expect 0 out '^\{"id":"train/.*"rules":\[\{"rule":"answer","value":' \
  runs show train --rollouts --step 1 --json
expect 1 err '^whet: runs/train has no step 3; it has 1 to 2$' runs show train --rollouts --step 3
expect 1 err '; write --rollouts too$' runs show train --wrong

# What is no run, or no ledger.
expect 1 err '^whet: there is no run at nothing; whet runs lists' runs show nothing
expect 1 err '^whet: runs/train is a run itself; write whet runs show runs/train$' runs runs/train
mkdir runs/text && echo 'a text, and longer than a header of SQLite has to be' >runs/text/ledger.db
expect 1 err '^whet: runs/text/ledger.db: .*: put a copy in its place' runs show text
expect 0 out '^text +- +unreadable ' runs
mkdir runs/foreign
python3 -c 'import sqlite3; sqlite3.connect("runs/foreign/ledger.db").execute("CREATE TABLE t (x)")'
expect 1 err '^whet: runs/foreign/ledger.db is a database, but no ledger of whet: ' \
  runs show foreign --rollouts
expect 1 err '^whet: runs/train/config.textproto is no configuration of this command; give --run' \
  eval eval.textproto --run runs/train

# Supervised training keeps no ledger.
printf '{"prompt":"1+1=","completion":"2"}\n' >texts.jsonl
cat >sft.textproto <<TEXT
steps: 2
model { checkpoint: "$arithmetic/base" device: CPU compute_type: F32 }
file: "texts.jsonl"
TEXT
expect 0 out '^checkpoint' sft sft.textproto
expect 0 out '^sft +sft +finished +2/2 +- +20' runs
expect 0 out '^checkpoint checkpoints/step_2$' runs show sft
expect 1 err '^whet: runs/sft has no ledger, and so no rollouts to show' runs show sft --rollouts

if [[ $failures -gt 0 ]]; then
  echo "$failures failures"
  exit 1
fi
echo "all as expected; killed $crashes times, stopped with $kept completions"
