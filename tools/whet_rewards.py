#!/usr/bin/env python3
"""Runs a Python reward function that was written for another trainer as a verifier of whet.

    whet_rewards.py WHERE [--kind trl|verl|openrlhf] [--kwargs JSON] [--messages | --texts]
                    [--batch N]

WHERE is FILE.py:NAME or MODULE:NAME: a function, an object that can be called, or a class of such.
A factory is called where its arguments are given, as Python writes them:
`trl.rewards:get_soft_overlong_punishment(max_completion_len=4096, soft_punish_cache=512)`. The kind
is told by the parameters' names, or by what a function of **kwargs takes from them:

    trl        f(prompts, completions, completion_ids, **columns) -> list of float or None; each
               may be missing. open-r1's too. Columns are those of the prompt's row, the ground
               truth also as `ground_truth`, `solution`, `answer`, `label` and `target`, and the
               prompt as `question`, `problem` and `input`, unless the row has such a column.
               Completions are texts, or [{"role", "content"}] for a function that annotates them
               so or looks for "content", and, as in TRL, where the prompt is messages; --messages
               and --texts decide it. log_extra and log_metric do nothing, trainer_state is None.
    verl       f(data_source, solution_str, ground_truth, extra_info) -> number, dict with "score"
               or tuple that begins with it; the plurals of the batch manager, too
    openrlhf   f(queries, prompts, labels) -> tensor, list, or dict with "rewards"; if its name is
               reward_func the parameters may have any

--kwargs are passed besides (verl's reward_kwargs). Functions may be asynchronous. None is no
reward, never 0. A sample for which the function raises or exits has failed and is left out by whet;
the traceback is in the log. What the function prints goes to the log too. The standard library is
all that this file needs.

In whet's configuration:

    rewards { command { argv: "python3" argv: "tools/whet_rewards.py" argv: "my.py:reward" } }
"""

import argparse
import ast
import asyncio
import functools
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
import types

VERSION = 1
TRUTH_NAMES = ("ground_truth", "solution", "answer", "label", "target")
QUESTION_NAMES = ("question", "problem", "input")
# What TRL gives functions by itself: a column of that name is not theirs.
TRL_NAMES = ("prompt", "completion", "prompts", "completions", "completion_ids")
# Whose function it is that takes such a parameter; the first that is there decides.
SIGNS = {"completions": "trl", "completion_ids": "trl", "solution_str": "verl",
         "solution_strs": "verl", "queries": "openrlhf", "prompts": "trl"}
MESSAGE_LENGTH_MAX = 4000
FAILURES = (Exception, SystemExit, asyncio.CancelledError)


def imported(path):
    """The module of FILE.py. Its folder is first in sys.path, as a main program's is, and it has
    its own name, so that processes that it spawns find it again; unless the name is another's."""
    path = os.path.abspath(path)
    folder, name = os.path.split(path)
    name = name[:-len(".py")]
    if has_relative_import(path):
        while os.path.exists(os.path.join(folder, "__init__.py")):
            folder, package = os.path.split(folder)
            name = f"{package}.{name}"
        sys.path.insert(0, folder)
        return importlib.import_module(name.removesuffix(".__init__"))
    if is_free(name, path):
        sys.path.insert(0, folder)
    else:
        sys.path.append(folder)
        name = "rewards_of_whet"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def is_free(name, path):
    if "." in name or name in sys.modules:
        return False
    spec = importlib.util.find_spec(name)
    return spec is None or spec.origin == path


def has_relative_import(path):
    with open(path, "rb") as file:
        tree = ast.parse(file.read(), path)
    return any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree))


