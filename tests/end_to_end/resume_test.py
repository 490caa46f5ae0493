#!/usr/bin/env python3
"""A run that is killed and repeated ends as the run that nobody killed.

    resume_test.py WHET ROOT [-v]

Each named crash point that training passes kills a run at its first and at a later pass; then the
same command is repeated until it ends. After that ten kills at random instants of one run.
"""

import os
import random
import re
import signal
import sqlite3
import subprocess
import time

import training

KILLED = -signal.SIGKILL
RANDOM_KILLS = 10

# Of each crash point the passes at which it kills. A run of twelve steps has four checkpoints, a
# dozen small files more, and some thirty commits.
PASSES = {
    "atomic_directory:after_rename": (1, 3),
    "atomic_directory:before_rename": (1, 3),
    "atomic_file:after_rename": (1, 9),
    "atomic_file:before_fsync": (1, 9),
    "atomic_file:before_rename": (1, 9),
    "checkpoint:after_record": (1, 3),
    "checkpoint:before_record": (1, 3),
    "checkpoint:before_remove": (1, 2),
    "ledger:after_commit": (1, 13),
    "ledger:before_commit": (1, 13),
    "ledger:checkpoint_after_commit": (1, 4),
    "ledger:checkpoint_before_commit": (1, 4),
    "ledger:migrate_before_commit": (1,),  # A ledger is made once.
    "ledger:step_after_commit": (1, 8),
    "ledger:step_before_commit": (1, 8),
    "train:after_record": (1, 5),
    "train:before_record": (1, 5),
}


def crash_points_in_the_code():
    """Names of all crash points of the product."""
    names = set()
    for folder in ("base", "text", "rollout", "rewards", "policy", "orchestrator", "cli"):
        for name in training.files_below(os.path.join(training.ROOT, folder)):
            if name.endswith(".cc"):
                text = training.read_bytes(os.path.join(training.ROOT, folder, name)).decode()
                names.update(re.findall(r'\bCrashPoint\("([^"]+)"\)', text))
    return names


def recorded_steps(run):
    """How many steps the ledger has; 0 where there is none yet."""
    try:
        return training.ledger_rows(run, "SELECT count(*) FROM step")[0][0]
    except sqlite3.Error:
        return 0


class ResumeTest(training.TrainingTest):
    def undisturbed(self, config):
        """Contents of the run that nobody kills."""
        run = self.path("undisturbed")
        self.train_to_the_end(config, run)
        return training.contents_of(run)

    def kill_at(self, config, run, point):
        killed = self.train(config, run, crash_point=point)
        self.assertEqual(killed.returncode, KILLED, f"not killed: {killed.stderr}")

    def test_every_crash_point_is_covered(self):
        self.assertEqual(crash_points_in_the_code(), set(PASSES))

    def test_a_kill_at_any_crash_point_changes_nothing(self):
        # A batch is two steps, so that every other checkpoint lies in the middle of one.
        config = training.write_config(self.path("minibatches.textproto"))
        expected = self.undisturbed(config)
        for name, passes in PASSES.items():
            for number in passes:
                point = f"{name}:{number}"
                with self.subTest(point):
                    run = self.path(point.replace(":", "_"))
                    self.kill_at(config, run, point)
                    self.train_to_the_end(config, run)
                    self.assert_same_run(expected, run)

    def test_kills_one_after_another_in_one_run_change_nothing(self):
        # Evaluations are due where checkpoints lie, also in the middle of a batch.
        config = training.write_config(self.path("epochs.textproto"), steps=24,
                                       rollout="inner_epochs: 2 minibatches: 2",
                                       evaluation_steps=3)
        expected = self.undisturbed(config)
        run = self.path("run")
        # Each some way after the start of its command, which goes on from the last checkpoint.
        points = ["ledger:migrate_before_commit", "ledger:before_commit:4",
                  "atomic_file:before_rename:5", "train:before_record:2", "train:after_record:3",
                  "ledger:step_before_commit:3", "checkpoint:before_record",
                  "checkpoint:after_record", "ledger:checkpoint_before_commit",
                  "atomic_directory:before_rename", "train:after_record:2",
                  "ledger:step_after_commit", "atomic_directory:after_rename",
                  "checkpoint:before_remove", "checkpoint:after_record"]
        for point in points:
            with self.subTest(point):
                self.kill_at(config, run, point)
        self.train_to_the_end(config, run)
        self.assert_same_run(expected, run)

    def test_what_is_recorded_is_not_sampled_again(self):
        config = training.write_config(self.path("minibatches.textproto"))
        run = self.path("run")
        # Step 5 is recorded, the newest checkpoint is of step 3: steps 4 and 5 are repeated.
        self.kill_at(config, run, "train:after_record:5")
        done = self.train_to_the_end(config, run)
        sampled = {}  # By step: tokens a second while its rollouts were sampled, or "-".
        for line in done.stdout.splitlines():
            step = re.match(r" *(\d+)/12 ", line)
            if step:
                sampled[int(step.group(1))] = line.split()[-2]
        self.assertEqual(sorted(sampled), [4, 5, 6, 7, 8, 9, 10, 11, 12])
        # Batches begin with odd steps. That of step 5 was sampled before the kill.
        self.assertEqual([step for step in sampled if sampled[step] != "-"], [7, 9, 11])

    def test_a_finished_run_that_is_repeated_stays_as_it_is(self):
        config = training.write_config(self.path("minibatches.textproto"))
        expected = self.undisturbed(config)
        self.train_to_the_end(config, self.path("undisturbed"))
        self.assert_same_run(expected, self.path("undisturbed"))

    def test_kills_at_random_instants_change_nothing(self):
        config = training.write_config(self.path("long.textproto"), steps=48)
        begin = time.monotonic()
        self.assertEqual(self.train(config, "none", "--dry-run").returncode, 0)
        start = time.monotonic() - begin
        begin = time.monotonic()
        expected = self.undisturbed(config)
        length = time.monotonic() - begin
        generator = random.Random(1)
        runs, recorded = 0, []
        while len(recorded) < RANDOM_KILLS:
            run = self.path(f"run_{runs}")
            # The instant is what is random here: nothing depends on which one it is.
            child = subprocess.Popen([training.WHET, "train", config, "--run", run],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                child.wait(timeout=start + generator.uniform(0, 0.1) * length)
            except subprocess.TimeoutExpired:
                child.kill()
            if child.wait() == KILLED:
                recorded.append(recorded_steps(run))
            else:  # It came to its end; the other kills are of another run.
                self.assert_same_run(expected, run)
                runs += 1
        print("killed at random after steps", *recorded)
        self.train_to_the_end(config, self.path(f"run_{runs}"))
        self.assert_same_run(expected, self.path(f"run_{runs}"))


if __name__ == "__main__":
    training.main()
