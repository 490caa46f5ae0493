#!/usr/bin/env python3
"""Compares tools/whet_rewards.py with direct calls of TRL's and verl's own reward functions.

    reward_functions.py ROOT    exits 1 where they differ

Needs what tests/peers/requirements.txt lists: reward_functions_test.sh installs it.
"""

import contextlib
import copy
import importlib.metadata
import importlib.util
import io
import json
import os
import sys

ROOT = sys.argv[1]
sys.path.insert(0, os.path.join(ROOT, "tests", "rewards", "custom"))
from reward_samples import answers_of, differing, samples_of

import trl.rewards

# Each is called as written here, with Python's eval, and as an argument of whet_rewards.py.
TRL_FUNCTIONS = [
    "accuracy_reward",
    "reasoning_accuracy_reward",
    "think_format_reward",
    "get_soft_overlong_punishment(max_completion_len=20, soft_punish_cache=12)",
    "get_cosine_scaled_reward(max_len=30)",
    "get_cosine_scaled_reward(10, min_value_wrong=-2.0, max_value_correct=3.0)",
    "get_repetition_penalty_reward()",
    "get_repetition_penalty_reward(ngram_size=1, max_penalty=-0.5)",
]
# Files of verl that need nothing else of it, and what their ground truth is.
VERL_FILES = {
    "gsm8k.py": str,
    "math_reward.py": str,
    "math_dapo.py": str,
    "search_r1_like_qa_em.py": lambda truth: {"target": [truth, truth + "."]},
}


def columns_of(samples, names):
    """What GRPOTrainer passes for them: messages, as the functions of trl.rewards want them."""
    return {
        "prompts": [[{"role": "user", "content": one["prompt"]}] for one in samples],
        "completions": [[{"role": "assistant", "content": one["completion"]}] for one in samples],
        "completion_ids": [one["completion_ids"] for one in samples],
        **{name: [one["extra"][name] for one in samples] for name in names},
    }


def with_column(samples, name):
    """The same, with the ground truth as a column of the row that is not the one whet takes."""
    samples = copy.deepcopy(samples)
    for sample in samples:
        sample["extra"][name] = sample["ground_truth"]
        sample["ground_truth"] = "another"
    return samples


def with_messages(samples):
    samples = copy.deepcopy(samples)
    for sample in samples:
        sample["prompt"] = json.dumps([{"role": "user", "content": sample["prompt"]}])
    return samples


def report(name, answers, direct):
    wrong = differing(answers, direct)
    none = sum(value is None for value in direct)
    values = len(set(direct))
    print(f"{name}: {len(direct) - len(wrong)} of {len(direct)} agree; {none} are None; "
          f"{values} values", flush=True)
    for number in wrong[:3]:
        print(f"    {number}: {answers[number]}, called directly {direct[number]}")
    if values < 2:
        print("    a function that always says the same shows little")
    return not wrong and values >= 2


def trl_agrees(samples):
    public = {name for names in trl.rewards._import_structure.values() for name in names}
    tested = {where.split("(")[0] for where in TRL_FUNCTIONS}
    if public != tested:
        print(f"trl.rewards has {sorted(public)}, and tested are {sorted(tested)}")
    agreed = public == tested
    by_column = with_column(samples, "solution")
    direct_columns = columns_of(by_column, ["solution", "level"])
    ways = {"by the ground truth": samples,
            "by a column, the prompt as messages": with_messages(by_column)}
    for where in TRL_FUNCTIONS:
        function = eval(where, {name: getattr(trl.rewards, name) for name in public})
        direct = function(**direct_columns)
        for way, one in ways.items():
            answers, _ = answers_of(ROOT, f"trl.rewards:{where}", one)
            agreed &= report(f"trl.rewards.{where}, {way}", answers, direct)
    return agreed


def verl_agrees(samples):
    # Not imported: the package itself needs torch and ray.
    [folder] = importlib.util.find_spec("verl").submodule_search_locations
    agreed = True
    for name, truth_of in VERL_FILES.items():
        path = os.path.join(folder, "utils", "reward_score", name)
        spec = importlib.util.spec_from_file_location("reward_of_verl", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        direct = []
        rows = copy.deepcopy(samples)
        for row in rows:
            truth = truth_of(row["ground_truth"])
            row["extra"] = {"reward_model": {"style": "rule", "ground_truth": truth},
                            "extra_info": {"split": "train", "index": row["id"]}}
            with contextlib.redirect_stdout(io.StringIO()):
                value = module.compute_score(row["completion"], truth)
            direct.append(float(value["score"] if isinstance(value, dict) else value))
        answers, _ = answers_of(ROOT, f"{path}:compute_score", rows)
        agreed &= report(f"verl's {name}", answers, direct)
    return agreed


def main():
    for name in ("trl", "verl", "math-verify"):
        print(f"{name} {importlib.metadata.version(name)}")
    samples = samples_of(seed=2)
    agreed = trl_agrees(samples)
    return 0 if verl_agrees(samples) and agreed else 1


if __name__ == "__main__":
    sys.exit(main())
