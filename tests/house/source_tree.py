"""What the checks of the house share: which files there are, and code without its comments."""

import os
import re
import subprocess

CODE = (".cc", ".h", ".c", ".cu", ".cuh")
NOT_OURS = {".git", ".deps", "build", "runs", "__pycache__"}

# Comments, literals, and numbers: those only because 1'000 holds no character literal.
_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/
        |\b(?:u8|[uUL])?R"(?P<end>[^()\\\s]*)\(.*?\)(?P=end)"
        |"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\b\d[\w.']*""", re.S | re.X)
_INCLUDE = re.compile(r"#\s*include\s*$")


def tracked_files(root):
    """Names of the files that git tracks or would; outside a checkout, of all but build outputs."""
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
    else:
        names = []
        for folder, folders, files in os.walk(root):
            folders[:] = [name for name in folders if name not in NOT_OURS]
            names += [os.path.relpath(os.path.join(folder, name), root) for name in files]
    return sorted(name for name in set(names) if os.path.isfile(os.path.join(root, name)))


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
        return file.read()


def code_of(text):
    """`text` with comments and what stands in quotes taken out; every line stays where it is.

    The names in include directives are kept.
    """
    def blank(match):
        token = match.group()
        kept_lines = "\n" * token.count("\n")
        if token[0] == "/":
            return " " + kept_lines
        if token[0] in "\"'RuUL":
            line = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
            return token if _INCLUDE.search(line) else '""' + kept_lines
        return token

    return _TOKEN.sub(blank, text)
