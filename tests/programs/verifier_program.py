#!/usr/bin/env python3
"""Does what a completion says, well or badly: for tests/rewards/custom/command_rule_test.cc.

    good X      rewards it with X                  null       gives no reward
    nan         writes NaN                         twice X    answers twice
    text        rewards it with a text             none       never answers
    die         ends at once                       huge       writes a line of 20 MB
    garbage     writes what is no JSON             hold X     answers with X after the next sample
    fork X      answers with X, and leaves a process behind that keeps the pipes
    stranger    answers to an id that nobody asked

Started with an argument it misbehaves at once: "noise" writes a line of text first, "mute" nothing,
"other" speaks another version, "fail" writes "no licence" to stderr and ends.
"""

import json
import os
import sys
import time


def say(**record):
    print(json.dumps(record), flush=True)


def obey(request, held):
    verb, _, rest = request["completion"].partition(" ")
    number = request["id"]
    if verb == "good":
        say(id=number, reward=float(rest))
    elif verb == "null":
        say(id=number, reward=None, message="does not apply")
    elif verb == "nan":
        say(id=number, reward=float("nan"))
    elif verb == "text":
        say(id=number, reward="much")
    elif verb == "twice":
        say(id=number, reward=float(rest))
        say(id=number, reward=float(rest))
    elif verb == "die":
        print("out of luck", file=sys.stderr, flush=True)
        os._exit(3)
    elif verb == "huge":
        print("x" * 20_000_000, flush=True)
    elif verb == "garbage":
        print("what?", flush=True)
    elif verb == "stranger":
        say(id=number + 1000, reward=1.0)
    elif verb == "fork":
        if os.fork() == 0:
            time.sleep(600)
        say(id=number, reward=float(rest))
    elif verb == "hold":
        held.append((number, float(rest)))
        return
    while held:
        late, reward = held.pop()
        say(id=late, reward=reward)


def main():
    manner = sys.argv[1] if len(sys.argv) > 1 else ""
    if manner == "noise":
        print("Welcome to the verifier!", flush=True)
    if manner == "fail":
        sys.exit("no licence")
    if manner == "mute":
        time.sleep(600)
    say(whet_verifier=7 if manner == "other" else 1)
    held = []
    for line in sys.stdin:
        obey(json.loads(line), held)


main()
