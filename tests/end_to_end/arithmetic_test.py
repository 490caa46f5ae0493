#!/usr/bin/env python3
"""The example that newcomers run first learns what it says it learns, and its control does not.

    arithmetic_test.py WHET SOURCE_ROOT
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

WHET = os.path.abspath(sys.argv[1])
ROOT = os.path.abspath(sys.argv[2])
# A third of the example's steps: it has learnt by then.
STEPS = 40
BYTES_MAX = 3_000_000


def metrics_of(config, directory):
    """(rows of steps, rows of evaluations) of a run."""
    run = os.path.join(directory, "run")
    subprocess.run([WHET, "train", f"examples/arithmetic/{config}", "--run", run,
                    "--set", f"steps={STEPS}", "--set", "evaluation.every_steps=0"],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(run, "metrics.jsonl"), encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return ([r for r in rows if "loss" in r], [r for r in rows if "eval_accuracy" in r])


class ArithmeticTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def test_learns_to_think(self):
        steps, (before, after) = metrics_of("r1_zero.textproto", self.directory.name)
        self.assertLessEqual(before["eval_accuracy"], 0.6)
        self.assertGreaterEqual(after["eval_accuracy"], 0.95)
        self.assertGreaterEqual(after["eval_completions/mean_length"],
                                2 * before["eval_completions/mean_length"])
        self.assertGreater(after["eval_rewards/format/mean"], before["eval_rewards/format/mean"])
        self.assertLessEqual(steps[0]["thought_share"], 0.15)
        # Sampler and trainer agree to the bit.
        self.assertEqual(max(s["sampling/sampling_logp_difference/max"] for s in steps), 0.0)

    def test_without_thoughts_to_begin_with_there_is_nothing_to_learn(self):
        _, (before, after) = metrics_of("negative_control.textproto", self.directory.name)
        self.assertLess(after["eval_accuracy"], before["eval_accuracy"] + 0.1)

    def test_is_small_and_its_prompts_are_apart(self):
        folder = os.path.join(ROOT, "examples", "arithmetic")
        size = sum(os.path.getsize(os.path.join(base, name))
                   for base, _, names in os.walk(folder) for name in names)
        self.assertLess(size, BYTES_MAX)

        def prompts(name):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                return {json.loads(line)["prompt"] for line in file}
        self.assertFalse(prompts("train.jsonl") & prompts("held_out.jsonl"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
