#!/usr/bin/env python3
"""A verifier for whet: reads completions as JSON lines, writes their rewards.

In whet's configuration:  rewards { command { argv: "python3" argv: "verifier.py" } }
What it prints to stderr is its log. Try it:  python3 verifier_test.py
"""

import json
import re
import sys
import traceback


def reward(prompt, completion, ground_truth, extra):
    """A number, or None where this verifier does not apply. `extra` has the row's other columns."""
    answers = re.findall(r"<answer>(.*?)</answer>", completion, re.DOTALL)
    answer = answers[-1] if answers else completion
    return 1.0 if answer.strip() == ground_truth.strip() else 0.0


def answer(sample):
    try:
        value = reward(sample["prompt"], sample["completion"], sample["ground_truth"],
                       sample["extra"])
        return json.dumps({"id": sample["id"], "reward": value}, allow_nan=False)
    except Exception as error:  # The sample has no reward then; it is never scored 0.
        traceback.print_exc()
        return json.dumps({"id": sample["id"], "error": f"{type(error).__name__}: {error}"})


def main():
    out, sys.stdout = sys.stdout, sys.stderr  # What reward() prints is log, no answer.
    print(json.dumps({"whet_verifier": 1}), file=out, flush=True)
    for line in sys.stdin:
        print(answer(json.loads(line)), file=out, flush=True)


if __name__ == "__main__":
    main()
