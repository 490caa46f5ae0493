#!/usr/bin/env python3
"""Makes train.jsonl and held_out.jsonl beside this file anew: sums of two two-digit numbers."""

import json
import os
import random

TRAIN_PROMPTS = 2000
HELD_OUT_PROMPTS = 200


def main():
    pairs = [(a, b) for a in range(10, 100) for b in range(10, 100)]
    random.Random("addition").shuffle(pairs)
    directory = os.path.dirname(os.path.abspath(__file__))
    begin = 0
    for name, count in (("held_out.jsonl", HELD_OUT_PROMPTS), ("train.jsonl", TRAIN_PROMPTS)):
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            for a, b in pairs[begin:begin + count]:
                file.write(json.dumps({"prompt": f"{a} + {b}", "answer": str(a + b)}) + "\n")
        begin += count


if __name__ == "__main__":
    main()
