#!/usr/bin/env python3
"""The rules of the house that need no compiler: which folder may include what, and where.

    arrows_test.py ROOT      prints FILE:LINE: what is wrong, and exits 1 if there is anything

Reads the files that git tracks or would, or, outside a checkout, all below ROOT. The tables below
are the law; docs/architecture.md explains it.
"""

import os
import re
import sys

import source_tree

# Folder -> folders of ours whose headers it may include, besides its own. None: all.
MAY_INCLUDE = {
    "base": set(),
    "proto": set(),
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

# Headers of the target whet::nouns ("rollout/prompt.h"). They and their .cc files include each
# other, base/, Abseil and the standard library only: every folder above reads them.
NOUNS = ("rollout/generator.h", "rollout/prompt.h", "rollout/reward.h", "rollout/rollout.h",
         "rollout/rollout_source.h", "rollout/sampling_params.h", "rollout/score_model.h",
         "rollout/train_batch.h")

# What may be included in few files only: (pattern of a header, pattern of those files, why).
KEPT_IN = [
    (r"(torch|ATen|c10|caffe2)/", r"((tests|bench)/)?policy/|tests/golden/",
     "LibTorch brings a protobuf of its own and compiles for 5 to 15 s"),
    (r".*\.pb\.h$", r"(tests/)?(proto/|cli/|rollout/(wire|[^/]*(service|client))"
                     r"|rewards/remote/(reward_wire|service_rule)|serve/grpc_)",
     "generated code stays where configurations and wire formats are read and written"),
    (r"re2/", r"rewards/match/regex_rule\.cc$", "the rest of us has rewards/match/regex_rule.h"),
    (r"nlohmann/", r"text/json\.cc$", "the rest of us has text/json.h, which throws nothing"),
    (r"spdlog/", r"base/log\.cc$", "the rest of us has base/log.h"),
    (r"CLI/", r"cli/", "only commands have a command line"),
    (r"sqlite3\.h$", r"(tests/)?orchestrator/ledger", "the ledger is the only database"),
    (r"cld2/", r"rewards/language/detector\.cc$", "the rest of us has rewards/language/detector.h"),
    (r"curl/", r"rewards/remote/http_client\.cc$",
     "the rest of us has rewards/remote/http_client.h"),
    (r"civetweb\.h$", r"serve/http_server\.cc$", "the rest of us has serve/http_server.h"),
    (r"grpc(pp)?/", r"(tests/)?((rollout|orchestrator|serve)/|rewards/remote/service_rule)",
     "only these speak over a network"),
]

# Lines that may not stand anywhere but in files that match: (pattern, files, what to do instead).
NOT_WRITTEN = [
    (r"\b(try|catch|throw)\b", r"policy/torch_guard\.h$",
     "exceptions stay in policy/torch_guard.h; return an absl::Status"),
    (r"#\s*pragma\s+once", None, "write an include guard"),
    (r"\bassert\s*\(", None, "write WHET_CHECK: it holds in every build"),
    # libtorch_cpu exports an older std::filesystem, which a program that links it may get.
    (r"std::filesystem|#\s*include\s*<filesystem>", r"(tests/)?base/",
     "base/atomic_file.h has what is needed of std::filesystem"),
    (r"\b(sleep_for|sleep_until|SleepFor|usleep|nanosleep|sleep)\s*\(",
     r"base/clock\.cc$|tests/programs/", "wait for what you wait for, or take a Clock"),
]
LOOSE_ENDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")

# Libraries whose headers are written in quotes. All others' stand in <>.
QUOTED_LIBRARIES = {"absl", "google", "gtest", "gmock", "benchmark", "grpc", "grpcpp", "spdlog",
                    "CLI", "re2"}

# In any tracked file. A path is one of the machine's unless it goes on from something: build/work/,
# "$root"/home/, ~/work/.
MACHINE_PATH = re.compile(
    r"""((?<=-[IL])|(?<![\w.$})~*])(?<![\w})]["']))/(root|work|home)/""")
REGISTRY = re.compile(
    r"\b(pypi\.org|pythonhosted\.org|registry\.npmjs\.org|crates\.io|proxy\.golang\.org"
    r"|(deb|security|ftp)\.debian\.org|archive\.ubuntu\.com|anaconda\.org|download\.pytorch\.org)"
    r"|://([\w-]+\.)*[\w-]*(artifactory|nexus|mirror|registry|pypi)", re.I)

# What `whet new` writes for others: no code of ours, with no folders around it.
TEMPLATES = "cli/templates/"

NO_FOLDERS = {"common", "utils", "util", "include", "src", "third_party", "old", "v2"}


def check_kept(name, target):
    for pattern, files, why in KEPT_IN:
        if re.match(pattern, target) and not re.match(files, name):
            yield f"may not include {target}: {why}"


def check_place(target, quoted, root):
    """Whether the header is there, and written as it should be."""
    owner = target.split("/")[0]
    if not quoted:
        if owner in MAY_INCLUDE and os.path.isfile(os.path.join(root, target)):
            yield f"<{target}> is ours: write it in quotes"
        return
    if owner in QUOTED_LIBRARIES:
        return
    source = re.sub(r"(\.grpc)?\.pb\.h$", ".proto", target)
    if os.path.normpath(target) != target or not os.path.isfile(os.path.join(root, source)):
        yield (f'"{target}": no {source} there; ours are written from the root, other libraries\' '
               "headers in <>")


def check_arrow(name, target, nouns):
    folder, owner = name.split("/")[0], target.split("/")[0]
    allowed = MAY_INCLUDE.get(folder, set())
    if allowed is not None and owner != folder and owner in MAY_INCLUDE and owner not in allowed:
        yield f"{folder}/ may not include {owner}/"
    if re.sub(r"\.cc$", ".h", name) in nouns:
        if "/" in target and owner not in ("absl", "base", "sys") and target not in nouns:
            yield f"whet::nouns may not include {target}, only base/ and Abseil"


def check_guard(name, text):
    guard = "WHET_" + re.sub(r"[^A-Za-z0-9]", "_", name).upper() + "_"
    if f"#ifndef {guard}\n#define {guard}\n" in text:
        return
    lines = text.splitlines()
    number = next((n for n, line in enumerate(lines, 1) if line.startswith("#ifndef")), 1)
    yield number, f"the include guard must be {guard}"


def check_code(root, name, text, nouns):
    if name.split("/")[0] not in MAY_INCLUDE:
        yield 1, "no row of MAY_INCLUDE in tests/house/arrows_test.py says what this may include"
    if name.endswith((".h", ".cuh")):
        yield from check_guard(name, text)
    for number, line in enumerate(source_tree.code_of(text).splitlines(), 1):
        include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if include:
            quoted, target = include.group(1) == '"', include.group(2)
            for check_one in (check_kept(name, target), check_place(target, quoted, root),
                              check_arrow(name, os.path.normpath(target), nouns)):
                for wrong in check_one:
                    yield number, wrong
        bare = re.sub(r'"[^"]*"', '""', line)
        for pattern, files, instead in NOT_WRITTEN:
            if re.search(pattern, bare) and not (files and re.match(files, name)):
                yield number, instead
    for number, line in enumerate(text.splitlines(), 1):
        if LOOSE_ENDS.search(line):
            yield number, "do it, or write it into the issue"


def check_any_file(name, text):
    for folder in name.split("/")[:-1]:
        if folder.lower() in NO_FOLDERS:
            yield 1, f"no folder is called {folder}/"
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE_PATH.search(line):
            yield number, "the path of one machine"
        if REGISTRY.search(line):
            yield number, "the host of a registry: leave that to the settings of the machine"


def check(root, nouns=NOUNS):
    """All that is wrong, as lines of text."""
    wrong = []
    for name in source_tree.tracked_files(root):
        text = source_tree.read(root, name)
        found = list(check_any_file(name, text))
        if name.endswith(source_tree.CODE) and not name.startswith(TEMPLATES):
            found += check_code(root, name, text, nouns)
        wrong += [f"{name}:{number}: {what}" for number, what in sorted(found)]
    return wrong


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: arrows_test.py ROOT")
    wrong = check(sys.argv[1])
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