def load(where):
    """What can be called at WHERE."""
    match = re.fullmatch(r"(.+?):([\w.]+)(\(.*\))?\s*", where, re.S)
    if match is None:
        sys.exit(f"whet_rewards: {where} is not FILE.py:FUNCTION or MODULE:FUNCTION")
    place, name, arguments = match.groups()
    if place.endswith(".py"):
        module = imported(place)
    else:
        sys.path.insert(0, os.getcwd())
        module = importlib.import_module(place)
    function = functools.reduce(getattr, name.split("."), module)
    if arguments is not None:
        call = ast.parse(f"f{arguments}", mode="eval").body
        return function(*map(ast.literal_eval, call.args),
                        **{item.arg: ast.literal_eval(item.value) for item in call.keywords})
    return function() if inspect.isclass(function) else function


def parameters_of(function):
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # Of some that are written in C.
        return {}


def words_of(function, seen):
    """Names of parameters and texts in the code of a function, of those that it wraps, and of those
    of its module that it calls."""
    while isinstance(function, functools.partial):
        function = function.func
    if not hasattr(function, "__code__") and not inspect.ismethod(function):
        function = type(function).__call__
    function = getattr(function, "__func__", function)
    if not isinstance(function, types.FunctionType) or function in seen:
        return set()
    seen.add(function)
    code = function.__code__
    words = set(code.co_varnames[:code.co_argcount + code.co_kwonlyargcount])
    codes = [code]
    others = [getattr(function, "__wrapped__", None)]
    others += [cell.cell_contents for cell in function.__closure__ or () if filled(cell)]
    for code in codes:
        codes += [constant for constant in code.co_consts if inspect.iscode(constant)]
        words |= {constant for constant in code.co_consts if isinstance(constant, str)}
        called = [function.__globals__.get(name) for name in code.co_names]
        others += [one for one in called if getattr(one, "__module__", "") == function.__module__]
    for other in filter(callable, others):
        words |= words_of(other, seen)
    return words


def filled(cell):
    try:
        return cell.cell_contents is not None
    except ValueError:  # Of a variable that is not set yet.
        return False


def kind_of(function):
    names = parameters_of(function)
    for words in (names, words_of(function, set())):
        for sign, kind in SIGNS.items():
            if sign in words:
                return kind
    name = getattr(function, "__name__", "")
    if name == "compute_score" and "ground_truth" in names:
        return "verl"
    if name == "reward_func" and len(names) >= 3:
        return "openrlhf"
    sys.exit(f"whet_rewards: cannot tell what {name or function} is written for by its parameters: "
             f"{', '.join(names)}; give --kind, or arguments if it makes the function: NAME(...)")


def form_of(function):
    """"messages" or "texts", whichever the function takes completions for; None if either."""
    parameter = parameters_of(function).get("completions")
    annotation = "" if parameter is None else str(parameter.annotation)
    if "dict" in annotation.lower():
        return "messages"
    if re.search(r"\bstr\b", annotation):
        return "texts"
    return "messages" if "content" in words_of(function, set()) else None


def conversation_of(prompt):
    """The messages that a row's prompt was; None where it was a text."""
    if not prompt.startswith("[{"):
        return None
    try:
        messages = json.loads(prompt)
    except ValueError:
        return None
    return messages if all("role" in message for message in messages) else None


def truth_of(sample):
    """The ground truth as the row has it: where it is no text, whet says its JSON, too."""
    extra, text = sample["extra"], sample["ground_truth"]
    model = extra.get("reward_model")
    if isinstance(model, dict) and model.get("ground_truth") is not None:
        return model["ground_truth"]
    others = [extra.get(name) for name in TRUTH_NAMES]
    others = [value for value in others if value is not None and not isinstance(value, str)]
    return next((value for value in others if value == value_of(text)), text)


