#!/usr/bin/env python3
"""tools/whet_rewards.py with functions as other trainers have them.

    whet_rewards_test.py ROOT
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = sys.argv.pop(1)

FUNCTIONS = '''
import asyncio
import sys

print("noise at import")
assert sys.stdin.read() == ""

def trl(completions, solution, level, **kwargs):
    print("noise on stdout")
    return [None if c == "skip" else float(c == s) * l
            for c, s, l in zip(completions, solution, level)]

def open_r1(completions: list[list[dict[str, str]]], solution: list[str], **kwargs):
    return [float(c[0]["content"] == s) for c, s in zip(completions, solution)]

def tokens(completion_ids, **kwargs):
    return [len(ids) for ids in completion_ids]

def factory(scale):
    def reward(completions, **kwargs):
        return [scale * len(c) for c in completions]
    return reward

async def verl(data_source, solution_str, ground_truth, extra_info=None):
    await asyncio.sleep(0)
    if solution_str == "raise":
        raise ValueError("cannot score")
    return {"score": float(solution_str == ground_truth), "level": extra_info["level"]}

def openrlhf(queries, prompts, labels, **kwargs):
    class Tensor:
        def tolist(self):
            return [float(q == p + l) for q, p, l in zip(queries, prompts, labels)]
    return {"rewards": Tensor(), "scores": None, "extra_logs": {}}

def few(completions, **kwargs):
    return [1.0] * (len(completions) - 1)

def nan(completions, **kwargs):
    return [float("nan") if c == "nan" else 1.0 for c in completions]
'''


def sample(number, completion, truth="yes", **more):
    return {"id": number, "v": 1, "prompt": "q", "completion": completion, "ground_truth": truth,
            "data_source": "d", "extra": {"level": 2}, **more}


class WhetRewardsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "functions.py")
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(FUNCTIONS)

    def run_function(self, name, samples, *arguments):
        text = "".join(json.dumps(one) + "\n" for one in samples)
        done = subprocess.run(
            [sys.executable, os.path.join(ROOT, "tools", "whet_rewards.py"), f"{self.file}:{name}",
             *arguments], input=text, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.log = done.stderr
        greeting, *answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(greeting, {"whet_verifier": 1})
        self.assertEqual([answer.pop("id") for answer in answers], [one["id"] for one in samples])
        return answers

    def test_columns_and_none_of_trl(self):
        answers = self.run_function("trl", [sample(1, "yes"), sample(2, "no"), sample(3, "skip")])
        self.assertEqual([a["reward"] for a in answers], [2.0, 0.0, None])
        self.assertIn("noise on stdout", self.log)

    def test_messages_by_the_annotation(self):
        answers = self.run_function("open_r1", [sample(1, "yes"), sample(2, "no")])
        self.assertEqual([a["reward"] for a in answers], [1.0, 0.0])

    def test_token_ids(self):
        answers = self.run_function("tokens", [sample(1, "yes", completion_ids=[4, 5, 6])])
        self.assertEqual(answers, [{"reward": 3.0}])
        answers = self.run_function("tokens", [sample(1, "yes")])
        self.assertIn("send_tokens", answers[0]["error"])

    def test_a_factory(self):
        answers = self.run_function("factory(scale=3)", [sample(1, "ab")])
        self.assertEqual(answers, [{"reward": 6.0}])

    def test_a_function_of_verl(self):
        answers = self.run_function("verl", [sample(1, "yes"), sample(2, "raise"), sample(3, "no")])
        self.assertEqual(answers[0], {"reward": 1.0, "message": '{"level": 2}'})
        self.assertEqual(answers[1], {"error": "ValueError: cannot score"})
        self.assertEqual(answers[2]["reward"], 0.0)
        self.assertIn("Traceback", self.log)

    def test_a_function_of_openrlhf(self):
        answers = self.run_function("openrlhf", [sample(1, "yes"), sample(2, "no")])
        self.assertEqual([a["reward"] for a in answers], [1.0, 0.0])

    def test_too_few_rewards_and_nan_are_errors(self):
        self.assertIn("0 rewards for 1", self.run_function("few", [sample(1, "a")])[0]["error"])
        answers = self.run_function("nan", [sample(1, "nan"), sample(2, "a")])
        self.assertIn("nan", answers[0]["error"])
        self.assertEqual(answers[1], {"reward": 1.0})


unittest.main()
