#!/usr/bin/env python3
"""Each rule of the house is broken once, in a small tree, and must be found at its line."""

import os
import tempfile
import unittest

import budgets
import rules

GUARDED = "#ifndef WHET_BASE_A_H_\n#define WHET_BASE_A_H_\n\n{}\n#endif  // WHET_BASE_A_H_\n"


def write(root, name, text):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def found_by(check, name, text):
    """What `check` finds in a clean tree to which one file is added, or in which it is replaced."""
    with tempfile.TemporaryDirectory() as root:
        write(root, "base/a.h", GUARDED.format(""))
        write(root, "text/b.h", GUARDED.replace("BASE_A", "TEXT_B").format(""))
        write(root, "base/a.cc", '#include "base/a.h"\n\nint One() { return 1; }\n')
        write(root, name, text)
        return check(root)


class HouseTest(unittest.TestCase):
    check = None

    def assert_clean(self, name, text):
        self.assertEqual(found_by(type(self).check, name, text), [])

    def assert_wrong(self, name, text, place_and_part):
        place, part = place_and_part
        found = found_by(type(self).check, name, text)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{place}: "), found)
        self.assertIn(part, found[0])


class RulesTest(HouseTest):
    check = staticmethod(rules.check)

    def test_a_clean_tree_is_clean(self):
        self.assert_clean("base/c.cc", "int Two() { return 2; }\n")

    def test_arrows_have_a_direction(self):
        self.assert_clean("text/c.cc", '#include "base/a.h"\n')
        self.assert_wrong("base/c.cc", '\n#include "text/b.h"\n',
                          ("base/c.cc:2", "base/ may not include text/"))

    def test_commands_and_tests_may_include_all(self):
        self.assert_clean("cli/c.cc", '#include "text/b.h"\n#include "base/a.h"\n')
        self.assert_clean("tests/base/c.cc", '#include "text/b.h"\n')

    def test_includes_are_written_from_the_root(self):
        self.assert_wrong("base/c.cc", '#include "base/nothing.h"\n',
                          ("base/c.cc:1", "from the root"))
        self.assert_wrong("text/c.cc", '#include "../base/a.h"\n',
                          ("text/c.cc:1", "from the root"))
        self.assert_wrong("base/c.cc", '#include "a.h"\n', ("base/c.cc:1", "from the root"))

    def test_libraries_are_kept_in_their_folders(self):
        for include, file in [("<ATen/ATen.h>", "policy/c.cc"), ("<nlohmann/json.hpp>",
                              "text/json.cc"), ('"spdlog/spdlog.h"', "base/log.cc"),
                              ('"CLI/CLI.hpp"', "cli/c.cc"), ("<grpcpp/grpcpp.h>",
                              "rollout/c.cc"), ("<sqlite3.h>", "orchestrator/ledger.cc"),
                              ('"proto/config.pb.h"', "cli/config_c.cc")]:
            self.assert_clean(file, f"#include {include}\n")
            elsewhere = "cli/c.cc" if file != "cli/c.cc" else "base/c.cc"
            if include.startswith('"proto'):
                elsewhere = "cli/c.cc"
            self.assert_wrong(elsewhere, f"\n#include {include}\n",
                              (f"{elsewhere}:2", "may not include"))

    def test_exceptions_stay_in_the_guard(self):
        for code in ["void F() { try { G(); } catch (...) {} }", "void F() { throw 1; }"]:
            self.assert_wrong("base/c.cc", f"{code}\n", ("base/c.cc:1", "absl::Status"))
        self.assert_clean("base/c.cc", '// may throw 1\nconst char* k = "try {";\n')

    def test_waiting_is_not_sleeping(self):
        self.assert_wrong("tests/base/c.cc", "void F() { sleep(1); }\n",
                          ("tests/base/c.cc:1", "wait for what you wait for"))

    def test_loose_ends_are_not_left(self):
        self.assert_wrong("base/c.cc", "int x;  // TODO: more\n", ("base/c.cc:1", "do it"))

    def test_guards_follow_the_path(self):
        self.assert_wrong("base/c.h", GUARDED.format(""), ("base/c.h:1", "WHET_BASE_C_H_"))

    def test_asserts_hold_in_every_build(self):
        self.assert_wrong("base/c.cc", "void F() { assert(x); }\n", ("base/c.cc:1", "WHET_CHECK"))
        self.assert_clean("base/c.cc", "static_assert(sizeof(int) == 4);\n")

    def test_folders_say_what_they_hold(self):
        self.assert_wrong("base/utils/c.txt", "x\n", ("base/utils/c.txt:1", "no folder"))

    def test_no_path_of_one_machine(self):
        self.assert_wrong("docs/c.md", "see /ho" + "me/me/x\n", ("docs/c.md:1", "one machine"))


class BudgetsTest(HouseTest):
    check = staticmethod(budgets.check)

    @staticmethod
    def function_of(lines):
        return "\nint F() {\n" + "  G();\n" * (lines - 2) + "}\n"

    def test_functions_are_short(self):
        self.assert_clean("base/c.cc", self.function_of(70))
        self.assert_wrong("base/c.cc", self.function_of(71), ("base/c.cc:2", "F has 71 lines"))

    def test_methods_are_counted_too(self):
        method = "class C {\n  int F() {\n" + "    G();\n" * 70 + "  }\n};\n"
        self.assert_wrong("base/c.cc", method, ("base/c.cc:2", "F has 72 lines"))

    def test_functions_take_few_parameters(self):
        self.assert_clean("base/c.cc", "int F(int a, int b, M<int, int> c, int d, int e) {\n}\n")
        self.assert_wrong("base/c.cc", "int F(int a, int b, int c, int d, int e, int f) {\n}\n",
                          ("base/c.cc:1", "F has 6 parameters"))

    def test_annotations_do_not_hide_a_function(self):
        annotated = "int F(int a) ABSL_LOCKS_EXCLUDED(mu_) {\n" + "  G();\n" * 80 + "}\n"
        self.assert_wrong("base/c.cc", annotated, ("base/c.cc:1", "F has 82 lines"))

    def test_files_are_short(self):
        self.assert_clean("base/c.cc", "int x;\n" * 500)
        self.assert_wrong("base/c.cc", "int x;\n" * 501, ("base/c.cc:1", "501 lines"))

    def test_lines_are_short(self):
        self.assert_wrong("base/c.cc", "//" + "x" * 99 + "\n", ("base/c.cc:1", "101 columns"))

    def test_settings_are_few(self):
        setting = "  optional int32 x{} = {} [default = 1];\n"
        few = "".join(setting.format(i, i) for i in range(120))
        self.assert_clean("proto/config.proto", few)
        self.assert_wrong("proto/config.proto", few + setting.format("y", 121),
                          ("proto/config.proto:1", "121 settings"))


if __name__ == "__main__":
    unittest.main()
