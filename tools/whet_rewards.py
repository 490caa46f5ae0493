#!/usr/bin/env python3
"""Runs a Python reward function that was written for another trainer as a verifier of whet.

    whet_rewards.py WHERE [--kind trl|verl|openrlhf] [--kwargs JSON] [--messages | --texts]
                    [--batch N]

WHERE is FILE.py:FUNCTION or MODULE:FUNCTION. A factory is called where its arguments are given:
`trl.rewards:get_repetition_penalty_reward(ngram_size=3, max_penalty=-1.0)`, values as JSON. The
kind is told by the parameters' names:

    trl        f(completions, prompts?, completion_ids?, **columns) -> list of float or None;
               open-r1's too. Columns are those of the prompt's row, and the ground truth as
               `ground_truth`, `solution`, `answer`, `label` and `target`, unless the row has
               such a column. --messages gives completions as [{"role", "content"}], which
               is what a function gets whose annotation of `completions` has a dict in it.
    verl       f(data_source, solution_str, ground_truth, extra_info, **kwargs) -> number or dict
    openrlhf   f(queries, prompts, labels, **kwargs) -> tensor, list, or dict with "rewards"

--kwargs are passed besides. Functions may be asynchronous. None is no reward, never 0. A sample for
which the function raises has failed and is left out by whet; the traceback is in the log. What the
function prints goes to the log too. The standard library is all that this file needs.

In whet's configuration:

    rewards { command { argv: "python3" argv: "tools/whet_rewards.py" argv: "my.py:reward" } }
"""

import argparse
import asyncio
import importlib
import importlib.util
import inspect
import json
import math
import os
import re
import select
import sys
import traceback

VERSION = 1
TRUTH_NAMES = ("ground_truth", "solution", "answer", "label", "target")


def load(where):
    """The function at WHERE."""
    match = re.fullmatch(r"(?P<module>.+?):(?P<name>\w+)(\((?P<arguments>.*)\))?", where, re.S)
    if match is None:
        sys.exit(f"whet_rewards: {where} is not FILE.py:FUNCTION or MODULE:FUNCTION")
    name = match["module"]
    if name.endswith(".py"):
        spec = importlib.util.spec_from_file_location("rewards_of_whet", name)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        sys.path.insert(0, os.path.dirname(os.path.abspath(name)))
        spec.loader.exec_module(module)
    else:
        sys.path.insert(0, os.getcwd())
        module = importlib.import_module(name)
    function = getattr(module, match["name"])
    if match["arguments"] is None:
        return function
    arguments = {}
    for item in re.split(r",\s*(?=\w+\s*=)", match["arguments"].strip()):
        if item:
            key, value = item.split("=", 1)
            arguments[key.strip()] = json.loads(value)
    return function(**arguments)


def kind_of(function):
    names = set(inspect.signature(function).parameters)
    if {"solution_str", "ground_truth"} <= names:
        return "verl"
    if {"queries", "labels"} <= names:
        return "openrlhf"
    if names & {"completions", "completion_ids"}:
        return "trl"
    sys.exit(f"whet_rewards: cannot tell what {function} is written for by its parameters "
             f"{', '.join(sorted(names))}; give --kind")


def takes_messages(function):
    parameter = inspect.signature(function).parameters.get("completions")
    return parameter is not None and "dict" in str(parameter.annotation)


def listed(values):
    return values.tolist() if hasattr(values, "tolist") else list(values)


