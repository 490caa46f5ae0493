#!/usr/bin/env python3
"""Tests of verifier.py: the reward itself, and the conversation with whet."""

import json
import subprocess
import sys
import unittest

import verifier


class RewardTest(unittest.TestCase):
    def test_the_right_answer(self):
        self.assertEqual(verifier.reward("1+1=", " 2\n", "2", {}), 1.0)
        self.assertEqual(verifier.reward("1+1=", "Hm.<answer>2</answer>", "2", {}), 1.0)

    def test_a_wrong_answer(self):
        self.assertEqual(verifier.reward("1+1=", "3", "2", {}), 0.0)


class ConversationTest(unittest.TestCase):
    def test_answers_each_line_by_its_id(self):
        samples = [{"id": number, "prompt": "1+1=", "completion": text, "ground_truth": "2",
                    "extra": {}} for number, text in [(7, "2"), (8, "3")]]
        lines = "".join(json.dumps(sample) + "\n" for sample in samples)
        done = subprocess.run([sys.executable, "verifier.py"], input=lines, capture_output=True,
                              text=True, check=True)
        self.assertEqual([json.loads(line) for line in done.stdout.splitlines()],
                         [{"whet_verifier": 1}, {"id": 7, "reward": 1.0},
                          {"id": 8, "reward": 0.0}])


if __name__ == "__main__":
    unittest.main()
