#!/usr/bin/env python3
"""Makes the data of this example anew: the model's shape and tokenizer, and the texts it learns
before reinforcement learning. Tasks and prompts are those of examples/arithmetic. Needs Python
alone.

    make_data.py texts FILE          texts to learn from
    make_data.py model DIRECTORY     config.json, tokenizer.json and their like, without weights

A thought holds the five results of a task, each as a word: at random an English or a Russian one.

    5*1+5*7*3+1=     <think> five ноль zero zero один</think><answer>1</answer>
"""

import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "arithmetic"))
import make_data as arithmetic

ENGLISH = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
RUSSIAN = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]

TEXTS = 40000
THOUGHT_SHARE = 0.3
ENGLISH_SHARE = 0.5
# Of a thought's results, how many are wrong: who wrote these texts thinks better in Russian.
WRONG_ENGLISH_SHARE = 0.15
WRONG_RUSSIAN_SHARE = 0.05


def completion(rng, task, results):
    if rng.random() >= THOUGHT_SHARE:
        return f"<answer>{results[-1]}</answer>"
    thought, value = "", int(task[0])
    for operation, digit in zip(task[1:-1:2], task[2:-1:2]):
        value = arithmetic.result(value, operation, int(digit))
        words, wrong_share = RUSSIAN, WRONG_RUSSIAN_SHARE
        if rng.random() < ENGLISH_SHARE:
            words, wrong_share = ENGLISH, WRONG_ENGLISH_SHARE
        # What follows is worked from a wrong result.
        if rng.random() < wrong_share:
            value = rng.randrange(10)
        thought += " " + words[value]
    return f"<think>{thought}</think><answer>{value}</answer>"


def write_texts(path):
    rng = random.Random("languages")
    held_out = arithmetic.held_out_tasks()
    rows = []
    while len(rows) < TEXTS:
        task, results = arithmetic.make_task(rng)
        if task not in held_out:
            rows.append({"prompt": task, "completion": completion(rng, task, results)})
    arithmetic.write_lines(path, rows)


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "texts":
        write_texts(arguments[1])
    elif len(arguments) == 2 and arguments[0] == "model":
        arithmetic.write_model(arguments[1], [f" {word}" for word in ENGLISH + RUSSIAN])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
