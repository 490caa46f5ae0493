#!/usr/bin/env python3
"""What a new user gets wrong ends with one line that says what to do, and with exit status 1.

    errors_test.py WHET ROOT [-v]
"""

import fcntl
import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess

import training

NOBODY = 65534
EVAL = """
model {{ checkpoint: "{arithmetic}/base" }}
rewards {{ answer {{}} }}
evaluation {{ prompts {{ file: "{arithmetic}/held_out.jsonl" }} }}
"""
ROW = '{"prompt": "1+1=", "answer": "2"}\n'


class ErrorsTest(training.TrainingTest):
    """Each test spoils one thing of a folder in which training works."""

    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)
        training.write_config(self.path("config.textproto"), steps=2)
        shutil.copytree(os.path.join(training.ARITHMETIC, "base"), self.path("model"))

    def write(self, name, text):
        return training.write(self.path(name), text)

    def refused(self, message, *arguments, run="run", **options):
        """That the command is refused with a line that matches `message`, and makes nothing."""
        before = training.files_below(self.folder)
        failed = self.train("config.textproto", run, *arguments, **options)
        self.assertRegex(failed.stderr, rf"\Awhet: [^\n]*{message}[^\n]*\n\Z")
        self.assertEqual(failed.returncode, 1)
        self.assertEqual(training.files_below(self.folder), before)

    def refused_with(self, setting, value, message):
        self.refused(message, "--set", f"{setting}={json.dumps(value)}")


class ConfigurationErrorsTest(ErrorsTest):
    def test_a_misspelt_setting(self):
        with open(self.path("config.textproto"), "a", encoding="utf-8") as file:
            file.write("learning_rate: 1\n")
        self.refused(r'config\.textproto:\d+:1: no setting "learning_rate"')

    def test_a_misspelt_setting_on_the_command_line(self):
        self.refused('no setting "rl" in optimizer; there are lr, schedule',
                     "--set", "optimizer.rl=1")

    def test_a_configuration_that_is_not_there(self):
        os.remove(self.path("config.textproto"))
        self.refused("config.textproto: No such file or directory")


class ModelErrorsTest(ErrorsTest):
    def refused_model(self, message):
        self.refused_with("model.checkpoint", "model", message)

    def change_config(self, key, value):
        config = json.loads(training.read_bytes(self.path("model/config.json")))
        config[key] = value
        self.write("model/config.json", json.dumps(config))

    def test_a_checkpoint_that_is_not_there(self):
        self.refused_with("model.checkpoint", "none", "there is no checkpoint at none: it has no "
                          "config.json; name the directory of a Hugging Face model")

    def test_a_model_of_another_architecture(self):
        self.change_config("architectures", ["MambaForCausalLM"])
        self.refused_model(r'model/config\.json: .*"MambaForCausalLM".*LlamaForCausalLM')

    def test_weights_of_another_shape(self):
        self.change_config("intermediate_size", 128)
        self.refused_model(r"model/model\.safetensors: .*mlp.*\[160, 64\].*\[128, 64\]")

    def test_weights_that_were_not_copied_whole(self):
        os.truncate(self.path("model/model.safetensors"), 100000)
        self.refused_model(r"model/model\.safetensors: .*(truncated|cut)")

    def test_weights_whose_header_is_damaged(self):
        with open(self.path("model/model.safetensors"), "r+b") as file:
            file.write(struct.pack("<Q", 1 << 40))
        self.refused_model(r"model/model\.safetensors: ")

    def test_a_model_without_weights(self):
        os.remove(self.path("model/model.safetensors"))
        self.refused_model(r"model.*safetensors.*")

    def test_a_model_without_a_tokenizer(self):
        os.remove(self.path("model/tokenizer.json"))
        self.refused_model(r"model/tokenizer\.json is missing; copy it from where")


