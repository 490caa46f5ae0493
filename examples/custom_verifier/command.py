"""A verifier as a program: reads completions as JSON lines, writes rewards."""
import json
import re
import sys


def reward(prompt, completion):
    """The share of a thought's steps that are right; None where there is no thought.

    "5*1+5=" is worked from left to right, modulo 10: <think>50</think>.
    """
    thought = re.search(r"<think>(\d*)</think>", completion)
    steps = re.findall(r"([+*])(\d)", prompt)
    if thought is None or not steps:
        return None
    value, right = int(prompt[0]), 0
    for (operation, digit), written in zip(steps, thought[1]):
        value = (value + int(digit) if operation == "+" else value * int(digit)) % 10
        right += written == str(value)
    return right / max(len(steps), len(thought[1]))


def main():
    print(json.dumps({"whet_verifier": 1}), flush=True)
    for line in sys.stdin:
        sample = json.loads(line)
        value = reward(sample["prompt"], sample["completion"])
        print(json.dumps({"id": sample["id"], "reward": value}), flush=True)


if __name__ == "__main__":
    main()
