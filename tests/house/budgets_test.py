#!/usr/bin/env python3
"""The sizes of the house: short functions, few parameters, files and settings within bounds.

    budgets_test.py ROOT    prints FILE:LINE: what is too large, and exits 1 if there is anything

Functions are found by Universal Ctags.
"""

import json
import os
import re
import subprocess
import sys

import source_tree

FUNCTION_LINES_MAX = 70
PARAMETERS_MAX = 5
FILE_LINES_MAX = 500
COLUMNS_MAX = 100
# Of all commands together, shared parts once: a setting is a question to every user.
SETTINGS_MAX = 120

COUNTED_FILES = source_tree.CODE + (".py", ".sh", ".proto", ".cmake", "CMakeLists.txt")
COUNTED_SCRIPTS = ("whet", "check")  # And what else has no ending but starts with #!.
# Macros that ctags would take for parts of a signature.
IGNORED_MACROS = ("ABSL_LOCKS_EXCLUDED+,ABSL_EXCLUSIVE_LOCKS_REQUIRED+,ABSL_GUARDED_BY+,"
                  "ABSL_SHARED_LOCKS_REQUIRED+,ABSL_PT_GUARDED_BY+,"
                  "ABSL_EXCLUSIVE_LOCK_FUNCTION+,ABSL_UNLOCK_FUNCTION+,ABSL_LOCKABLE,"
                  "ABSL_SCOPED_LOCKABLE,ABSL_PRINTF_ATTRIBUTE+,__launch_bounds__+")
CTAGS = ["ctags", "--options=NONE", "--output-format=json", "--fields=+neS", "--languages=C,C++",
         "--kinds-C++=fp", "--kinds-C=fp", "--map-C++=+.h", "--map-C++=+.cu", "--map-C++=+.cuh",
         f"-I{IGNORED_MACROS}", "-f", "-", "-L", "-"]


def parameter_count(signature):
    """Of "(int a, std::map<int, int> b)": 2."""
    inside = signature[signature.find("(") + 1:signature.rfind(")")].strip()
    if inside in ("", "void"):
        return 0
    open_brackets = []
    count = 1
    for character in inside.replace("<=", ""):
        if character in "(<[{":
            open_brackets.append(character)
        elif character == ">":
            if open_brackets and open_brackets[-1] == "<":
                open_brackets.pop()
        elif character in ")]}":
            # What is closed may hold a "<" that meant less-than.
            while open_brackets and open_brackets.pop() == "<":
                pass
        elif character == "," and not open_brackets:
            count += 1
    return count


def functions(root, names):
    """(file, line, name, lines, parameters) of each function; 0 lines: it is only declared."""
    if not names:
        return
    listed = subprocess.run(CTAGS, input="\n".join(names), capture_output=True, text=True,
                            check=True, cwd=root)
    for row in listed.stdout.splitlines():
        tag = json.loads(row)
        declared = tag["kind"] == "prototype"
        # INSTANTIATE_TEST_SUITE_P(...) looks like a declaration; so does what a .cc defines later.
        is_macro = tag["name"].isupper() and "_" in tag["name"]
        if declared and (is_macro or not tag["path"].endswith((".h", ".cuh"))):
            continue
        lines = 0 if declared else tag.get("end", tag["line"]) - tag["line"] + 1
        name = "a lambda" if tag["name"].startswith("__anon") else tag["name"]
        yield tag["path"], tag["line"], name, lines, parameter_count(tag.get("signature", "()"))


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
        # An address cannot be broken.
        if len(re.sub(r"\S+://\S+", "", line)) > COLUMNS_MAX:
            yield f"{name}:{number}: {len(line)} columns; at most {COLUMNS_MAX}"


def settings(text):
    """Names of the fields of a .proto that are not messages of its own."""
    code = source_tree.code_of(text)
    messages = set(re.findall(r"\bmessage\s+(\w+)", code))
    fields = re.findall(r"\b(?:(?:optional|required|repeated)\s+)?(map\s*<[^>]*>|[\w.]+)\s+(\w+)"
                        r"\s*=\s*\d+", code)
    return [name for kind, name in fields
            if kind != "option" and kind.split(".")[-1] not in messages]


def check_settings(root):
    name = "proto/config.proto"
    if not os.path.isfile(os.path.join(root, name)):
        return
    count = len(settings(source_tree.read(root, name)))
    if count > SETTINGS_MAX:
        yield f"{name}:1: {count} settings; at most {SETTINGS_MAX}"


def is_counted(name, text):
    is_script = "." not in os.path.basename(name) and text.startswith("#!")
    return name.endswith(COUNTED_FILES) or name in COUNTED_SCRIPTS or is_script


def check(root):
    """All that is too large, as lines of text."""
    names = source_tree.tracked_files(root)
    wrong = list(check_functions(root, [n for n in names if n.endswith(source_tree.CODE)]))
    for name in names:
        text = source_tree.read(root, name)
        if is_counted(name, text):
            wrong += check_file(name, text)
    return wrong + list(check_settings(root))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: budgets_test.py ROOT")
    wrong = check(sys.argv[1])
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