class PromptErrorsTest(ErrorsTest):
    def refused_prompts(self, text, message):
        self.write("prompts.jsonl", text)
        self.refused_with("prompts.file", "prompts.jsonl", message)

    def test_a_prompt_without_an_answer(self):
        self.refused_prompts(ROW + '{"prompt": "1+2="}\n',
                             r"prompts\.jsonl:2: .*without ground truth.*needs one of")

    def test_a_line_that_is_no_json(self):
        self.refused_prompts(ROW + '{"prompt": "1+2=", "answer"}\n', r"prompts\.jsonl:2: ")

    def test_an_empty_file(self):
        self.refused_prompts("", r"prompts\.jsonl: no rows; write one a line")

    def test_a_file_that_is_not_there(self):
        self.refused_with("prompts.file", "none.jsonl", 
                          r"prompts\.file: open none\.jsonl: No such file or directory")

    def test_a_prompt_that_is_longer_than_the_context(self):
        self.refused_prompts(ROW + json.dumps({"prompt": "1+" * 30 + "1=", "answer": "1"}),
                             r"has 62 tokens, .*exceeds the model's context of 64; set "
                             r"sampling\.tokens_max to at most 2, or prompts\.tokens_max to 48")

    def test_prompts_none_of_which_can_be_judged(self):
        self.write("prompts.jsonl", r'{"prompt": "1+1=", "answer": "\\frac{"}')
        self.write("config.textproto", training.read_bytes(self.path("config.textproto")).decode()
                   .replace("answer {}", "math {}"))
        self.refused_with("prompts.file", "prompts.jsonl",
                          r"no prompt of prompts can be judged; mend the data or the rewards\. The "
                          r"first has the ground truth .*: math: UNPARSEABLE_GOLD: ")

    def test_held_out_prompts_among_those_trained_on(self):
        with open(os.path.join(training.ARITHMETIC, "held_out.jsonl"), encoding="utf-8") as file:
            self.refused_prompts(ROW + file.readline(),
                                 r"1 of the 8 prompts of evaluation\.prompts are trained on too")


class QuarantineTest(ErrorsTest):
    """Prompts that cannot be judged are no error as long as there are others."""

    def test_they_are_left_out_and_listed(self):
        config = training.read_bytes(self.path("config.textproto")).decode()
        self.write("config.textproto", config.replace("answer {}", "math {}"))
        bad = {"prompt": "1+2=", "answer": "\\frac{"}
        with open(os.path.join(training.ARITHMETIC, "train.jsonl"), encoding="utf-8") as file:
            self.write("prompts.jsonl", json.dumps(bad) + "\n" + file.read())
        done = self.train("config.textproto", "run", "--set", "prompts.file=prompts.jsonl")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\nprompts +39 prompts, .*1 QUARANTINED")
        self.assertRegex(done.stdout, r'\nquarantine +"\\\\frac\{": math: UNPARSEABLE_GOLD: ')
        listed = json.loads(training.read_bytes(self.path("run/quarantine.jsonl")))
        self.assertEqual(listed["prompt"], bad["prompt"])
        self.assertEqual(training.ledger_rows(
            self.path("run"), "SELECT count(*) FROM prompt WHERE question = '1+2='"), [(0,)])


class SizeErrorsTest(ErrorsTest):
    def test_more_cache_than_memory(self):
        # Not `refused`: the run is begun by then.
        failed = self.train("config.textproto", "run", "--set",
                            "engine.kv_cache_bytes=9223372036854775807")
        self.assertEqual(failed.returncode, 1)
        self.assertRegex(failed.stderr, r"\Awhet: engine\.kv_cache_bytes is \d+, more than this "
                                        r"machine's memory of \d+; 0 takes a quarter of it\n\Z")

    def test_more_threads_than_processors_can_bear(self):
        self.refused(r"engine\.threads is 1024, but there are \d+ processors; 0 takes each of them",
                     "--set", "engine.threads=1024")

    def test_groups_that_no_memory_holds(self):
        self.refused(r"rollout\.group_size is 2147483647; it must be in \[2, 4096\]",
                     "--set", "rollout.group_size=2147483647")


