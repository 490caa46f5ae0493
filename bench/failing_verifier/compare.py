#!/usr/bin/env python3
"""What a verifier that fails half of the time does to training: failures left out, and scored 0.

    compare.py [WHET] [--seeds N] [--jobs N] [--directory DIR] [--set SETTING]…

Trains examples/arithmetic for each seed with verifier.py that never fails, that fails (its samples
are absent), and whose failures are scored 0; measures the last checkpoints on the held-out prompts
with the example's own rule; prints a table, and how many standard errors of the difference lie
between each of the two and no failures. Repeated, it goes on where it was.
"""

import argparse
import concurrent.futures
import json
import math
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
VERIFIER = "bench/failing_verifier/verifier.py"
MODES = ("none", "absent", "zero")
# How a checkpoint is asked: name, completions of a prompt, temperature.
MEASURES = (("sampled", 32, 1), ("greedy", 1, 0))


def run_whet(whet, *arguments):
    done = subprocess.run([whet, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


def train(options, mode, seed):
    """Path of the last checkpoint."""
    run = os.path.join(options.directory, f"{mode}_{seed}")
    argv = ["python3", VERIFIER, mode, str(seed)]
    settings = [f"seed={seed}", f"rewards[0].command.argv={argv[0]}",
                *(f"rewards[0].command.argv+={argument}" for argument in argv[1:]), *options.set]
    run_whet(options.whet, "train", "bench/failing_verifier/train.textproto", "--run", run,
             *(word for setting in settings for word in ("--set", setting)))
    names = os.listdir(os.path.join(run, "checkpoints"))
    return os.path.join(run, "checkpoints", max(names, key=lambda name: int(name.split("_")[1])))


def measure(options, checkpoint, samples, temperature):
    run = f"{os.path.dirname(os.path.dirname(checkpoint))}_eval_{temperature}"
    numbers = run_whet(options.whet, "eval", "bench/failing_verifier/evaluate.textproto", "--json",
                       "--run", run, "--set", f"model.checkpoint={checkpoint}",
                       "--set", f"evaluation.samples={samples}",
                       "--set", f"evaluation.sampling.temperature={temperature}")
    return json.loads(numbers)["eval_accuracy"]


def accuracies(options, mode, seed):
    checkpoint = train(options, mode, seed)
    return {name: measure(options, checkpoint, samples, temperature)
            for name, samples, temperature in MEASURES}


def mean_and_error(values):
    return statistics.mean(values), statistics.stdev(values) / math.sqrt(len(values))


def report(name, table):
    """`table`: mode -> accuracies, a seed each."""
    seeds = range(len(table["none"]))
    print(f"\n{name} accuracy\n")
    print("| verifier | " + " | ".join(f"seed {s}" for s in seeds) +
          " | mean ± standard error | less than without failures, in standard errors |")
    print("|" + "---|" * (len(seeds) + 3))
    none, none_error = mean_and_error(table["none"])
    for mode in MODES:
        mean, error = mean_and_error(table[mode])
        difference_error = math.hypot(error, none_error)
        less = "" if mode == "none" else f"{none - mean:.4f}"
        if less and difference_error > 0:
            less += f", {(none - mean) / difference_error:.1f}"
        print(f"| {mode} | " + " | ".join(f"{value:.4f}" for value in table[mode]) +
              f" | {mean:.4f} ± {error:.4f} | {less} |")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("whet", nargs="?", default="./whet")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--directory", default="runs/failing_verifier")
    parser.add_argument("--set", action="append", default=[])
    options = parser.parse_args()
    options.directory = os.path.abspath(options.directory)
    os.makedirs(options.directory, exist_ok=True)
    cases = [(seed, mode) for seed in range(options.seeds) for mode in MODES]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda case: accuracies(options, case[1], case[0]), cases))
    for name, _, _ in MEASURES:
        report(name, {mode: [result[name] for (_, m), result in zip(cases, results) if m == mode]
                      for mode in MODES})


if __name__ == "__main__":
    main()
