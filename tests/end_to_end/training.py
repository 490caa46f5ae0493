"""What the end-to-end tests share: small training runs of the real program, and what a run left.

The tests are called as

    X_test.py WHET ROOT [unittest's arguments]

with the program and the source tree, whose examples/arithmetic they train.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest

WHET = os.path.realpath(sys.argv[1]) if len(sys.argv) > 2 else ""
ROOT = os.path.realpath(sys.argv[2]) if len(sys.argv) > 2 else ""
ARITHMETIC = os.path.join(ROOT, "examples", "arithmetic")

# One thread: more only fight each other on a machine that has other work. checkpoint.keep is 2, so
# that there are checkpoints to remove.
CONFIG = """
steps: {steps}
model {{ checkpoint: "{arithmetic}/base" device: CPU compute_type: F32 }}
prompts {{ file: "{arithmetic}/train.jsonl" prompts_max: 40 }}
sampling {{ tokens_max: 16 }}
rollout {{ groups_per_batch: 8 group_size: 8 {rollout} }}
rewards {{ answer {{}} }}
rewards {{ format {{}} weight: 0.25 }}
optimizer {{ lr: 1e-3 warmup_steps: 2 }}
evaluation {{
  prompts {{ file: "{arithmetic}/held_out.jsonl" prompts_max: 8 }}
  every_steps: {evaluation_steps}
}}
checkpoint {{ every_steps: 3 }}
engine {{ threads: 1 kv_cache_bytes: 16777216 }}
"""

# Rows of a run that a later command must not change, one query a table. A rollout is named by what
# it is, not by its row: rows are in the order in which completions finished, and after a crash the
# rest of a wave may finish in another one.
ROLLOUT = "rollout.purpose, rollout.prompt, rollout.draw, rollout.sample"
OF_ROLLOUT = f"JOIN rollout ON rollout.id = t.rollout ORDER BY {ROLLOUT}"
QUERIES = {
    "run": "SELECT * FROM run",
    "prompt": "SELECT * FROM prompt ORDER BY id",
    "lease": "SELECT * FROM lease ORDER BY id",
    "rollout": f"SELECT {ROLLOUT}, token_count, policy_version, finish, judged, reward, "
               f"disposition FROM rollout ORDER BY {ROLLOUT}",
    "completion": f"SELECT {ROLLOUT}, t.tokens, t.logprobs, t.spans, t.text "
                  f"FROM completion t {OF_ROLLOUT}",
    "reward": f"SELECT {ROLLOUT}, t.position, t.rule, t.value, t.verdict, t.message "
              f"FROM reward t {OF_ROLLOUT}, t.position",
    "step": "SELECT step, batch, metrics FROM step ORDER BY step",
    "step_rollout": f"SELECT t.step, t.position, {ROLLOUT}, t.advantage FROM step_rollout t "
                    "JOIN rollout ON rollout.id = t.rollout ORDER BY t.step, t.position",
    "checkpoint": "SELECT * FROM checkpoint ORDER BY step",
    "evaluation": "SELECT * FROM evaluation ORDER BY step",
}
# Which command did what when: differs by its nature. And what is no part of the run.
TABLES_NOT_COMPARED = {"event", "rescoring", "rescored", "rescored_part"}
# Names the process that wrote last.
FILES_NOT_COMPARED = {"ledger.db.lock"}


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def read_bytes(path):
    with open(path, "rb") as file:
        return file.read()


def files_below(directory):
    """Paths of all files and of empty directories, relative to `directory`."""
    paths = []
    for folder, folders, files in os.walk(directory):
        inside = files if files or folders else [""]
        paths += [os.path.relpath(os.path.join(folder, name), directory) for name in inside]
    return sorted(paths)


def write_config(path, steps=12, rollout="minibatches: 2", evaluation_steps=4):
    return write(path, CONFIG.format(steps=steps, rollout=rollout, arithmetic=ARITHMETIC,
                                     evaluation_steps=evaluation_steps))


def whet(*arguments, crash_point=None, **options):
    """Runs the program to its end; returns a CompletedProcess with texts."""
    environment = dict(os.environ)
    if crash_point is not None:
        environment["WHET_CRASH_POINT"] = crash_point
    return subprocess.run([WHET, *arguments], env=environment, capture_output=True, text=True,
                          check=False, **options)


def metrics_of_example(config, steps, run):
    """(rows of steps, rows of evaluations) of the first `steps` of an example, into `run`."""
    done = whet("train", f"examples/{config}", "--run", run, "--set", f"steps={steps}",
                "--set", "evaluation.every_steps=0", cwd=ROOT)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    with open(f"{run}/metrics.jsonl", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return ([r for r in rows if "loss" in r], [r for r in rows if "eval_accuracy" in r])


def ledger_rows(run, query):
    connection = sqlite3.connect(f"file:{run}/ledger.db?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def tables_of(run):
    names = ledger_rows(run, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {name for (name,) in names}


def timing_keys(run):
    """Keys of metrics.jsonl that depend on the clock: those that the ledger keeps apart."""
    return {key for (timings,) in ledger_rows(run, "SELECT timings FROM step")
            for key in json.loads(timings)}


def metrics_rows(run):
    """Lines of metrics.jsonl, each with its keys in their order, without timings."""
    apart = timing_keys(run)
    rows = []
    for line in read_bytes(f"{run}/metrics.jsonl").decode().splitlines():
        rows.append([(key, value) for key, value in json.loads(line).items() if key not in apart])
    return rows


def contents_of(run):
    """All that a finished run left and that must not depend on its crashes, by name."""
    names = [name for name in files_below(run) if name not in FILES_NOT_COMPARED]
    contents = {"names of the files": names, "tables of the ledger": tables_of(run)}
    for table, query in QUERIES.items():
        contents[f"table {table}"] = ledger_rows(run, query)
    contents["metrics.jsonl"] = metrics_rows(run)
    for name in names:
        if name not in ("ledger.db", "metrics.jsonl"):
            contents[name] = read_bytes(f"{run}/{name}")
    return contents


def first_difference(name, expected, found):
    """Of two contents under one name: where they differ first, short."""
    if not isinstance(expected, list):
        return f"{name} differs"
    for i, (one, other) in enumerate(zip(expected, found)):
        if one != other:
            return f"{name}: row {i} is {str(other)[:600]}, not {str(one)[:600]}"
    return f"{name}: {len(found)} rows, not {len(expected)}"


class TrainingTest(unittest.TestCase):
    """Tests with a folder of their own, in which commands run."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="whet_end_to_end_")
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def train(self, config, run, *arguments, crash_point=None, **options):
        return whet("train", config, "--run", run, *arguments, crash_point=crash_point,
                    cwd=self.folder, **options)

    def train_to_the_end(self, config, run, *arguments):
        done = self.train(config, run, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done

    def assert_same_run(self, expected, run):
        """That the finished `run` holds what contents_of() gave of another one."""
        found = contents_of(run)
        self.assertEqual(found["names of the files"], expected["names of the files"])
        for name, content in expected.items():
            if content != found[name]:
                self.fail(first_difference(name, content, found[name]))
        self.assert_sound(run)

    def assert_sound(self, run):
        self.assertEqual(tables_of(run) - TABLES_NOT_COMPARED, set(QUERIES),
                         "a table that these tests do not compare")
        self.assertEqual(ledger_rows(run, "PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(ledger_rows(run, "PRAGMA foreign_key_check"), [])
        # No rollout was left undecided, and no step came out differently when it was repeated.
        self.assertEqual(ledger_rows(run, "SELECT * FROM rollout WHERE disposition = 0"), [])
        self.assertEqual(ledger_rows(run, "SELECT * FROM event WHERE kind = 'differs'"), [])


def main():
    if not WHET:
        sys.exit(f"usage: {sys.argv[0]} WHET ROOT [unittest's arguments]")
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]])