def value_of(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def nothing(*_, **__):
    """For log_extra and log_metric."""


def listed(values):
    """A list of numbers from a list, an array of whatever shape, or a number alone."""
    if hasattr(values, "reshape"):
        values = values.reshape(-1)
    if hasattr(values, "tolist"):
        values = values.tolist()
    return [values] if hasattr(values, "__float__") else list(values)


def record_of(value):
    """The answer with a reward that is None or a number."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (str, bytes)):
        raise TypeError(f"the reward is a text: {value!r}")
    if value is not None:
        value = float(value)
        if not math.isfinite(value):
            raise ValueError(f"the reward is {value}")
    return {"reward": value}


def scored(value):
    """The answer for what a function of verl says."""
    if isinstance(value, dict):
        rest = {key: item for key, item in value.items() if key != "score"}
        return {**record_of(value["score"]),
                "message": json.dumps(rest, default=str)[:MESSAGE_LENGTH_MAX]}
    return record_of(value[0] if isinstance(value, (tuple, list)) else value)


def failure(error):
    traceback.print_exception(type(error), error, error.__traceback__)
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    return {"error": text[:MESSAGE_LENGTH_MAX]}


def attempted(make, value):
    try:
        return make(value)
    except FAILURES as error:
        return failure(error)


def call_here(function, arguments):
    """What the function returns. A child that it forks ends with it."""
    process = os.getpid()
    code = 1
    try:
        result = function(**arguments)
        code = 0
        return result
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        raise
    finally:
        if os.getpid() != process:
            sys.stdout.flush()
            os._exit(code)


class Judge:
    """A function of the user's, called as its trainer does."""

    def __init__(self, function, kind, form, kwargs):
        self.function = function
        self.kind = kind
        self.form = form
        self.kwargs = kwargs
        parameters = parameters_of(function)
        kinds = [parameter.kind for parameter in parameters.values()]
        self.takes_all = not parameters or inspect.Parameter.VAR_KEYWORD in kinds
        named = [parameter for parameter in parameters.values()
                 if parameter.kind not in (inspect.Parameter.VAR_KEYWORD,
                                           inspect.Parameter.VAR_POSITIONAL)]
        self.names = [parameter.name for parameter in named]
        self.needed = [parameter.name for parameter in named
                       if parameter.default is inspect.Parameter.empty]
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)

    def records(self, lines):
        """Lists of samples and their records, as they are known. Where a call for several fails,
        each is tried alone."""
        samples = [json.loads(line) for line in lines]
        if self.kind == "verl" and "solution_strs" not in self.names:
            yield from self.one_by_one(samples)
            return
        try:
            values = self.run(getattr(self, self.kind)(samples))
            values = listed(values["rewards"] if isinstance(values, dict) else values)
            if len(values) != len(samples):
                raise ValueError(f"it gave {len(values)} rewards for {len(samples)} samples")
            records = [attempted(scored if self.kind == "verl" else record_of, value)
                       for value in values]
        except FAILURES as error:
            if len(lines) > 1:
                for line in lines:
                    yield from self.records([line])
                return
            records = [failure(error)]
        yield list(zip(samples, records))

    def one_by_one(self, samples):
        """The same for functions that take one sample: asynchronous ones are run together."""
        waited_for = []
        for sample in samples:
            try:
                value = self.call(self.verl_one(sample))
                if inspect.isawaitable(value):
                    waited_for.append(self.settled(sample, value))
                    continue
                record = scored(value)
            except FAILURES as error:
                record = failure(error)
            yield [(sample, record)]
        if waited_for:
            yield self.loop.run_until_complete(self.together(waited_for))

    async def together(self, coroutines):
        return await asyncio.gather(*coroutines)

    async def settled(self, sample, awaitable):
        try:
            return sample, scored(await awaitable)
        except FAILURES as error:
            return sample, failure(error)

    def run(self, arguments):
        result = self.call(arguments)
        return self.loop.run_until_complete(result) if inspect.isawaitable(result) else result

    def call(self, arguments):
        accepted = {name: value for name, value in arguments.items()
                    if self.takes_all or name in self.names}
        return call_here(self.function, {**accepted, **self.kwargs})

    def trl(self, samples):
        columns = {}
        for name in sorted({name for sample in samples for name in sample["extra"]}):
            columns[name] = [sample["extra"].get(name) for sample in samples]
        columns.setdefault("data_source", [sample["data_source"] for sample in samples])
        truths = [truth_of(sample) for sample in samples]
        for name in TRUTH_NAMES:
            columns.setdefault(name, truths)
        for name in QUESTION_NAMES:
            columns.setdefault(name, [sample["prompt"] for sample in samples])
        for name in TRL_NAMES:
            columns.pop(name, None)
        forms = [self.in_form(sample) for sample in samples]
        columns["prompts"] = [prompt for prompt, _ in forms]
        columns["completions"] = [completion for _, completion in forms]
        if all("completion_ids" in sample for sample in samples):
            columns["completion_ids"] = [sample["completion_ids"] for sample in samples]
        elif "completion_ids" in self.needed:
            raise ValueError("it needs token ids: set send_tokens of the command in whet's "
                             "configuration")
        return {**columns, "trainer_state": None, "log_extra": nothing, "log_metric": nothing}

    def in_form(self, sample):
        prompt, text = sample["prompt"], sample["completion"]
        conversation = conversation_of(prompt)
        if self.form == "texts" or (self.form is None and conversation is None):
            return prompt, text
        return (conversation or [{"role": "user", "content": prompt}],
                [{"role": "assistant", "content": text}])

    def verl(self, samples):
        """For verl's batch manager."""
        singles = [self.verl_one(sample) for sample in samples]
        return {f"{name}s": [single[name] for single in singles]
                for name in ("data_source", "solution_str", "ground_truth", "extra_info")}

    def verl_one(self, sample):
        extra = sample["extra"]
        info = extra.get("extra_info")
        arguments = {
            "data_source": sample["data_source"],
            "solution_str": sample["completion"],
            "ground_truth": truth_of(sample),
            "extra_info": {**(info if isinstance(info, dict) else extra), "num_turns": None,
                           "rollout_reward_scores": {}},
        }
        return self.renamed(arguments, ["solution_str"])

    def openrlhf(self, samples):
        arguments = {
            "queries": [sample["prompt"] + sample["completion"] for sample in samples],
            "prompts": [sample["prompt"] for sample in samples],
            "labels": [truth_of(sample) for sample in samples],
        }
        return self.renamed(arguments, list(arguments))

    def renamed(self, arguments, positional):
        """What the trainer gives by position, under the function's own names."""
        own = [name for name in self.needed if name not in arguments and name not in self.kwargs]
        unnamed = [name for name in positional if name not in self.names]
        return {**arguments, **{name: arguments[other] for name, other in zip(own, unnamed)}}


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
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    return source, os.fdopen(out, "wb")


def serve(judge, batch, source, out):
    out.write(json.dumps({"whet_verifier": VERSION}).encode() + b"\n")
    out.flush()
    lines = Lines(source)
    while True:
        received = lines.read(batch)
        if not received:
            return
        for answers in judge.records(received):
            for sample, record in answers:
                answer = json.dumps({"id": sample["id"], **record}, ensure_ascii=False)
                out.write(answer.encode("utf-8", "replace") + b"\n")
            out.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("where")
    parser.add_argument("--kind", choices=["trl", "verl", "openrlhf"])
    parser.add_argument("--kwargs", type=json.loads, default={})
    parser.add_argument("--messages", dest="form", action="store_const", const="messages")
    parser.add_argument("--texts", dest="form", action="store_const", const="texts")
    parser.add_argument("--batch", type=int, default=256)
    arguments = parser.parse_args()
    if arguments.batch < 1:
        parser.error("--batch must be at least 1")
    source, out = guarded()
    sys.argv[1:] = []  # They are not the user's module's.
    function = load(arguments.where)
    kind = arguments.kind or kind_of(function)
    form = arguments.form or form_of(function)
    serve(Judge(function, kind, form, arguments.kwargs), arguments.batch, source, out)


if __name__ == "__main__":
    main()
