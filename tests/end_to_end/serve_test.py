#!/usr/bin/env python3
"""`whet serve sandbox` as its clients meet it: real requests, real jails.

    serve_test.py WHET ROOT [unittest's arguments]
"""

import base64
import concurrent.futures
import contextlib
import glob
import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
import unittest

import training

TOKEN = "a-token-of-this-test"
# What a Python program imports.
HELPER = b"""
def reverse(source, target):
    with open(source, "rb") as data, open(target, "wb") as file:
        file.write(data.read()[::-1])
"""


class Server:
    """The program, from its first line to its end."""

    def __init__(self, *arguments, token=None):
        environment = {key: value for key, value in os.environ.items() if key != "WHET_TOKEN"}
        if token is not None:
            environment["WHET_TOKEN"] = token
        self.child = subprocess.Popen(
            [training.WHET, "serve", "sandbox", "--listen", "127.0.0.1:0", *arguments],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.line = self.child.stdout.readline()
        where = re.match(r"serving http://127\.0\.0\.1:(\d+)/run_code: ", self.line)
        if not where:
            raise AssertionError(f"{self.line!r}\n{self.child.communicate()[1]}")
        self.port = int(where.group(1))

    def ask(self, method, path, body=None, **headers):
        """(HTTP status, what the body says)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            is_json = response.headers["Content-Type"] == "application/json"
            return response.status, json.loads(text) if is_json else text
        finally:
            connection.close()

    def run_code(self, code, language="python", **members):
        """A request as verl writes it, with `members` of its own."""
        request = {"compile_timeout": 10, "run_timeout": 10, "code": code, "stdin": None,
                   "memory_limit_MB": 1024, "language": language, "files": {}, "fetch_files": []}
        return self.ask("POST", "/run_code", json.dumps({**request, **members}))

    def environments_of_children(self):
        """Those of the jails, as far as we may read them."""
        environments = []
        for name in glob.glob(f"/proc/{self.child.pid}/task/*/children"):
            for child in training.read_bytes(name).decode().split():
                with contextlib.suppress(PermissionError):
                    environments.append(training.read_bytes(f"/proc/{child}/environ"))
        return environments

    def stop(self):
        """(exit status, all that it printed)"""
        self.child.send_signal(signal.SIGTERM)
        out, err = self.child.communicate()
        return self.child.returncode, self.line + out + err


class ServeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--memory", "1GiB")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def assert_run(self, answer, status, run_status, return_code, stdout):
        """That a program ran and ended so; returns the answer."""
        code, body = answer
        run = body["run_result"]
        self.assertEqual((code, body["status"], run["status"], run["return_code"], run["stdout"]),
                         (200, status, run_status, return_code, stdout), answer)
        return body

    def test_a_program_reads_and_prints(self):
        answer = self.server.run_code("print(int(input()) ** 2)", stdin="5\n")
        body = self.assert_run(answer, "Success", "Finished", 0, "25\n")
        self.assertIsNone(body["compile_result"])
        self.assertEqual((body["message"], body["files"], body["run_result"]["stderr"]),
                         ("", {}, ""))
        self.assertGreater(body["run_result"]["execution_time"], 0)

    def test_a_program_fails(self):
        body = self.assert_run(self.server.run_code("print(1)\nx = 1 / 0"),
                               "Failed", "Finished", 1, "1\n")
        self.assertIn("ZeroDivisionError", body["run_result"]["stderr"])

    def test_a_program_never_ends(self):
        self.assert_run(self.server.run_code("print(1, flush=True)\nwhile True: pass",
                                             run_timeout=0.5),
                        "Failed", "TimeLimitExceeded", None, "1\n")

    def test_a_program_takes_too_much_memory(self):
        body = self.assert_run(self.server.run_code("x = 'x' * 10**9", memory_limit_MB=64),
                               "Failed", "Finished", -signal.SIGKILL, "")
        self.assertIn("67108864 bytes of memory", body["message"])

    def test_a_program_is_compiled(self):
        source = '#include <cstdio>\nint main() { std::puts("hi"); return 7; }'
        body = self.assert_run(self.server.run_code(source, "cpp"), "Failed", "Finished", 7, "hi\n")
        self.assertEqual(body["compile_result"]["return_code"], 0)

    def test_a_program_does_not_compile(self):
        code, body = self.server.run_code("int main() { return x; }", "cpp")
        self.assertEqual((code, body["status"], body["run_result"]), (200, "Failed", None))
        self.assertEqual(body["compile_result"]["status"], "Finished")
        self.assertEqual(body["compile_result"]["return_code"], 1)
        self.assertIn("main.cpp:1", body["compile_result"]["stderr"])

    def test_files_go_in_and_come_out(self):
        sent = bytes(range(256))
        answer = self.server.run_code(
            "import helper\nhelper.reverse('d/in', 'out')\nopen('empty', 'w')",
            files={"d/in": base64.b64encode(sent).decode(),
                   "helper.py": base64.b64encode(HELPER).decode()},
            fetch_files=["out", "empty", "missing"])
        body = self.assert_run(answer, "Success", "Finished", 0, "")
        self.assertEqual({name: base64.b64decode(text) for name, text in body["files"].items()},
                         {"out": sent[::-1], "empty": b""})

    def test_what_cannot_be_run_is_said(self):
        for expected, answer in [
                ("there is no language go; there are python, c, cpp, bash",
                 self.server.run_code("", "go")),
                ("memory_limit_MB is 2048; this server allows -1, or 1 to 1024",
                 self.server.run_code("", memory_limit_MB=2048)),
                ('the file name "../x" is no path below the working directory',
                 self.server.run_code("", files={"../x": ""}))]:
            code, body = answer
            self.assertEqual((code, body["status"], body["message"]),
                             (400, "SandboxError", expected))

    def test_other_requests(self):
        self.assertEqual(self.server.ask("GET", "/health"), (200, "ok"))
        self.assertEqual(self.server.ask("GET", "/run_code")[0], 405)
        self.assertEqual(self.server.ask("GET", "/")[0], 404)

    def test_many_at_a_time(self):
        with concurrent.futures.ThreadPoolExecutor(max_workers=32) as pool:
            answers = list(pool.map(lambda i: self.server.run_code("print(input())", stdin=str(i)),
                                    range(100)))
        for i, answer in enumerate(answers):
            self.assert_run(answer, "Success", "Finished", 0, f"{i}\n")


class TokenTest(unittest.TestCase):
    def test_without_the_token_nothing_is_run_and_it_is_never_shown(self):
        server = Server(token=TOKEN)
        request = json.dumps({"language": "python", "code": "print(1)"})
        password = base64.b64encode(f"verl:{TOKEN}".encode()).decode()
        for value, expected in [("", 401), ("Bearer no-token-of-this-test", 401),
                                (f"Bearer {TOKEN}", 200), (f"Basic {password}", 200)]:
            code, body = server.ask("POST", "/run_code", request, Authorization=value)
            self.assertEqual(code, expected, value)
            self.assertNotIn(TOKEN, json.dumps(body))
        self.assertEqual(server.ask("GET", "/health"), (200, "ok"))
        for environment in server.environments_of_children():
            self.assertNotIn(TOKEN.encode(), environment)
        status, printed = server.stop()
        self.assertEqual(status, 0, printed)
        self.assertNotIn(TOKEN, printed)

    def test_a_file_holds_it(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = training.write(os.path.join(folder, "token"), TOKEN + "\n")
        server = Server("--token-file", path, token="another-token-than-that")
        request = json.dumps({"language": "python", "code": "print(1)"})
        code, _ = server.ask("POST", "/run_code", request, Authorization=f"Bearer {TOKEN}")
        self.assertEqual((code, server.stop()[0]), (200, 0))


if __name__ == "__main__":
    training.main()
