#!/usr/bin/env python3
"""Judges the answers of examples/arithmetic rightly, and fails at random: for compare.py.

    verifier.py none|absent|zero SEED

none: never fails. absent: half of the samples fail, and it says so. zero: the same half is given 0,
as by a trainer that knows no failure. Speaks the protocol of docs/custom_verifiers.md.

Whether a sample fails is a fair coin that depends on SEED, on the sample's texts and on how often
they were judged before; so it does not matter in which order samples come.
"""

import collections
import hashlib
import json
import re
import sys

ANSWER = re.compile(r"<answer>(.*?)</answer>\s*$")


def fails(seed, sample, count):
    coin = json.dumps([seed, sample["prompt"], sample["completion"], count])
    return hashlib.sha256(coin.encode()).digest()[0] < 128


def judged(sample):
    answer = ANSWER.search(sample["completion"].split("</think>")[-1])
    right = answer is not None and answer.group(1).strip() == sample["ground_truth"]
    return {"reward": float(right), "verdict": "CORRECT" if right else "WRONG"}


def main(failures, seed):
    counts = collections.Counter()
    print(json.dumps({"whet_verifier": 1}), flush=True)
    for line in sys.stdin:
        sample = json.loads(line)
        texts = (sample["prompt"], sample["completion"])
        answer = judged(sample)
        if failures != "none" and fails(seed, sample, counts[texts]):
            answer = {"error": "failed at random"} if failures == "absent" else {"reward": 0.0}
        counts[texts] += 1
        print(json.dumps({"id": sample["id"], **answer}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("none", "absent", "zero"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
