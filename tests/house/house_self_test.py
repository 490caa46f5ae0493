#!/usr/bin/env python3
"""Each rule of the house is broken once, in a small tree, and must be found at its line.

    house_self_test.py [-v]
"""

import os
import subprocess
import sys
import tempfile
import unittest

import arrows_test
import budgets_test
import source_tree

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = "#ifndef {0}\n#define {0}\n\n{1}\n#endif  // {0}\n"
A_H = HEADER.format("WHET_BASE_A_H_", "int One();")
CLEAN_TREE = {
    "base/a.h": A_H,
    "base/a.cc": '#include "base/a.h"\n\n#include "absl/strings/str_cat.h"\n\n'
                 "int One() { return 1; }\n",
    "text/b.h": HEADER.format("WHET_TEXT_B_H_", '#include "base/a.h"\n'),
    "proto/config.proto": "message M {\n  optional int32 x = 1;\n}\n",
    "docs/paths.md": 'build/work/x, $ROOT/root/x, "$root"/home/x, ~/work/x, https://x.org/home/x\n',
}


def write(root, files):
    for name, text in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def found_by(check, files):
    """What `check` finds in the clean tree to which `files` are added, or replaced in it."""
    with tempfile.TemporaryDirectory() as root:
        write(root, {**CLEAN_TREE, **files})
        return check(root)


class HouseTest(unittest.TestCase):
    check = None

    def assert_clean(self, name, text):
        self.assertEqual(found_by(type(self).check, {name: text}), [])

    def assert_wrong(self, name, text, line, part):
        found = found_by(type(self).check, {name: text})
        self.assertEqual(len(found), 1, f"{name}: {text!r}: {found}")
        self.assertTrue(found[0].startswith(f"{name}:{line}: "), found)
        self.assertIn(part, found[0])