class RunErrorsTest(ErrorsTest):
    def setUp(self):
        super().setUp()
        self.run_directory = self.path("run")

    def begin_run(self):
        self.train_to_the_end("config.textproto", "run")

    def test_a_ledger_that_is_none(self):
        self.begin_run()
        self.write("run/ledger.db", "no database at all\n" * 1000)
        self.refused(r"run/ledger\.db: .*the file is damaged or no ledger: put a copy in its "
                     "place, or begin a new run")

    def test_a_ledger_that_another_program_holds(self):
        self.begin_run()
        connection = sqlite3.connect(self.path("run/ledger.db"), isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        # Not `refused`: the other program has files of its own there.
        failed = self.train("config.textproto", "run", "--set", "steps=3", "--continue")
        connection.close()
        self.assertEqual(failed.returncode, 1)
        self.assertRegex(failed.stderr, r"\Awhet: run/ledger\.db: database is locked\. another "
                                        r"program holds it locked: end that, [^\n]*\n\Z")

    def test_a_run_that_another_process_writes_to(self):
        # Without its output being read it cannot come to its end.
        with subprocess.Popen([training.WHET, "train", "config.textproto", "--run", "run", "--set",
                               "steps=100000"], cwd=self.folder, stdout=subprocess.PIPE) as other:
            while not re.match(rb" *1/100000 ", other.stdout.readline()):
                pass
            failed = self.train("config.textproto", "run", "--set", "steps=100000")
            other.kill()
            other.communicate()
        self.assertEqual(failed.returncode, 1)
        self.assertRegex(failed.stderr, r"\Awhet: another process is writing to the run run; wait "
                                        r"until it has ended, or give --run another[^\n]*\n\Z")

    def test_a_run_of_another_configuration(self):
        self.begin_run()
        message = (r"run was begun with other settings \(steps: 2.*3.*\); give --run another "
                   "directory, or --continue to go on")
        self.refused(message, "--set", "steps=3")
        self.train_to_the_end("config.textproto", "run", "--set", "steps=3", "--continue")
        self.assertEqual(training.ledger_rows(self.run_directory, "SELECT max(step) FROM step"),
                         [(3,)])
        # From then on it is the run's own.
        self.train_to_the_end("config.textproto", "run", "--set", "steps=3")

    def test_weights_that_changed_since_the_run_began(self):
        own = ("--set", 'model.checkpoint="model"')
        self.train_to_the_end("config.textproto", "run", *own)
        # The first tensor's first number, in little-endian f32.
        with open(self.path("model/model.safetensors"), "r+b") as file:
            header = struct.unpack("<Q", file.read(8))[0]
            file.seek(8 + header)
            file.write(struct.pack("<f", 0.125))
        self.refused("model has other weights than when the run run was begun; give --run another "
                     "directory", *own)

    def test_a_checkpoint_of_the_run_that_is_gone(self):
        self.begin_run()
        shutil.rmtree(self.path("run/checkpoints/step_2"))
        # Not `refused`: that the run goes on is written down before.
        failed = self.train("config.textproto", "run", "--set", "steps=3", "--continue")
        self.assertEqual(failed.returncode, 1)
        self.assertRegex(failed.stderr, r"\Awhet: the checkpoint run/checkpoints/step_2, from "
                                        r"which the run goes on, is gone; put it back, or [^\n]*"
                                        r"\n\Z")

    def test_a_run_without_its_ledger(self):
        self.begin_run()
        os.remove(self.path("run/ledger.db"))
        self.refused(r"run has checkpoints, but its ledger run/ledger\.db is gone; put it back, or "
                     "give --run another directory")

    def test_a_run_without_its_configuration(self):
        self.begin_run()
        os.remove(self.path("run/config.textproto"))
        self.refused(r"run has a ledger but no config\.textproto: put it back", "--set", "steps=3")

    def test_a_directory_that_is_no_run(self):
        self.refused("model holds other files and no run; give --run a new directory", run="model")

    def test_a_run_of_another_command(self):
        self.write("eval.textproto", EVAL.format(arithmetic=training.ARITHMETIC))
        shown = training.whet("config", "eval", self.path("eval.textproto"), "--textproto")
        os.mkdir(self.path("run"))
        self.write("run/config.textproto", shown.stdout)
        os.mkdir(self.path("run/checkpoints"))
        self.write("run/lock", "")
        self.refused(r"the run run is one of \./whet eval; give --run another", "--continue")

    def test_another_size_of_groups_from_the_next_batch_on(self):
        self.begin_run()
        self.train_to_the_end("config.textproto", "run", "--set", "steps=4", "--set",
                              "rollout.group_size=4", "--continue")

    def without_privileges(self):
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}

    def test_a_run_that_may_not_be_written(self):
        self.begin_run()
        for folder, _, files in os.walk(self.run_directory):
            os.chmod(folder, 0o555)
            for name in files:
                os.chmod(os.path.join(folder, name), 0o444)
        self.refused("run/.*: Permission denied; check who may read and write there",
                     "--set", "steps=3", "--continue", **self.without_privileges())
        for folder, _, _ in os.walk(self.run_directory):
            os.chmod(folder, 0o755)

    def test_a_place_where_no_run_may_be_made(self):
        os.mkdir(self.path("parent"), 0o555)
        self.refused("parent/run.*: Permission denied; check who may read and write there",
                     run="parent/run", **self.without_privileges())

    def test_a_file_in_the_run_s_place(self):
        self.write("run", "")
        self.refused("run.*: Not a directory")


if __name__ == "__main__":
    training.main()
