#!/usr/bin/env python3
"""Verifiers of the user's own, and whet as one for others.

    rewards_test.py WHET ROOT [unittest's arguments]
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

import training

# Debian's, which has gRPC.
PYTHON = "/usr/bin/python3"


class Server:
    """`whet serve rewards`, from its first line to its end."""

    def __init__(self, config, *arguments):
        self.child = subprocess.Popen(
            [training.WHET, "serve", "rewards", config, "--listen", "127.0.0.1:0", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.line = self.child.stdout.readline()
        where = re.search(r"grpc (127\.0\.0\.1:\d+)(?:, http://(127\.0\.0\.1:\d+)/get_reward)?",
                          self.line)
        if not where:
            raise AssertionError(f"{self.line!r}\n{self.child.communicate()[1]}")
        self.grpc, self.http = where.groups()

    def stop(self):
        self.child.terminate()
        self.child.communicate()
        return self.child.returncode


class RewardsTest(training.TrainingTest):
    def serve(self, config, *arguments):
        server = Server(config, *arguments)
        self.addCleanup(server.stop)
        return server

    def steps_of(self, config, run, *sets):
        """The metrics of a run of two steps."""
        done = training.whet("train", config, "--run", self.path(run), "--set", "steps=2",
                             "--set", "evaluation.prompts.prompts_max=8", "--set",
                             "engine.threads=1", *sets, cwd=self.root)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return training.metrics_rows(self.path(run))

    def copy_example(self):
        """The example in a tree of its own, where it can be built."""
        self.root = self.path("tree")
        os.makedirs(os.path.join(self.root, "examples"))
        shutil.copytree(os.path.join(training.ROOT, "examples", "custom_verifier"),
                        os.path.join(self.root, "examples", "custom_verifier"))
        for name in ["examples/arithmetic", "rewards", "proto"]:
            os.symlink(os.path.join(training.ROOT, name), os.path.join(self.root, name))
        subprocess.run(["make", "-s", "-B", "-C", "examples/custom_verifier", "library.so",
                        "reward_pb2_grpc.py"], cwd=self.root, check=True)

    def test_a_verifier_is_the_same_as_program_library_and_service(self):
        self.copy_example()
        example = os.path.join("examples", "custom_verifier")
        service = subprocess.Popen([PYTHON, "-B", "service.py", "0"], stdout=subprocess.PIPE,
                                   text=True, cwd=os.path.join(self.root, example))
        self.addCleanup(service.communicate)
        self.addCleanup(service.kill)
        address = service.stdout.readline().strip()
        command = self.steps_of(f"{example}/command.textproto", "command")
        library = self.steps_of(f"{example}/library.textproto", "library")
        served = self.steps_of(f"{example}/service.textproto", "service", "--set",
                               f"rewards[1].service.endpoint={json.dumps(address)}")
        self.assertGreater(dict(command[1])["rewards/steps/mean"], 0)
        self.assertEqual(command, library)
        self.assertEqual(command, served)

    def test_is_at_most_forty_lines_in_each_language(self):
        for name in ["command.py", "library.cc", "service.py"]:
            with open(os.path.join(training.ROOT, "examples", "custom_verifier", name),
                      encoding="utf-8") as file:
                self.assertLessEqual(len(file.readlines()), 40, name)

    def test_a_run_judged_by_a_server_is_the_same(self):
        self.root = self.folder
        rules = training.write(self.path("rules.textproto"), "rewards { answer {} }")
        server = self.serve(rules)
        config = training.write_config(self.path("run.textproto"))
        alone = self.steps_of(config, "alone")
        text = training.read_bytes(config).decode()
        service = f'name: "answer" service {{ endpoint: "{server.grpc}" }}'
        training.write(config, text.replace("answer {}", service))
        served = self.steps_of(config, "served")
        self.assertEqual(alone, served)

    def test_openrlhf_gets_rewards(self):
        rules = training.write(self.path("rules.textproto"),
                               "rewards { answer {} } rewards { format {} weight: 0.5 }")
        server = self.serve(rules, "--http", "127.0.0.1:0")
        connection = http.client.HTTPConnection(server.http)
        self.addCleanup(connection.close)

        def ask(query, prompts, labels):
            # As its request_api_wrapper does.
            connection.request("POST", "/get_reward",
                               json.dumps({"query": query, "prompts": prompts, "labels": labels}),
                               {"Content-Type": "application/json"})
            response = connection.getresponse()
            self.assertEqual(response.status, 200)
            return json.loads(response.read())

        right = "<think>one more</think><answer>2</answer>"
        self.assertEqual(ask([f"1+1={right}<|im_end|>", "1+1=3"], ["1+1="] * 2, ["2"] * 2),
                         {"rewards": [1.5, 0.0], "scores": [1.0, 0.0],
                          "extra_logs": {"answer": [1.0, 0.0], "format": [1.0, 0.0]}})
        self.assertEqual(ask([], [], []), {"rewards": [], "scores": [], "extra_logs": {}})
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    if not os.path.exists(PYTHON):
        sys.exit(f"{PYTHON} is missing")
    training.main()