class ArrowsTest(HouseTest):
    check = staticmethod(arrows_test.check)

    def test_a_clean_tree_is_clean(self):
        self.assertEqual(found_by(arrows_test.check, {}), [])

    def test_each_arrow_that_is_not_in_the_table_is_found(self):
        files, expected = {}, []
        for owner in arrows_test.MAY_INCLUDE:
            guard = f"WHET_{owner.upper()}_X_H_"
            files[f"{owner}/x.h"] = HEADER.format(guard, "")
        for folder, allowed in arrows_test.MAY_INCLUDE.items():
            for owner in arrows_test.MAY_INCLUDE:
                files[f"{folder}/to_{owner}.cc"] = f'\n#include "{owner}/x.h"\n'
                if allowed is not None and owner != folder and owner not in allowed:
                    expected.append(f"{folder}/to_{owner}.cc:2: {folder}/ may not include {owner}/")
        found = found_by(arrows_test.check, files)
        self.assertEqual(found, sorted(expected))
        # Written out, so that a slip in the table shows: one of each folder with a law.
        for arrow in ["base to text", "proto to base", "text to proto", "sandbox to text",
                      "rollout to sandbox", "rewards to policy", "policy to proto",
                      "orchestrator to serve", "serve to cli"]:
            folder, owner = arrow.split(" to ")
            self.assertIn(f"{folder}/to_{owner}.cc:2: {folder}/ may not include {owner}/", found)

    def test_nouns_include_base_and_abseil_only(self):
        noun = HEADER.format("WHET_ROLLOUT_N_H_", '#include "absl/time/time.h"\n{}')
        nouns = ("rollout/n.h",)
        def found(text):
            files = {"rollout/n.h": text, "text/a.h": HEADER.format("WHET_TEXT_A_H_", "")}
            return found_by(lambda root: arrows_test.check(root, nouns), files)
        self.assertEqual(found(noun.format("#include <vector>")), [])
        self.assertEqual(found(noun.format('#include "text/a.h"')),
                         ["rollout/n.h:5: whet::nouns may not include text/a.h, only base/ and "
                          "Abseil"])

    def test_a_new_folder_needs_a_row(self):
        self.assert_wrong("engine/c.cc", "int x;\n", 1, "no row of MAY_INCLUDE")

    def test_includes_are_written_from_the_root(self):
        for folder, target in [("base", "base/nothing.h"), ("base", "../base/a.h"),
                               ("base", "a.h"), ("text", "base/../base/a.h"),
                               ("cli", "config_nothing.pb.h"), ("proto", "proto/nothing.pb.h"),
                               ("base", "ceres/ceres.h")]:
            self.assert_wrong(f"{folder}/config_c.cc" if folder == "cli" else f"{folder}/c.cc",
                              f'\n#include "{target}"\n', 2, "written from the root")
        self.assert_wrong("text/c.cc", "\n#include <base/a.h>\n", 2, "write it in quotes")
        self.assert_clean("proto/c.cc", '#include "proto/config.pb.h"\n')

    def test_each_library_is_kept_in_its_files(self):
        examples = {  # Header: (file that may include it, one that may not).
            "<torch/torch.h>": ("policy/c.cc", "orchestrator/c.cc"),
            "<ATen/ATen.h>": ("tests/policy/c.cc", "tests/rollout/c.cc"),
            "<c10/core/Scalar.h>": ("policy/cpu/c.cc", "base/c.cc"),
            "<caffe2/x.h>": ("policy/c.cc", "cli/c.cc"),
            '"proto/config.pb.h"': ("cli/c.cc", "orchestrator/c.cc"),
            '"proto/config.grpc.pb.h"': ("rollout/wire_c.cc", "rollout/c.cc"),
            "<cld2/public/compact_lang_det.h>": ("rewards/language/detector.cc",
                                                 "rewards/language/c.cc"),
            '"re2/re2.h"': ("rewards/match/regex_rule.cc", "rewards/match/c.cc"),
            "<nlohmann/json.hpp>": ("text/json.cc", "text/json_c.cc"),
            '"spdlog/spdlog.h"': ("base/log.cc", "base/c.cc"),
            '"CLI/CLI.hpp"': ("cli/c.cc", "tests/cli/c.cc"),
            "<sqlite3.h>": ("orchestrator/ledger_c.cc", "orchestrator/c.cc"),
            "<curl/curl.h>": ("rewards/remote/http_client.cc", "rewards/remote/c.cc"),
            "<civetweb.h>": ("serve/http_server.cc", "serve/c.cc"),
            "<grpcpp/grpcpp.h>": ("rollout/c.cc", "cli/c.cc"),
        }
        broken = set()
        for header, (keeper, other) in examples.items():
            self.assert_clean(keeper, f"#include {header}\n")
            self.assert_wrong(other, f"\n#include {header}\n", 2, "may not include")
            broken |= {row[2] for row in arrows_test.KEPT_IN
                       if found_by(arrows_test.check, {other: f"#include {header}\n"})[0]
                       .endswith(row[2])}
        self.assertEqual(broken, {row[2] for row in arrows_test.KEPT_IN})
        # In quotes it is the same library.
        for header in ['"torch/torch.h"', '"nlohmann/json.hpp"', '"sqlite3.h"']:
            found = found_by(arrows_test.check, {"base/c.cc": f"#include {header}\n"})
            self.assertTrue(any("may not include" in line for line in found), found)

    def test_each_line_that_is_not_written_is_found(self):
        examples = [  # Of each row, (file that may, file that may not, what).
            ("policy/torch_guard.h", "base/c.cc", "void F() { try { G(); } catch (...) {} }"),
            ("policy/torch_guard.h", "base/c.cc", "void F() { throw 1; }"),
            ("policy/torch_guard.h", "base/c.cc", "C::C() try : a_(1) {"),
            (None, "base/c.cc", "#pragma once"),
            (None, "base/c.cc", "void F() { assert(x); }"),
            ("base/c.cc", "policy/c.cc", "std::filesystem::path p;"),
            ("base/c.cc", "cli/c.cc", "#include <filesystem>"),
            ("tests/programs/c.cc", "tests/base/c.cc", "void F() { sleep(1); }"),
            ("base/clock.cc", "tests/base/c.cc", "void F() { absl::SleepFor(x); }"),
        ]
        broken = set()
        for keeper, other, code in examples:
            found = found_by(arrows_test.check, {other: f"\n{code}\n"})
            self.assertEqual([line.split(" ")[0] for line in found], [f"{other}:2:"], code)
            broken |= {row[2] for row in arrows_test.NOT_WRITTEN if found[0].endswith(row[2])}
            if keeper and keeper.endswith(".h"):
                guard = "WHET_" + keeper[:-2].upper().replace("/", "_") + "_H_"
                self.assert_clean(keeper, HEADER.format(guard, code))
            elif keeper:
                self.assert_clean(keeper, code + "\n")
        self.assertEqual(broken, {row[2] for row in arrows_test.NOT_WRITTEN})

    def test_comments_and_literals_are_not_code(self):
        for text in ["// may throw 1\n", '/* we\n throw\n#include "text/b.h"\n*/\nint x;\n',
                     'const char* k = "try { throw";\n', 'auto k = R"x(\n throw )" \n)x";\n',
                     "static_assert(sizeof(int) == 4);\n", '#include "base/a.h"  // no text/b.h\n']:
            self.assert_clean("base/c.cc", text)

    def test_code_after_comments_and_literals_is_code(self):
        for before in ["/* a */ ", "/* a\n b */ ", "char q = '\"'; ", 'auto s = "//"; ',
                       'auto r = R"(\n)"; ', "auto e = \"\\\"\"; ", "char c = '\\''; "]:
            self.assert_wrong("base/c.cc", f"{before}void F() {{ throw 1; }}\n",
                              1 + before.count("\n"), "absl::Status")
        self.assert_wrong("base/c.cc", "int n = 1'000; void F() { throw 1; } int m = 2'000;\n", 1,
                          "absl::Status")

    def test_loose_ends_are_not_left(self):
        self.assert_wrong("base/c.cc", "int x;  // TO" "DO: more\n", 1, "do it")

    def test_guards_follow_the_path(self):
        self.assert_wrong("base/c.h", "// A comment.\n" + A_H, 2, "WHET_BASE_C_H_")
        self.assert_wrong("base/c.h", "int x;\n", 1, "WHET_BASE_C_H_")

    def test_folders_say_what_they_hold(self):
        for folder in arrows_test.NO_FOLDERS:
            self.assert_wrong(f"base/{folder}/c.txt", "x\n", 1, f"no folder is called {folder}/")

    def test_no_path_of_one_machine(self):
        for path in ["see /ho" "me/me/x", '"/ro' 'ot/.cache"', "-I/wo" "rk/main", "'/wo" "rk/x'",
                     "HOME=/ro" "ot/x", "file:///ro" "ot/x", "(/ho" "me/u)"]:
            self.assert_wrong("docs/c.md", f"\n{path}\n", 2, "one machine")

    def test_no_host_of_a_registry(self):
        for host in ["pip -i pyp" "i.org/simple", "deb http://deb" ".debian.org/debian x main",
                     "https://artif" "actory.corp.example/x", "http://our-mir" "ror.example/"]:
            self.assert_wrong("tools/c", f"\n{host}\n", 2, "registry")


