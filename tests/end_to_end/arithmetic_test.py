#!/usr/bin/env python3
"""The example that newcomers run first learns what it says it learns, and its control does not.

    arithmetic_test.py WHET SOURCE_ROOT
"""

import json
import os
import unittest

import training
from training import metrics_of_example

# A third of the example's steps: it has learnt by then.
STEPS = 40
BYTES_MAX = 3_000_000


class ArithmeticTest(training.TrainingTest):
    def test_learns_to_think(self):
        steps, (before, after) = metrics_of_example("arithmetic/r1_zero.textproto", STEPS,
                                                    self.path("run"))
        self.assertLessEqual(before["eval_accuracy"], 0.6)
        self.assertGreaterEqual(after["eval_accuracy"], 0.95)
        self.assertGreaterEqual(after["eval_completions/mean_length"],
                                2 * before["eval_completions/mean_length"])
        self.assertGreater(after["eval_rewards/format/mean"], before["eval_rewards/format/mean"])
        self.assertLessEqual(steps[0]["thought_share"], 0.15)
        # Sampler and trainer agree to the bit.
        self.assertEqual(max(s["sampling/sampling_logp_difference/max"] for s in steps), 0.0)

    def test_without_thoughts_to_begin_with_there_is_nothing_to_learn(self):
        _, (before, after) = metrics_of_example("arithmetic/negative_control.textproto", STEPS,
                                                self.path("run"))
        self.assertLess(after["eval_accuracy"], before["eval_accuracy"] + 0.1)

    def test_is_small_and_its_prompts_are_apart(self):
        folder = training.ARITHMETIC
        size = sum(os.path.getsize(os.path.join(base, name))
                   for base, _, names in os.walk(folder) for name in names)
        self.assertLess(size, BYTES_MAX)

        def prompts(name):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                return {json.loads(line)["prompt"] for line in file}
        self.assertFalse(prompts("train.jsonl") & prompts("held_out.jsonl"))


if __name__ == "__main__":
    training.main()
