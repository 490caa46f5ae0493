#!/usr/bin/env python3
"""Times pairs of gold and answer with whet and with Math-Verify, on one core, in one run.

    math_verify_pairs.py MATH_BENCH CASES.jsonl [--tiers A,A3]

Needs math-verify 0.9 in the Python that runs it. CASES has lines of gold, answer, options, tier;
rows of a `kind` are left out. Options are those of Math-Verify's tests. Prints a JSON object of
each: median and mean microseconds of a pair (Math-Verify: wall time of parse, parse, verify; whet:
the time in whet-verify, and wall time of all, pipelined through one process).
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

from math_verify import parse, verify
from math_verify.parser import ExprExtractionConfig, LatexExtractionConfig


def targets(options):
    kinds = options.get("match_types", ["latex", "expr"])
    priority = options.get("boxed_match_priority", 50)
    found = []
    if "latex" in kinds:
        found.append(LatexExtractionConfig(boxed_match_priority=priority))
    if "expr" in kinds:
        found.append(ExprExtractionConfig())
    return found


def judge(row):
    options = row.get("options") or {}
    config = targets(options)
    given = {
        "float_rounding": options.get("float_rounding", 6),
        "strict": options.get("strict", True),
        "allow_set_relation_comp": options.get("allow_set_relation_comp", False),
    }
    # Without options a row is two bare expressions.
    wrap = (lambda text: text) if options else (lambda text: f"${text}$")
    gold = parse(wrap(row["gold"]), config)
    return verify(gold, parse(wrap(row["answer"]), config), **given)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("math_bench")
    parser.add_argument("cases")
    parser.add_argument("--tiers", default="A,A3")
    arguments = parser.parse_args()
    tiers = arguments.tiers.split(",")
    with open(arguments.cases, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if row["tier"] in tiers and "kind" not in row]
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    judge(rows[0])  # What is made on first use.
    micros = []
    for row in rows:
        begin = time.perf_counter()
        judge(row)
        micros.append(1e6 * (time.perf_counter() - begin))
    print(json.dumps({"what": "math-verify", "pairs": len(rows),
                      "median_us": round(statistics.median(micros)),
                      "mean_us": round(statistics.mean(micros))}))

    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for row in rows:
            kept = {key: row[key] for key in ("gold", "answer", "options") if key in row}
            file.write(json.dumps(kept) + "\n")
        file.flush()
        ours = json.loads(subprocess.check_output([arguments.math_bench, file.name]))
    print(json.dumps({"what": "whet", **ours}))


if __name__ == "__main__":
    main()