class BudgetsTest(HouseTest):
    check = staticmethod(budgets_test.check)

    @staticmethod
    def function_of(lines, head="int F()"):
        return f"\n{head} {{\n" + "  G();\n" * (lines - 2) + "}\n"

    def test_a_clean_tree_is_clean(self):
        self.assertEqual(found_by(budgets_test.check, {}), [])

    def test_functions_are_short(self):
        for head in ["int F()", "template <typename T>\nint F(T a)", "auto F(int a) -> decltype(a)",
                     "C::F(int a) : a_(a)", "int F(int a) ABSL_LOCKS_EXCLUDED(mu_)",
                     "int C::F(int a) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_)",
                     "[[nodiscard]] int F(int a) ABSL_PRINTF_ATTRIBUTE(1, 2)"]:
            before = head.count("\n")
            self.assert_clean("base/c.cc", self.function_of(70, head))
            self.assert_wrong("base/c.cc", self.function_of(71, head), 2 + before, "F has 71 lines")

    def test_methods_tests_lambdas_c_and_cuda_are_counted_too(self):
        method = ("class ABSL_LOCKABLE C {\n  int a_ ABSL_GUARDED_BY(mu_) = 0;\n"
                  "  int F() ABSL_UNLOCK_FUNCTION() {\n" + "    G();\n" * 70 + "  }\n};\n")
        self.assert_wrong("base/c.cc", method, 3, "F has 72 lines")
        fixture = self.function_of(71, "TEST_F(AFixture, Works)")
        self.assert_wrong("tests/base/c.cc", fixture, 2, "71 lines")
        self.assert_wrong("base/c.cc", self.function_of(71, "auto f = [](int a)")[:-1] + ";\n",
                          2, "a lambda has 71 lines")
        self.assert_wrong("rewards/c.c", self.function_of(71, "int F(void)"), 2, "71 lines")
        kernel = self.function_of(71, "__global__ void __launch_bounds__(256) F(int a)")
        self.assert_wrong("policy/c.cu", kernel, 2, "F has 71 lines")

    def test_functions_after_a_hard_one_are_counted(self):
        hard = 'int H() {\n#if A\n  if (x) {\n#else\n  if (y) {\n#endif\n  }\n  S = R"(}{{)";\n}\n'
        self.assert_wrong("base/c.cc", hard + self.function_of(71), 11, "F has 71 lines")

    def test_functions_take_few_parameters(self):
        for five in ["int a, int b, M<int, int> c, int d, int e",
                     "std::function<void(int, int)> a, int b, int c, int d, bool e = (1 < 2)"]:
            self.assert_clean("base/c.cc", f"int F({five}) {{\n}}\n")
        for six in ["int a, int b, int c, int d, int e, int f",
                    "int a = p->x, int b = 1 > 0, int c = 1, int d = 1, int e = 1, int f = 1",
                    "int a, int b, int c = 1 <= 2, int d = 1, int e = 1, int f = 1",
                    "A<int, 3> a, int b[2], int c, int d, int e, bool f = (1 < 2)"]:
            self.assert_wrong("base/c.cc", f"\nint F({six}) {{\n}}\n", 2, "F has 6 parameters")

    def test_declarations_count_too(self):
        interface = "class C {\n  virtual int F(int a, int b, int c, int d, int e, int f) = 0;\n};"
        self.assert_wrong("base/c.h", interface, 2, "F has 6 parameters")
        self.assert_clean("tests/base/c.h", "INSTANTIATE_TEST_SUITE_P(A, B, C, D, E, F, G);\n")

    def test_files_are_short(self):
        for name in ["base/c.cc", "base/c.h", "rewards/c.c", "policy/c.cu", "tests/c.py",
                     "tests/c.sh", "proto/c.proto", "cmake/c.cmake", "base/CMakeLists.txt", "whet",
                     "check"]:
            self.assert_clean(name, "x;\n" * 500)
            self.assert_wrong(name, "x;\n" * 501, 1, "501 lines")
        self.assert_wrong("tools/c", "#!/bin/sh\n" + "x\n" * 500, 1, "501 lines")
        self.assert_clean("docs/c.md", "x\n" * 501)

    def test_lines_are_short(self):
        self.assert_clean("base/c.cc", "\n//" + "é" * 98 + "\n")
        self.assert_wrong("base/c.cc", "\n//" + "x" * 99 + "\n", 2, "101 columns")
        self.assert_clean("base/c.cc", "// https://example.org/" + "x" * 99 + "\n")
        self.assert_wrong("base/c.cc", "// ftp://x " + "x" * 99 + "\n", 1, "110 columns")

    def test_settings_are_few(self):
        def schema(count):
            kinds = ["optional int32", "repeated string", "map<string, int32>", "optional Kind"]
            fields = "".join(f"  {kinds[i % 4]} x{i} =\n      {i + 1} [default = 1];\n"
                             for i in range(count - 1))
            return ("enum Kind {\n  A = 0;\n}\nmessage Part {\n  oneof of {\n    int32 y = 1;\n"
                    f"  }}\n}}\nmessage M {{\n{fields}  optional Part part = 900;\n"
                    "  // optional int32 z = 901;\n}\n")
        self.assert_clean("proto/config.proto", schema(120))
        self.assert_wrong("proto/config.proto", schema(121), 1, "121 settings")

    def test_a_project_without_a_schema_has_no_settings(self):
        with tempfile.TemporaryDirectory() as root:
            write(root, {"base/a.h": A_H})
            self.assertEqual(budgets_test.check(root), [])


