#!/usr/bin/env python3
"""The rules of the house that need no compiler: which folder may include what, and where.

    rules.py ROOT      prints FILE:LINE: what is wrong, and exits 1 if there is anything

Reads the files that git tracks or would, or, outside a checkout, all below ROOT.
"""

import os
import re
import subprocess
import sys

# Folder -> folders of ours whose headers it may include, besides its own. None: all.
MAY_INCLUDE = {
    "base": {},
    "proto": {},
    "text": {"base"},
    "sandbox": {"base"},
    "rollout": {"base", "proto", "text"},
    "rewards": {"base", "proto", "text", "sandbox", "rollout"},
    "policy": {"base", "text", "rollout"},
    "orchestrator": {"base", "proto", "text", "sandbox", "rollout", "rewards", "policy"},
    "serve": {"base", "proto", "text", "sandbox", "rollout", "rewards", "policy", "orchestrator"},
    "cli": None,
    "tests": None,
    "bench": None,
    "examples": None,
}

# What may stand in few files only: (pattern of an include, pattern of those files, why).
KEPT_IN = [
    (r"<(torch|ATen|c10|caffe2)/", r"(tests/|bench/)?policy/",
     "LibTorch brings a protobuf of its own and compiles for 5 to 15 s"),
    (r"[<\"].*\.pb\.h[>\"]", r"(tests/)?(proto/|cli/config|rollout/.*(wire|service|client))",
     "generated code stays where configurations and wire formats are read and written"),
    (r"<nlohmann/", r"text/json\.cc", "the rest of us has text/json.h, which throws nothing"),
    (r"[<\"]spdlog/", r"base/log\.cc", "the rest of us has base/log.h"),
    (r"[<\"]CLI/", r"cli/", "only commands have a command line"),
    (r"<sqlite3\.h>", r"(tests/)?orchestrator/ledger", "the ledger is the only database"),
    (r"[<\"]grpcpp/", r"(tests/)?(rollout|orchestrator|serve)/", "only these speak over a network"),
]

# Lines that may not stand anywhere but in files that match: (pattern, files, what to do instead).
NOT_WRITTEN = [
    (r"\b(try|catch)\s*[({]|\bthrow\b", r"policy/torch_guard\.h",
     "exceptions stay in policy/torch_guard.h; return an absl::Status"),
    (r"#pragma once", None, "write an include guard"),
    (r"\bassert\s*\(", None, "write WHET_CHECK: it holds in every build"),
    (r"std::filesystem", r"(tests/)?base/", "base/atomic_file.h has what is needed of it"),
    (r"\b(sleep_for|SleepFor|usleep|nanosleep|sleep)\s*\(", r"base/clock\.cc",
     "wait for what you wait for, or take a Clock"),
    (r"\bTODO\b|\bFIXME\b|\bXXX\b|\bHACK\b", None, "do it, or write it into the issue"),
]

# In any tracked file.
MACHINE_WORDS = re.compile(r"(?<![\w.$}\")])/(root|work|home)/\w")

NO_FOLDERS = {"common", "utils", "util", "include", "src", "third_party", "old", "v2"}
CODE = (".cc", ".h", ".c", ".cu", ".cuh")


def tracked_files(root):
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
    else:
        names = [os.path.relpath(os.path.join(folder, name), root)
                 for folder, _, names in os.walk(root) for name in names]
    return sorted(name for name in names if os.path.isfile(os.path.join(root, name)))


def without_comments(line):
    """The line with string contents and // comments taken out; includes are kept whole."""
    if line.lstrip().startswith("#"):
        return line
    line = re.sub(r"'(\\.|[^'\\])'", "''", line)
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    return re.sub(r"//.*", "", line)


def check_include(name, target, quoted, root):
    folder = name.split("/")[0]
    for pattern, files, why in KEPT_IN:
        include = f'"{target}"' if quoted else f"<{target}>"
        if re.search(pattern, include) and not re.match(files, name):
            yield f"may not include {include}: {why}"
    if not quoted:
        return
    owner = target.split("/")[0]
    from_a_library = "/" in target and owner not in MAY_INCLUDE and owner != ".."
    if from_a_library:
        return
    if not os.path.isfile(os.path.join(root, target)) and not target.endswith(".pb.h"):
        yield f'"{target}" is not there; includes are written from the root'
        return
    allowed = MAY_INCLUDE.get(folder, {})
    if allowed is not None and owner != folder and owner not in allowed:
        yield f"{folder}/ may not include {owner}/"


def check_guard(name, text):
    guard = "WHET_" + re.sub(r"[^A-Za-z0-9]", "_", name).upper() + "_"
    if f"#ifndef {guard}\n#define {guard}\n" not in text:
        yield 1, f"the include guard must be {guard}"


def check_code(name, text, root):
    if name.endswith(".h"):
        yield from check_guard(name, text)
    for number, line in enumerate(text.splitlines(), 1):
        include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if include:
            for wrong in check_include(name, include.group(2), include.group(1) == '"', root):
                yield number, wrong
            continue
        code = without_comments(line)
        for pattern, files, instead in NOT_WRITTEN:
            where = line if "TODO" in pattern else code
            if re.search(pattern, where) and not (files and re.match(files, name)):
                yield number, instead


def check(root):
    """All that is wrong, as lines of text."""
    wrong = []
    for name in tracked_files(root):
        for folder in name.split("/")[:-1]:
            if folder in NO_FOLDERS:
                wrong.append(f"{name}:1: no folder is called {folder}/")
        with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
            text = file.read()
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_WORDS.search(line) and not name.startswith("tests/house/"):
                wrong.append(f"{name}:{number}: the path of one machine")
        if name.endswith(CODE):
            wrong += [f"{name}:{number}: {what}" for number, what in check_code(name, text, root)]
    return wrong


def main():
    wrong = check(sys.argv[1])
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