class Function:
    """One of the user's, called with samples; `call` returns a record for each."""

    def __init__(self, function, kind, messages, kwargs):
        self.function = function
        self.kind = kind
        self.messages = messages
        self.kwargs = kwargs
        parameters = inspect.signature(function).parameters.values()
        self.names = {parameter.name for parameter in parameters}
        self.takes_all = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)

    def call(self, samples):
        return getattr(self, self.kind)(samples)

    def run(self, **arguments):
        result = self.function(**arguments, **self.kwargs)
        return asyncio.run(result) if inspect.isawaitable(result) else result

    def accepted(self, arguments):
        if self.takes_all:
            return arguments
        return {name: value for name, value in arguments.items() if name in self.names}

    def trl(self, samples):
        columns = {}
        for name in sorted({name for sample in samples for name in sample["extra"]}):
            columns[name] = [sample["extra"].get(name) for sample in samples]
        for name in TRUTH_NAMES:
            columns.setdefault(name, [sample["ground_truth"] for sample in samples])
        texts = [sample["completion"] for sample in samples]
        given = {
            "prompts": [sample["prompt"] for sample in samples],
            "completions": [[{"role": "assistant", "content": text}] for text in texts]
                           if self.messages else texts,
            "trainer_state": None,
            "log_extra": lambda *_: None,
            "log_metric": lambda *_: None,
        }
        if all("completion_ids" in sample for sample in samples):
            given["completion_ids"] = [sample["completion_ids"] for sample in samples]
        elif "completion_ids" in self.names:
            raise ValueError("it needs token ids: set send_tokens of the command in whet's "
                             "configuration")
        values = self.run(**self.accepted({**columns, **given}))
        return [{"reward": value} for value in listed(values)]

    def verl(self, samples):
        return [self.verl_one(sample) for sample in samples]

    def verl_one(self, sample):
        extra = sample["extra"]
        model = extra.get("reward_model")
        truth = model.get("ground_truth") if isinstance(model, dict) else None
        info = extra.get("extra_info")
        value = self.run(**self.accepted({
            "data_source": sample["data_source"],
            "solution_str": sample["completion"],
            "ground_truth": sample["ground_truth"] if truth is None else truth,
            "extra_info": info if isinstance(info, dict) else extra,
        }))
        if isinstance(value, dict):
            rest = {key: item for key, item in value.items() if key != "score"}
            return {"reward": value["score"], "message": json.dumps(rest, default=str)}
        return {"reward": value[0] if isinstance(value, (tuple, list)) else value}

    def openrlhf(self, samples):
        value = self.run(**self.accepted({
            "queries": [sample["prompt"] + sample["completion"] for sample in samples],
            "prompts": [sample["prompt"] for sample in samples],
            "labels": [sample["ground_truth"] for sample in samples],
        }))
        rewards = value["rewards"] if isinstance(value, dict) else value
        return [{"reward": reward} for reward in listed(rewards)]


def checked(record):
    """The record, with a reward that is null or a finite number."""
    value = record["reward"]
    if hasattr(value, "item"):
        value = value.item()
    if value is not None:
        value = float(value)
        if not math.isfinite(value):
            return {"error": f"the reward is {value}"}
    return {**record, "reward": value}


def judge(function, samples):
    """Records of all samples. Where the function raises, each is tried alone."""
    try:
        records = function.call(samples)
        if len(records) != len(samples):
            raise ValueError(f"it gave {len(records)} rewards for {len(samples)} samples")
        return [checked(record) for record in records]
    except Exception as error:  # Whatever a user's function raises.
        if len(samples) > 1:
            return [judge(function, [sample])[0] for sample in samples]
        traceback.print_exc()
        return [{"error": f"{type(error).__name__}: {error}"}]


class Lines:
    """Lines from a file descriptor: the first is waited for, those that are there come with it."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.rest = b""

    def read(self, count_max):
        lines = []
        while True:
            *complete, rest = self.rest.split(b"\n", count_max - len(lines))
            lines += complete
            self.rest = rest
            if len(lines) >= count_max:
                return lines
            if lines and not select.select([self.descriptor], [], [], 0)[0]:
                return lines
            more = os.read(self.descriptor, 1 << 20)
            if not more:
                return lines
            self.rest += more


def guarded():
    """Descriptors of the protocol's input and output. What the user's module prints, from its
    import on, is no answer then, and what it reads, or a program that it starts, no sample."""
    source, out = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return source, os.fdopen(out, "w", encoding="utf-8")


def serve(function, batch, source, out):
    print(json.dumps({"whet_verifier": VERSION}), file=out, flush=True)
    lines = Lines(source)
    while True:
        samples = [json.loads(line) for line in lines.read(batch)]
        if not samples:
            return
        for sample, record in zip(samples, judge(function, samples)):
            out.write(json.dumps({"id": sample["id"], **record}) + "\n")
        out.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("where")
    parser.add_argument("--kind", choices=["trl", "verl", "openrlhf"])
    parser.add_argument("--kwargs", type=json.loads, default={})
    parser.add_argument("--messages", action="store_true")
    parser.add_argument("--texts", action="store_true")
    parser.add_argument("--batch", type=int, default=256)
    arguments = parser.parse_args()
    if arguments.batch < 1:
        parser.error("--batch must be at least 1")
    source, out = guarded()
    function = load(arguments.where)
    kind = arguments.kind or kind_of(function)
    messages = arguments.messages or (takes_messages(function) and not arguments.texts)
    serve(Function(function, kind, messages, arguments.kwargs), arguments.batch, source, out)


if __name__ == "__main__":
    main()
