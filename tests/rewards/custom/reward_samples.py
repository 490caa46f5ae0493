"""Completions that are right, wrong and malformed, and what tools/whet_rewards.py says of them."""

import json
import os
import random
import subprocess
import sys

GOLDS = [  # A ground truth, and other ways to say it.
    ("42", ["42", "42.0", r"\frac{84}{2}"]),
    ("-7", ["-7", r"-\frac{14}{2}"]),
    (r"\frac{1}{3}", [r"\frac{1}{3}", r"\frac{2}{6}", "1/3"]),
    ("1,234", ["1234", "1,234"]),
    ("x^2+2x+1", ["(x+1)^2", "1+2x+x^2"]),
    (r"\sqrt{8}", [r"2\sqrt{2}", r"\sqrt{8}"]),
    ("0.125", [r"\frac{1}{8}", "0.125"]),
]
UNREADABLE_GOLDS = ["", "see the picture", "???"]
WRONG = ["41", "-8", r"\frac{1}{2}", "x^2", r"\sqrt{7}", "0.1250001", "", "no idea"]
FORMS = [
    r"The answer is \boxed{%s}.", "<think>Let me see.</think>\n<answer>\\boxed{%s}</answer>",
    "<think>\nFirst I add.\n</think>\n$%s$", "So it is\n#### %s", "<answer>%s</answer>", "%s",
    r"<think>\boxed{%s} may be right", r"<think>a</think><think>b</think> \boxed{%s}",
    r"\boxed{1} or rather \boxed{%s}", "Ответ: \\boxed{%s} — 答案 ✓ 🎉", r"\boxed{%s",
    "Answer: %s</think>", "<think>%s</think>",
]
ODD = ["", " ", "\n\n", "\\boxed{\\frac{1}{", "}{" * 50, "\u2028\u0000\u200b", "🎉" * 30, "a\u0301",
       "the same again " * 2000, "\\boxed{" * 200, "7" * 4000]


def completion_of(draw, truth, forms):
    sort = draw.random()
    if sort < 0.1:
        return draw.choice(ODD)
    said = draw.choice(forms if sort < 0.55 else WRONG)
    return draw.choice(FORMS).replace("%s", said)


def samples_of(seed, count=200):
    """Samples as whet sends them. Of each prompt four, of every tenth the ground truth says
    nothing."""
    draw = random.Random(seed)
    samples = []
    while len(samples) < count:
        truth, forms = draw.choice(GOLDS)
        if len(samples) % 40 == 0:
            truth = draw.choice(UNREADABLE_GOLDS)
        level = draw.randint(1, 5)
        for _ in range(4):
            completion = completion_of(draw, truth, forms)
            ids = [draw.randint(0, 20) for _ in range(len(completion) // 4)]
            samples.append({
                "id": len(samples), "v": 1, "prompt": f"What is number {len(samples) // 4}?",
                "completion": completion, "ground_truth": truth, "data_source": "sums",
                "finish": "stop", "completion_tokens": len(ids), "extra": {"level": level},
                "completion_ids": ids})
    return samples[:count]


def answers_of(root, where, samples, *arguments):
    """The answers of tools/whet_rewards.py, in the order of the samples, and its log."""
    done = subprocess.run(
        [sys.executable, "-B", os.path.join(root, "tools", "whet_rewards.py"), where, *arguments],
        input="".join(json.dumps(one) + "\n" for one in samples).encode(), capture_output=True,
        check=False)
    log = done.stderr.decode("utf-8", "replace")
    if done.returncode != 0:
        raise RuntimeError(f"{where} ends with {done.returncode} and the log\n{log}"
                           f"and has answered\n{done.stdout.decode()}")
    greeting, *answers = [json.loads(line) for line in done.stdout.splitlines()]
    if greeting != {"whet_verifier": 1}:
        raise RuntimeError(f"{where} begins with {greeting}")
    place = {sample["id"]: number for number, sample in enumerate(samples)}
    if sorted(answer["id"] for answer in answers) != sorted(place):
        raise RuntimeError(f"{where} answers for {sorted(answer['id'] for answer in answers)}")
    answers.sort(key=lambda answer: place[answer["id"]])
    for answer in answers:
        del answer["id"]
    return answers, log


def differing(answers, direct, tolerance=1e-6):
    """Numbers of the answers that are not what a direct call gave."""
    if len(answers) != len(direct):
        return ["their count"]
    wrong = []
    for number, (answer, value) in enumerate(zip(answers, direct)):
        said = answer.get("reward", "none")
        same = said is None if value is None else isinstance(said, float) and abs(
            said - value) <= tolerance
        if not same:
            wrong.append(number)
    return wrong
