#!/usr/bin/env python3
"""The sizes of the house: short functions, few parameters, files and settings within bounds.

    budgets.py ROOT    prints FILE:LINE: what is too large, and exits 1 if there is anything

Functions are found by Universal Ctags.
"""

import json
import os
import re
import subprocess
import sys

import rules

FUNCTION_LINES_MAX = 70
PARAMETERS_MAX = 5
FILE_LINES_MAX = 500
COLUMNS_MAX = 100
# Of all commands together: a setting is a question to every user.
SETTINGS_MAX = 120

COUNTED_FILES = (".cc", ".h", ".c", ".cu", ".cuh", ".py", ".sh", ".proto", ".cmake",
                 "CMakeLists.txt")
COUNTED_SCRIPTS = ("whet", "check")
# Macros that ctags would take for parts of a signature.
IGNORED_MACROS = ("ABSL_LOCKS_EXCLUDED+,ABSL_EXCLUSIVE_LOCKS_REQUIRED+,ABSL_GUARDED_BY+,"
                  "ABSL_EXCLUSIVE_LOCK_FUNCTION+,ABSL_UNLOCK_FUNCTION+,ABSL_LOCKABLE,"
                  "ABSL_SCOPED_LOCKABLE")


def parameter_count(signature):
    """Of "(int a, std::map<int, int> b)": 2."""
    inside = signature[signature.find("(") + 1:signature.rfind(")")].strip()
    if inside in ("", "void"):
        return 0
    depth = 0
    count = 1
    for character in inside:
        if character in "(<[{":
            depth += 1
        elif character in ")>]}":
            depth -= 1
        elif character == "," and depth == 0:
            count += 1
    return count


def functions(root, names):
    """(file, line, name, lines, parameters) of each function that is defined."""
    if not names:
        return
    listed = subprocess.run(
        ["ctags", "--output-format=json", "--fields=+neS", "--languages=C,C++", "--kinds-C++=f",
         "--kinds-C=f", "--map-C++=+.h", "--map-C++=+.cu", f"-I{IGNORED_MACROS}", "-f", "-",
         "-L", "-"],
        input="\n".join(names), capture_output=True, text=True, check=True, cwd=root)
    for row in listed.stdout.splitlines():
        tag = json.loads(row)
        if "end" in tag:
            yield (tag["path"], tag["line"], tag["name"], tag["end"] - tag["line"] + 1,
                   parameter_count(tag.get("signature", "()")))


def check_functions(root, names):
    for path, line, name, lines, parameters in functions(root, names):
        if lines > FUNCTION_LINES_MAX:
            yield f"{path}:{line}: {name} has {lines} lines; at most {FUNCTION_LINES_MAX}"
        if parameters > PARAMETERS_MAX:
            yield f"{path}:{line}: {name} has {parameters} parameters; at most {PARAMETERS_MAX}"


def check_file(name, text):
    lines = text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        yield f"{name}:1: {len(lines)} lines; at most {FILE_LINES_MAX}"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX and "://" not in line:
            yield f"{name}:{number}: {len(line)} columns; at most {COLUMNS_MAX}"


def check_settings(root):
    path = os.path.join(root, "proto/config.proto")
    if not os.path.isfile(path):
        return
    with open(path, encoding="utf-8") as file:
        count = len(re.findall(r"^ +(?:optional |repeated )?\w[\w.]* \w+ = \d+", file.read(), re.M))
    if count > SETTINGS_MAX:
        yield f"proto/config.proto:1: {count} settings and parts; at most {SETTINGS_MAX}"


def check(root):
    names = rules.tracked_files(root)
    wrong = list(check_functions(root, [n for n in names if n.endswith(rules.CODE)]))
    for name in names:
        if not (name.endswith(COUNTED_FILES) or name in COUNTED_SCRIPTS):
            continue
        with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
            wrong += check_file(name, file.read())
    return wrong + list(check_settings(root))


def main():
    wrong = check(sys.argv[1])
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
