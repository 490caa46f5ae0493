#!/usr/bin/env python3
"""tools/whet_rewards.py with functions as other trainers have them.

    whet_rewards_test.py ROOT
"""

import asyncio
import inspect
import json
import os
import sys
import tempfile
import unittest

from reward_samples import answers_of, differing, samples_of

ROOT = sys.argv.pop(1)
PROGRAMS = os.path.join(ROOT, "tests", "programs")
sys.path.insert(0, PROGRAMS)
import trainer_functions as functions

# What goes wrong, and what is unusual.
ODD_FUNCTIONS = '''
import asyncio
import os
import sys

print("noise at import \\u2603")
assert sys.stdin.read() == ""
assert len(sys.argv) == 1

def columns(completions, solution, target, data_source, question, self, **kwargs):
    assert "prompt" not in kwargs and kwargs["answer"] == ["raw"] * len(completions)
    print("noise on stdout")
    sys.stdout.flush()
    rows = zip(completions, solution, target, data_source, question, self)
    return [float(c == s == t and d == "d" and q == "q" and x == 3) for c, s, t, d, q, x in rows]

def truth(completions, answer, solution):
    return [float(one == two == 42) for one, two in zip(answer, solution)]

def label(queries, prompts, labels):
    return [float(one == 42) for one in labels]

def tokens(completion_ids, **kwargs):
    return [len(ids) for ids in completion_ids]

def perhaps_tokens(completions, completion_ids=None):
    return [float(completion_ids is None) for _ in completions]

def form(prompts, completions, **kwargs):
    return [100.0 * isinstance(prompt, list) + isinstance(completion, list)
            for prompt, completion in zip(prompts, completions)]

def factory(scale, unit="a, b=c", *, on=False):
    def reward(completions, **kwargs):
        return [scale * len(c) * on + len(unit) for c in completions]
    return reward

def some_raise(completions, **kwargs):
    if "raise" in completions:
        raise ValueError("cannot \\ud800 score")
    if "exit" in completions:
        sys.exit("bye")
    return [1.0] * len(completions)

calls = 0

def verl(data_source, solution_str, ground_truth, extra_info):
    global calls
    calls += 1
    if solution_str == "raise":
        raise ValueError("cannot score")
    if solution_str == "exit":
        sys.exit(0)
    return None if solution_str == "none" else calls

async def verl_async(solution_str, ground_truth):
    if solution_str == "raise":
        raise ValueError("cannot score")
    if solution_str == "exit":
        sys.exit(0)
    # Until all are there: they are run together.
    global calls
    calls += 1
    while calls < 2:
        await asyncio.sleep(0)
    return 1.0

def verl_of_truths(solution_str, ground_truth, extra_info, bonus=0.0):
    return ground_truth["target"].index(solution_str) + extra_info["index"] + bonus

def dies(solution_str, ground_truth):
    if solution_str == "die":
        os._exit(3)
    return 1.0

def forks(completions, **kwargs):
    child = os.fork()
    if child == 0:
        if completions[0] == "exit":
            sys.exit(7)
        return [0.0] * len(completions)
    return [float(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))] * len(completions)

def few(completions, **kwargs):
    return [1.0] * (len(completions) - 1)

def value(completions, **kwargs):
    return [{"nan": float("nan"), "text": "1.0", "true": True}.get(c, 1.0) for c in completions]

def forgets(completions, **kwargs):
    [1.0 for _ in completions]
'''


def sample(number, completion, truth="yes", **more):
    return {"id": number, "v": 1, "prompt": "q", "completion": completion, "ground_truth": truth,
            "data_source": "d", "extra": {}, **more}


def messages_of(samples):
    return [[{"role": "assistant", "content": sample["completion"]}] for sample in samples]


def run(value):
    async def waited():
        return await value
    return asyncio.run(waited()) if inspect.isawaitable(value) else value


