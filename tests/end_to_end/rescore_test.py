#!/usr/bin/env python3
"""`whet rescore`: other rules over what a run recorded, as a user meets it.

    rescore_test.py WHET ROOT [unittest's arguments]
"""

import fcntl
import json
import sqlite3

from training import QUERIES, TrainingTest, ledger_rows, main, read_bytes, whet, write, write_config

# What the run has, by names that do not depend on which rescoring it is.
PARTS = """SELECT t.rollout, t.position, t.rule, t.value, t.verdict, t.message FROM {table} t
           JOIN rollout ON rollout.id = t.rollout WHERE purpose = 1 ORDER BY 1, 2"""
# Finds nothing right.
NEVER = 'rewards { name: "answer" regex { pattern: "never" } }'


class RescoreTest(TrainingTest):
    def setUp(self):
        super().setUp()
        self.run_directory = self.path("run")
        config = write_config(self.path("train.textproto"), steps=2, rollout="")
        self.train_to_the_end(config, self.run_directory)
        self.rules = f"{self.run_directory}/config.textproto"

    def rescore(self, *arguments, **options):
        return whet("rescore", self.run_directory, *arguments, cwd=self.folder, **options)

    def report(self, *arguments):
        done = self.rescore(*arguments, "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def assert_fails(self, why, *arguments):
        done = self.rescore(*arguments)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, f"^whet: .*{why}")
        self.assertEqual(done.stderr.count("\n"), 1)

    def tables_of_the_run(self):
        return {table: ledger_rows(self.run_directory, query) for table, query in QUERIES.items()}

    def rows(self, query):
        return ledger_rows(self.run_directory, query)

    def test_the_same_rules_agree_in_all(self):
        # No model is needed.
        text = read_bytes(self.rules).decode()
        self.assertIn("/base", text)
        write(self.rules, text.replace("/base", "/gone"))
        before = self.tables_of_the_run()
        report = self.report("--rules", self.rules)
        self.assertEqual(report["completions"], len(self.rows("SELECT 1 FROM rollout "
                                                              "WHERE purpose = 1")))
        self.assertEqual([(c["rule"], c["agreed"]) for c in report["compared"]],
                         [("answer", report["completions"]), ("format", report["completions"])])
        self.assertEqual(report["disagreements"], 0)
        self.assertEqual(report["shown"], [])
        self.assertEqual(report["reward"]["difference_mean"], 0)
        self.assertEqual(report["advantages"]["difference_mean"], 0)
        self.assertAlmostEqual(report["advantages"]["correlation"], 1)
        self.assertEqual((report["rescoring"], report["finished"]), (1, True))
        # It is stored beside what the run has, of which nothing changed.
        self.assertEqual(self.tables_of_the_run(), before)
        parts = self.rows(PARTS.format(table="reward"))
        self.assertEqual(len(parts), 2 * report["completions"])
        self.assertEqual(self.rows(PARTS.format(table="rescored_part")), parts)
        self.assertEqual(self.rows("SELECT rescored.reward FROM rescored "
                                   "JOIN rollout ON id = rollout ORDER BY id"),
                         self.rows("SELECT reward FROM rollout WHERE purpose = 1 ORDER BY id"))
        self.assertEqual(self.rows("PRAGMA foreign_key_check"), [])

    def test_what_a_wrong_rule_says_is_shown_with_texts(self):
        rules = write(self.path("never.textproto"), NEVER)
        report = self.report("--rules", rules, "--show", "3")
        right = self.rows("SELECT count(*) FROM reward JOIN rollout ON id = rollout "
                          "WHERE purpose = 1 AND rule = 'answer' AND verdict = 0")[0][0]
        self.assertGreater(right, 0)
        answer = report["compared"][0]
        self.assertEqual(answer["right"], {"both": 0, "before_only": right, "now_only": 0,
                                           "neither": report["completions"] - right})
        self.assertEqual(report["rules_before_only"], ["format"])
        # No group would teach anything.
        self.assertEqual(report["advantages"]["begin_groups"], 0)
        self.assertGreater(report["advantages"]["stop_groups"], 0)
        self.assertEqual(len(report["shown"]), 3)
        shown = report["shown"][0]
        self.assertEqual(shown["rules"][0]["verdict"], "CORRECT")
        self.assertEqual(shown["rescored"]["rules"][0]["value"], 0)
        self.assertEqual(shown["advantage"]["now"], 0)
        done = self.rescore("--rules", rules, "--show", "1")
        self.assertEqual(done.returncode, 0)
        for line in (r"^stored     as rescoring 2 in ", r"^  rule answer +[0-9.]+% agree, ",
                     rf"^    right then only +{right}$", r"^── train/[0-9a-f]{16}/\d+/\d+: reward ",
                     r"^  │ .*<answer>", r"^  rescored: reward 0$", r"^  advantage .* → 0\.0000$"):
            self.assertRegex(done.stdout, f"(?m){line}")
        # And later, beside the completions.
        shown = whet("runs", "show", self.run_directory, "--rollouts", "--rescoring", "2",
                     cwd=self.folder)
        self.assertRegex(shown.stdout, r"(?m)^  rescored: reward 0$")
        shown = whet("runs", "show", self.run_directory, cwd=self.folder)
        self.assertRegex(shown.stdout, rf"(?m)^  .* 2: train, {report['completions']} completions$")

    def test_a_choice_of_completions_is_judged(self):
        report = self.report("--rules", self.rules, "--batch", "1", "--limit", "3")
        self.assertEqual((report["groups"], report["completions"]), (3, 24))
        report = self.report("--rules", self.rules, "--purpose", "eval")
        self.assertIsNone(report["advantages"])
        self.assertEqual(report["completions"],
                         len(self.rows("SELECT 1 FROM rollout WHERE purpose = 2")))
        self.assertEqual(self.rows("SELECT judged FROM rescoring"),
                         [("train, batch 1, the first 3 groups",), ("eval",)])
        self.assert_fails("has recorded nothing of this", "--rules", self.rules, "--batch", "9")

    def test_while_the_run_is_written_to_it_only_looks(self):
        with open(f"{self.run_directory}/lock", "rb+") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            self.assert_fails("another process is writing to the run .* --dry-run",
                              "--rules", self.rules)
            report = self.report("--rules", self.rules, "--dry-run")
        self.assertEqual((report["rescoring"], report["disagreements"]), (None, 0))
        self.assertEqual(self.rows("SELECT * FROM rescoring"), [])

    def test_killed_it_stays_unfinished_and_is_begun_anew(self):
        before = self.tables_of_the_run()
        killed = self.rescore("--rules", self.rules, crash_point="ledger:before_commit:2")
        self.assertLess(killed.returncode, 0)
        self.assertEqual(self.tables_of_the_run(), before)
        self.assertEqual(self.report("--rules", self.rules)["rescoring"], 2)
        self.assertEqual(self.rows("SELECT id, finished FROM rescoring"), [(1, 0), (2, 1)])
        self.assertEqual(self.rows("PRAGMA integrity_check"), [("ok",)])
        # The run goes on as if nothing had happened.
        self.train_to_the_end(self.path("train.textproto"), self.run_directory)

    def test_a_ledger_of_an_older_whet_is_read_and_brought_up_to_date(self):
        ledger = sqlite3.connect(f"{self.run_directory}/ledger.db")
        ledger.executescript("DROP TABLE rescored_part; DROP TABLE rescored; "
                             "DROP TABLE rescoring; PRAGMA user_version = 1")
        ledger.close()
        shown = whet("runs", "show", self.run_directory, cwd=self.folder)
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        report = self.report("--rules", self.rules, "--dry-run")
        self.assertEqual(report["disagreements"], 0)
        self.assertEqual(self.rows("PRAGMA user_version"), [(1,)])
        self.assertEqual(self.report("--rules", self.rules)["rescoring"], 1)
        self.assertEqual(self.rows("PRAGMA user_version"), [(2,)])

    def test_what_cannot_be_is_said(self):
        rules = write(self.path("rules.textproto"), "rewards { answer {} }")
        self.assert_fails("rewards is not set", "--rules", write(self.path("none"), ""))
        self.assert_fails('none:1:1: no setting "rewardz"; did you mean "rewards"',
                          "--rules", write(self.path("none"), "rewardz {}"))
        self.assert_fails('no setting "optimizer"', "--rules", rules, "--set", "optimizer.lr=1")
        self.assert_fails("two rules are called answer", "--rules",
                          write(self.path("none"), "rewards { answer {} } rewards { answer {} }"))
        self.run_directory = self.path("nothing")
        self.assert_fails("there is no run at", "--rules", rules)


if __name__ == "__main__":
    main()
