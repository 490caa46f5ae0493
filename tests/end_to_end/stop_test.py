#!/usr/bin/env python3
"""A run that stops for other reasons than a kill: Ctrl-C, once and twice, and a disk that is full.

    stop_test.py WHET ROOT [-v]

And that a run is a function of its seed.
"""

import array
import fcntl
import os
import re
import shlex
import signal
import subprocess
import termios
import unittest

import training

STOPPED_AT_ONCE = 130
PIPE_BYTES = 4096
LINE_BYTES_MAX = 256
# More lines than fit into the pipe, so that a run whose output is not read cannot come to its end.
STEPS = 60


def start_with_small_pipe(arguments, folder):
    """Starts the program; what it prints goes to a pipe of PIPE_BYTES."""
    child = subprocess.Popen([training.WHET, *arguments], cwd=folder, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, bufsize=0)
    fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return child


def read_until(stream, pattern):
    """Reads up to the end of the first line that matches, and not a byte more."""
    line = b""
    while not re.search(pattern, line):
        line = stream.readline()
        if not line:
            raise AssertionError(f"no line matches {pattern}")
    return line


def wait_until_full(child):
    """Waits until the program cannot go on, because nobody reads what it prints."""
    count = array.array("i", [0])
    while count[0] < PIPE_BYTES - LINE_BYTES_MAX:
        if child.poll() is not None:
            raise AssertionError(f"it ended with {child.returncode}")
        fcntl.ioctl(child.stdout, termios.FIONREAD, count)
        os.sched_yield()


class StopTest(training.TrainingTest):
    def setUp(self):
        super().setUp()
        # A batch is two steps, so that a stop may come in the middle of one; and only the last
        # checkpoint is kept, so that the one of the stop makes no difference in the end.
        self.arguments = ["--set", f"steps={STEPS}", "--set", "checkpoint.keep=1",
                          "--set", "evaluation.every_steps=10"]
        self.config = training.write_config(self.path("config.textproto"))

    def start(self, run):
        return start_with_small_pipe(
            ["train", self.config, "--run", run, *self.arguments], self.folder)

    def undisturbed(self):
        run = self.path("undisturbed")
        self.train_to_the_end(self.config, run, *self.arguments)
        return training.contents_of(run)

    def test_ctrl_c_finishes_the_step_and_says_how_to_go_on(self):
        run = self.path("a run")
        with self.start(run) as child:
            read_until(child.stdout, rb"^ *3/60 ")
            child.send_signal(signal.SIGINT)
            out, err = child.communicate()
        self.assertEqual(child.returncode, 0, err)
        self.assertEqual(err.decode(), "\nwhet: finishing the step and writing a checkpoint; "
                                       "once more to stop at once\n")
        stopped = re.search(r"^stopped at step (\d+); to go on, repeat:\n  \./whet (.*)\n\Z",
                            out.decode(), re.M)
        self.assertTrue(stopped, out.decode())
        step = int(stopped.group(1))
        self.assertLess(step, STEPS)
        self.assertEqual(training.ledger_rows(run, "SELECT max(step) FROM step"), [(step,)])
        self.assertEqual(training.ledger_rows(run, "SELECT * FROM checkpoint"),
                         [(step, f"checkpoints/step_{step}")])
        self.assertTrue(os.path.isfile(f"{run}/checkpoints/step_{step}/trainer/progress.json"))
        # What it says is a command that goes on, as it stands.
        done = training.whet(*shlex.split(stopped.group(2)), cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertNotIn(f"\n {step:>6}/{STEPS} ", done.stdout)  # It is not repeated.
        self.assert_same_run(self.undisturbed(), run)

    def test_ctrl_c_twice_stops_at_once(self):
        run = self.path("run")
        with self.start(run) as child:
            read_until(child.stdout, rb"^ *3/60 ")
            wait_until_full(child)
            child.send_signal(signal.SIGINT)
            read_until(child.stderr, rb"once more to stop at once")
            child.send_signal(signal.SIGINT)
            self.assertEqual(child.wait(), STOPPED_AT_ONCE)
        self.train_to_the_end(self.config, run, *self.arguments)
        self.assert_same_run(self.undisturbed(), run)


class FullDiskTest(training.TrainingTest):
    ADVICE = r"^whet: [^\n]*[Mm]ake room on that disk[^\n]*\n\Z"

    def setUp(self):
        super().setUp()
        self.config = training.write_config(self.path("config.textproto"))
        self.run = self.path("run")

    def assert_says_what_to_do(self, failed):
        self.assertEqual(failed.returncode, 1, failed.stdout + failed.stderr)
        self.assertRegex(failed.stderr, self.ADVICE)

    def undisturbed(self):
        run = self.path("undisturbed")
        self.train_to_the_end(self.config, run)
        return training.contents_of(run)

    @unittest.skipUnless(os.geteuid() == 0, "only root may mount a small disk")
    def test_with_more_room_each_time_the_same_command_comes_to_its_end(self):
        os.mkdir(self.run)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", self.run],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", self.run], check=True)
        failures, size = set(), 64
        while (done := self.train(self.config, self.run)).returncode != 0:
            self.assert_says_what_to_do(done)
            failures.add(re.sub(r"\d+", "N", done.stderr.replace(self.run, "RUN")))
            size = int(size * 1.3)
            subprocess.run(["mount", "-o", f"remount,size={size}k", self.run], check=True)
        for failure in sorted(failures):
            print(failure, end="")
        # At least once it was the ledger, and once a checkpoint, that found the disk full.
        for part in ("RUN/ledger.db", "RUN/checkpoints/"):
            self.assertTrue(any(part in failure for failure in failures), part)
        self.assert_same_run(self.undisturbed(), self.run)

    def test_a_file_that_may_not_grow_is_a_full_disk(self):
        # As with a quota. The signal has to be ignored for there to be an error.
        script = 'trap "" XFSZ; ulimit -f 96; exec "$0" "$@"'
        failed = subprocess.run(
            ["bash", "-c", script, training.WHET, "train", self.config, "--run", self.run],
            capture_output=True, text=True, check=False)
        self.assert_says_what_to_do(failed)
        self.train_to_the_end(self.config, self.run)
        self.assert_same_run(self.undisturbed(), self.run)


class SeedTest(training.TrainingTest):
    def test_the_same_seed_gives_the_same_bits_and_another_does_not(self):
        config = training.write_config(self.path("config.textproto"))
        for run in ("one", "same"):
            self.train_to_the_end(config, self.path(run), "--set", "seed=7")
        expected = training.contents_of(self.path("one"))
        self.assert_same_run(expected, self.path("same"))
        self.train_to_the_end(config, self.path("other"), "--set", "seed=8")
        other = training.contents_of(self.path("other"))
        for name in ("table completion", "checkpoints/step_12/model.safetensors"):
            self.assertNotEqual(other[name], expected[name], name)
        # Of the first wave, after the leases of the first evaluation: not even the prompts.
        self.assertNotEqual(other["table lease"][8:16], expected["table lease"][8:16])


if __name__ == "__main__":
    training.main()
