#!/usr/bin/env python3
"""How punctual jails are while all processors are busy, and how they scale.

    sandbox_load.py WHET      WHET is build/release/bin/whet

Prints how far beyond a wall limit of 1 s programs were ended (20 runs each), whether programs that
need half their CPU limit are ever failed, and how long 64 programs with 8 tests each take in one
jail, in one a processor, and with one among them that hangs.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

SLEEPS = "import time\ntime.sleep(100)\n"
FORKS = ("import os\nfor i in range(11):\n  try: os.fork()\n  except OSError: break\n"
         "while True: pass\n")
SPINS = "while True: pass\n"
HALF = "import time\nwhile time.process_time() < 1.0: pass\n"
REPEATS = 20


def run(whet, folder, source, *arguments):
    path = os.path.join(folder, "program.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(source)
    done = subprocess.run([whet, "sandbox", "run", path, *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[0])


def punctuality(whet, folder):
    for name, source in (("sleeps", SLEEPS), ("forks", FORKS), ("spins", SPINS)):
        late = sorted(run(whet, folder, source, "--wall", "1s", "--cpu", "60s")["wall_ms"] - 1000
                      for _ in range(REPEATS))
        print(f"{name}: ended {late[REPEATS // 2]:.0f} ms late (median), {late[-1]:.0f} ms at most")
    ended = [run(whet, folder, HALF)["ending"] for _ in range(REPEATS)]
    print(f"half its CPU limit: {ended.count('ok')} of {REPEATS} ok")


def scaling(whet, folder):
    tests = [{"stdin": f"{i}\n", "expected_stdout": f"{i * i}\n"} for i in range(8)]
    program = "n=int(input())\nfor i in range(300000): pass\nprint(n*n)\n"

    def seconds(hanging, *arguments):
        path = os.path.join(folder, "rows.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            for i in range(64):
                answer = SLEEPS if hanging and i == 5 else program
                file.write(json.dumps({"id": i, "task": {"tests": tests}, "answer": answer}) + "\n")
        begin = time.monotonic()
        subprocess.run([whet, "verify", "code", "--programs", "--jsonl", path, *arguments],
                       stdout=subprocess.DEVNULL, check=True)
        return time.monotonic() - begin

    one, all_of_them, hanging = seconds(False, "--jails", "1"), seconds(False), seconds(True)
    print(f"64 programs x 8 tests: {one:.1f} s in one jail, {all_of_them:.1f} s in "
          f"{os.cpu_count()}, {hanging:.1f} s with one that hangs")


def main():
    whet = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        busy = [subprocess.Popen([sys.executable, "-c", SPINS]) for _ in range(os.cpu_count())]
        try:
            punctuality(whet, folder)
        finally:
            for process in busy:
                process.kill()
        scaling(whet, folder)


if __name__ == "__main__":
    main()
