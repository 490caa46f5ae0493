#!/usr/bin/env python3
"""The language reward keeps thoughts in one language, and without it they drift into another: the
beginning of examples/languages.

    languages_test.py WHET SOURCE_ROOT
"""

import os
import unittest

import training
from training import metrics_of_example

# A fifth of the example's steps: both have set out by then.
STEPS = 30
BYTES_MAX = 1_000_000
SHARE = "eval_rewards/language/mean"


class LanguagesTest(training.TrainingTest):
    def evaluations_of(self, config):
        _, (before, after) = metrics_of_example(f"languages/{config}", STEPS, self.path("run"))
        self.assertAlmostEqual(before[SHARE], 0.5, delta=0.05)
        self.assertGreater(after["eval_accuracy"], before["eval_accuracy"] + 0.15)
        return before, after

    def test_with_the_rule_the_share_of_the_target_rises(self):
        before, after = self.evaluations_of("language.textproto")
        self.assertGreater(after[SHARE], before[SHARE] + 0.15)

    def test_without_it_the_share_falls(self):
        before, after = self.evaluations_of("answers_only.textproto")
        self.assertLess(after[SHARE], before[SHARE] - 0.05)

    def test_the_two_differ_in_the_weight_of_the_rule_alone(self):
        def lines(name):
            with open(os.path.join(self.example(), name), encoding="utf-8") as file:
                return [line for line in file if not line.startswith("#")]
        differing = [pair for pair in zip(lines("language.textproto"),
                                          lines("answers_only.textproto"), strict=True)
                     if pair[0] != pair[1]]
        self.assertEqual([(a.replace("weight: 0.5", "weight: 0"), b) for a, b in differing],
                         [(b, b) for _, b in differing])
        self.assertEqual(len(differing), 1)

    def test_is_small(self):
        size = sum(os.path.getsize(os.path.join(base, name))
                   for base, _, names in os.walk(self.example()) for name in names)
        self.assertLess(size, BYTES_MAX)

    @staticmethod
    def example():
        return os.path.join(training.ROOT, "examples", "languages")


if __name__ == "__main__":
    training.main()