class TwoHundredTest(unittest.TestCase):
    """Functions of each trainer's kind, and what they say when they are called by themselves."""

    def setUp(self):
        self.samples = samples_of(seed=1)
        self.completions = self.column("completion")
        self.prompts = self.column("prompt")
        self.truths = self.column("ground_truth")
        self.extras = self.column("extra")
        self.levels = [extra["level"] for extra in self.extras]

    def column(self, name):
        return [sample[name] for sample in self.samples]

    def check(self, name, direct, *arguments):
        direct = list(direct)
        where = os.path.join(PROGRAMS, f"trainer_functions.py:{name}")
        self.answers, self.log = answers_of(ROOT, where, self.samples, *arguments)
        self.assertEqual(differing(self.answers, direct), [], name)
        self.assertEqual(len(direct), 200)
        self.assertGreater(len(set(direct)), 1, "a function that always says the same shows little")

    def test_trl(self):
        texts = self.completions
        direct = functions.trl(self.prompts, texts, answer=self.truths, level=self.levels)
        self.assertIn(None, direct)
        self.check("trl", direct)
        letters = functions.trl_of_all(completions=texts)
        self.check("trl_of_all", letters)
        self.check("trl_only_by_name", letters)
        self.check("trl_wrapped", letters)
        self.check("trl_partial", functions.trl_partial(texts))
        self.check("trl_decorated", functions.trl_decorated(texts, self.levels))
        self.assertIn("trl_decorated is called", self.log)

    def test_objects_of_trl(self):
        ids = self.column("completion_ids")
        self.check("TrlLength", functions.TrlLength()(ids))
        self.check("TrlLength(tokens_max=20)", functions.TrlLength(20)(ids))
        self.check("trl_judge", run(functions.trl_judge(self.prompts, self.completions)))

    def test_open_r1(self):
        messages = messages_of(self.samples)
        self.check("open_r1", functions.open_r1(messages, self.truths))
        self.check("open_r1_think", functions.open_r1_think(messages))

    def test_verl(self):
        rows = list(zip(self.completions, self.truths, self.extras))
        self.check("compute_score", [functions.compute_score("sums", *row) for row in rows])
        self.check("verl_of_details", [functions.verl_of_details("sums", *row, weight=3)["score"]
                                       for row in rows], "--kwargs", '{"weight": 3}')
        self.assertEqual(set(json.loads(self.answers[0]["message"])), {"acc", "pred"})
        self.check("verl_of_tuples", [functions.verl_of_tuples(*row[:2])[0] for row in rows])
        self.check("verl_async", [run(functions.verl_async("sums", *row)) for row in rows])
        self.check("Other.compute_score", [functions.Other.compute_score(*row[:2]) for row in rows])
        self.check("verl_batch", [one["score"] for one in functions.verl_batch(
            self.column("data_source"), self.completions, self.truths, self.extras)])

    def test_openrlhf(self):
        queries = [prompt + text for prompt, text in zip(self.prompts, self.completions)]
        direct = functions.openrlhf(queries, self.prompts, self.truths)["rewards"].values
        self.check("openrlhf", direct)
        direct = functions.reward_func(queries, self.prompts, self.truths).values
        self.check("reward_func", direct)
        self.check("openrlhf_of_one", direct)


class WhetRewardsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.file = self.write("functions.py", ODD_FUNCTIONS)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def answers(self, name, samples, *arguments):
        where = name if ".py:" in name else f"{self.file}:{name}"
        answers, self.log = answers_of(ROOT, where, samples, *arguments)
        return answers

    def rewards(self, name, samples, *arguments):
        return [answer.get("reward", "none") for answer in self.answers(name, samples, *arguments)]

    def test_columns_of_the_row_come_before_ours(self):
        extra = {"answer": "raw", "prompt": "x", "completions": "x", "self": 3}
        samples = [sample(1, "yes", extra=extra), sample(2, "no", extra=extra)]
        self.assertEqual(self.rewards("columns", samples), [1.0, 0.0])
        self.assertIn("noise on stdout", self.log)

    def test_a_ground_truth_that_is_no_text(self):
        samples = [sample(1, "a", "42", extra={"answer": 42}), sample(2, "a", "42")]
        for name in ("truth", "label"):
            self.assertEqual(self.rewards(name, samples), [1.0, 0.0])

    def test_token_ids(self):
        self.assertEqual(self.rewards("tokens", [sample(1, "a", completion_ids=[4, 5])]), [2.0])
        self.assertIn("send_tokens", self.answers("tokens", [sample(1, "a")])[0]["error"])
        self.assertEqual(self.rewards("perhaps_tokens", [sample(1, "a")]), [1.0])

    def test_messages_where_the_prompt_is_messages(self):
        chat = json.dumps([{"role": "user", "content": "q"}])
        samples = [sample(1, "a", prompt=chat), sample(2, "a", prompt="[{}"), sample(3, "a")]
        self.assertEqual(self.rewards("form", samples), [101.0, 0.0, 0.0])
        self.assertEqual(self.rewards("form", samples, "--messages"), [101.0] * 3)
        self.assertEqual(self.rewards("form", samples, "--texts"), [0.0] * 3)

    def test_a_factory(self):
        self.assertEqual(self.rewards("factory(3, on=True)", [sample(1, "ab")]), [12.0])
        self.assertEqual(self.rewards("factory(scale=3, unit=', on=True')", [sample(1, "ab")]),
                         [9.0])
        with self.assertRaisesRegex(RuntimeError, r"scale, unit, on; give --kind, or arguments"):
            self.answers("factory", [])
        with self.assertRaisesRegex(RuntimeError, "malformed node"):
            self.answers("factory(open('x'))", [])

    def test_what_raises_or_exits_has_failed_alone(self):
        samples = [sample(1, "a"), sample(2, "raise"), sample(3, "exit"), sample(4, "b")]
        answers = self.answers("some_raise", samples)
        self.assertEqual([answers[0], answers[3]], [{"reward": 1.0}] * 2)
        self.assertEqual(answers[1]["error"], "ValueError: cannot ? score")
        self.assertEqual(answers[2]["error"], "SystemExit: bye")
        self.assertIn("Traceback", self.log)

    def test_verl_is_called_once_a_sample(self):
        samples = [sample(1, "a"), sample(2, "raise"), sample(3, "none"), sample(4, "exit"),
                   sample(5, "b")]
        answers = self.answers("verl", samples)
        self.assertEqual([answers[0], answers[2], answers[4]],
                         [{"reward": 1.0}, {"reward": None}, {"reward": 5.0}])
        self.assertEqual(answers[1], {"error": "ValueError: cannot score"})
        self.assertEqual(answers[3], {"error": "SystemExit: 0"})

    def test_asynchronous_functions_of_verl_run_together(self):
        samples = [sample(1, "a"), sample(2, "raise"), sample(3, "exit"), sample(4, "b")]
        self.assertEqual(self.rewards("verl_async", samples), [1.0, "none", "none", 1.0])

    def test_rows_of_verl(self):
        extra = {"reward_model": {"ground_truth": {"target": ["a", "b"]}},
                 "extra_info": {"index": 5}}
        samples = [sample(1, "b", extra=extra), sample(2, "c", extra=extra)]
        answers = self.answers("verl_of_truths", samples, "--kwargs", '{"bonus": 0.5}')
        self.assertEqual(answers[0], {"reward": 6.5})
        self.assertIn("'c' is not in list", answers[1]["error"])

    def test_what_was_answered_before_a_death_stays(self):
        with self.assertRaisesRegex(RuntimeError, r'ends with 3 (.|\n)*{"id": 1, "reward": 1.0}'):
            self.answers("dies", [sample(1, "a"), sample(2, "die")])

    def test_a_child_that_it_forks_answers_nothing(self):
        self.assertEqual(self.rewards("forks", [sample(1, "exit")]), [7.0])
        self.assertEqual(self.rewards("forks", [sample(1, "return"), sample(2, "a")]), [0.0] * 2)

    def test_what_is_no_reward_is_an_error(self):
        self.assertIn("0 rewards for 1", self.answers("few", [sample(1, "a")])[0]["error"])
        self.assertIn("NoneType", self.answers("forgets", [sample(1, "a")])[0]["error"])
        samples = [sample(1, "nan"), sample(2, "text"), sample(3, "true"), sample(4, "a")]
        answers = self.answers("value", samples)
        self.assertIn("nan", answers[0]["error"])
        self.assertIn("'1.0'", answers[1]["error"])
        self.assertEqual(answers[2:], [{"reward": 1.0}] * 2)

    def test_a_file_of_a_package(self):
        self.write("package/__init__.py", "")
        self.write("package/parts/__init__.py", "SCALE = 2")
        self.write("package/helper.py", "def length(text):\n    return len(text)")
        path = self.write("package/parts/rewards.py",
                          "from . import SCALE\nfrom ..helper import length\n"
                          "def reward(completions, **kwargs):\n"
                          "    return [SCALE * length(c) for c in completions]")
        self.assertEqual(self.rewards(f"{path}:reward", [sample(1, "abc")]), [6.0])

    def test_a_file_by_the_name_of_a_module(self):
        for name in ("json", "statistics"):
            path = self.write(f"{name}.py", f"import {name} as other\nimport beside\n"
                              "def reward(completions, **kwargs):\n"
                              "    return [float(other.__file__ != __file__) for _ in completions]")
            self.write("beside.py", "")
            self.assertEqual(self.rewards(f"{path}:reward", [sample(1, "abc")]), [1.0])

    def test_processes_that_it_spawns_find_it(self):
        path = self.write("pool.py", """
import concurrent.futures
import multiprocessing

def length(text):
    return len(text)

def reward(completions, **kwargs):
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        return list(pool.map(length, completions))
""")
        self.assertEqual(self.rewards(f"{path}:reward", [sample(1, "ab"), sample(2, "")]),
                         [2.0, 0.0])


unittest.main()