class CommandTest(unittest.TestCase):
    def run_in(self, script, files):
        with tempfile.TemporaryDirectory() as root:
            write(root, files)
            return subprocess.run([sys.executable, "-B", os.path.join(HERE, script), root],
                                  capture_output=True, text=True, check=False)

    def test_what_is_wrong_is_printed_and_fails(self):
        for script, text in [("arrows_test.py", "void F() { throw 1; }\n"),
                             ("budgets_test.py", "int x;\n" * 501)]:
            clean = self.run_in(script, CLEAN_TREE)
            self.assertEqual((clean.returncode, clean.stdout), (0, ""), clean.stderr)
            wrong = self.run_in(script, {**CLEAN_TREE, "base/c.cc": text})
            self.assertEqual(wrong.returncode, 1)
            self.assertTrue(wrong.stdout.startswith("base/c.cc:1: "), wrong.stdout)

    def test_files_that_git_ignores_are_not_read(self):
        with tempfile.TemporaryDirectory() as root:
            write(root, {".gitignore": "/build/\n", "base/a.h": A_H, "build/a.h": "", "b/c.h": ""})
            self.assertEqual(source_tree.tracked_files(root), [".gitignore", "b/c.h", "base/a.h"])
            subprocess.run(["git", "-C", root, "init", "-q"], check=True)
            self.assertEqual(source_tree.tracked_files(root), [".gitignore", "b/c.h", "base/a.h"])


if __name__ == "__main__":
    unittest.main()
