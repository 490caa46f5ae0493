"""Runs tests of a Python program inside a jail. Embedded in the code verifier: python_harness.h.

    main.py call      stdin: {"entry", "args"}; stdout: the result as of rewards/code/canonical.h
    main.py assert    stdin: {"entry", "prelude", "setup", "test"}; stdout: "passed" if nothing
                      failed, "bad test: …" if the test itself is to blame

The program is solution.py; prelude.py goes before it. Whatever runs in its process is not trusted,
this code included: what it prints is a claim, which the verifier compares. Asserts know what they
expect, so they run in another process, which the program cannot look into; the two exchange values.
"""

import builtins
import collections
import json
import os
import re
import sys
import types

# A program may write modules there. They are its own, and none of a tester's.
sys.path.remove(os.getcwd())

DEPTH_MAX = 64
BYTES_MAX = 1 << 20
DIGITS_MAX = 100_000

# A value of one of these is equal to a dict, and is handed on as one.
DICTS = (dict, collections.Counter, collections.OrderedDict, collections.defaultdict)

# What programs in data sets use without importing it.
MODULES = ("bisect", "collections", "copy", "datetime", "functools", "heapq", "itertools", "math",
           "operator", "random", "re", "statistics", "string", "sys", "time")
NAMES = {
    "bisect": ("bisect_left", "bisect_right", "insort"),
    "collections": ("ChainMap", "Counter", "OrderedDict", "defaultdict", "deque", "namedtuple"),
    "functools": ("cache", "cmp_to_key", "lru_cache", "partial", "reduce"),
    "heapq": ("heapify", "heappop", "heappush", "heappushpop", "heapreplace", "nlargest",
              "nsmallest"),
    "itertools": ("accumulate", "chain", "combinations", "combinations_with_replacement", "count",
                  "cycle", "groupby", "islice", "pairwise", "permutations", "product", "repeat",
                  "starmap", "takewhile", "zip_longest"),
    "math": ("ceil", "comb", "factorial", "floor", "gcd", "inf", "isqrt", "lcm", "log", "log2",
             "perm", "pi", "sqrt"),
    "typing": ("Any", "Callable", "Deque", "Dict", "FrozenSet", "Generator", "Iterable", "Iterator",
               "List", "Optional", "Sequence", "Set", "Tuple", "Type", "Union"),
}


def read(name):
    try:
        with open(name, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def load_program():
    """The globals of prelude and program."""
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    names = module.__dict__
    texts = [read("prelude.py"), read("solution.py")]
    words = set(re.findall(r"[A-Za-z_]\w*", "\n".join(texts)))
    for name in words.intersection(MODULES):
        names[name] = __import__(name)
    for source, wanted in NAMES.items():
        for name in words.intersection(wanted):
            names[name] = getattr(__import__(source), name)
    for name, text in zip(("prelude.py", "solution.py"), texts):
        exec(compile(text, name, "exec"), names)
    return names


def find_entry(names, entry):
    """A function of the program, or a method of its class Solution."""
    found = names
    for part in entry.split("."):
        found = found.get(part) if found is names else getattr(found, part)
    if found is None and "Solution" in names:
        found = getattr(names["Solution"](), entry)
    if found is None:
        raise NameError(f"the program defines no {entry}")
    return found


def is_tuple(value):
    """Named ones too."""
    kind = type(value)
    return kind is tuple or kind.__bases__ == (tuple,) and hasattr(kind, "_fields")


def canonical(value, depth=0):
    """rewards/code/canonical.h. By exact type: what only looks like a number is none."""
    kind = type(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int or kind is str:
        return json.dumps(value)
    if kind is float:
        if value != value:
            return "NaN"
        return "Infinity" if value == float("inf") else \
            "-Infinity" if value == float("-inf") else repr(value)
    if depth >= DEPTH_MAX:
        raise ValueError("the result is too deep")
    if kind is list or is_tuple(value):
        return "[" + ",".join(canonical(item, depth + 1) for item in value) + "]"
    if kind in DICTS:
        parts = []
        for key, item in value.items():
            if type(key) is not str and type(key) is not int:
                raise TypeError("a key of the result is neither text nor integer")
            parts.append(json.dumps(str(key)) + ":" + canonical(item, depth + 1))
        return "{" + ",".join(parts) + "}"
    raise TypeError(f"the result holds a {kind.__name__}")


def write_all(fd, text):
    data = text.encode("utf-8", "surrogatepass")
    while data:
        data = data[os.write(fd, data):]


def silence_stdout():
    """What the program prints is of no account; returns the real stdout."""
    real = os.dup(1)
    null = os.open("/dev/null", os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    return real


def end(real, text):
    """No handlers at exit, no threads that are waited for: the answer is given."""
    write_all(real, text)
    os._exit(0)


def run_call():
    task = json.loads(sys.stdin.read())
    real = silence_stdout()
    function = find_entry(load_program(), task["entry"])
    arguments = task["args"]
    result = function(*arguments)
    text = canonical(result)
    if len(text) > BYTES_MAX:
        raise ValueError("the result is too large")
    end(real, text)


# --- Asserts: two processes, and values between them. ------------------------------------------


def pack(value, handles, depth=0):
    """As JSON with its exact type; what is no plain value stays behind, as a handle."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return {"int": str(value)}
    if kind is float:
        return {"float": repr(value)}
    if kind is complex:
        return {"complex": [repr(value.real), repr(value.imag)]}
    if kind is bytes:
        return {"bytes": value.hex()}
    if isinstance(value, Handle):
        return {"handle": value._number}
    if depth >= DEPTH_MAX:
        raise ValueError("a value is too deep")
    if kind in (list, set, frozenset) or is_tuple(value):
        name = "tuple" if is_tuple(value) else kind.__name__
        return {name: [pack(item, handles, depth + 1) for item in value]}
    if kind in DICTS:
        return {"dict": [[pack(key, handles, depth + 1), pack(item, handles, depth + 1)]
                         for key, item in value.items()]}
    if kind is type and getattr(builtins, value.__name__, None) is value:
        return {"type": value.__name__}
    if handles is None:
        raise TypeError(f"a {kind.__name__} cannot be handed to the program")
    handles.append(value)
    return {"handle": len(handles) - 1}


def unpack(packed, resolve):
    if packed is None or type(packed) in (bool, str):
        return packed
    (kind, content), = packed.items()
    if kind == "int":
        return int(content)
    if kind == "float":
        return float(content)
    if kind == "complex":
        return complex(float(content[0]), float(content[1]))
    if kind == "bytes":
        return bytes.fromhex(content)
    if kind == "handle":
        return resolve(content)
    if kind == "type":
        return builtin_type(content, object)
    if kind == "dict":
        return {unpack(key, resolve): unpack(item, resolve) for key, item in content}
    items = (unpack(item, resolve) for item in content)
    return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind](items)


def builtin_type(name, of):
    """Python's own type of this name, if it is a subclass of `of`."""
    kind = getattr(builtins, str(name), None)
    if not (isinstance(kind, type) and issubclass(kind, of)):
        raise ValueError(f"{name} is no type of Python's own")
    return kind


def own_type_of(error):
    """The name of the nearest type of Python's own."""
    for kind in type(error).__mro__:
        if getattr(builtins, kind.__name__, None) is kind:
            return kind.__name__
    return "Exception"


def mutate(argument, new):
    """What the program did to a list, dict or set that it was given."""
    if type(argument) is list and type(new) is list:
        argument[:] = new
    elif type(argument) in (dict, set) and type(argument) is type(new):
        argument.clear()
        argument.update(new)


class Channel:
    def __init__(self, read_fd, write_fd):
        self.reader = os.fdopen(read_fd, "rb")
        self.write_fd = write_fd

    def send(self, message):
        write_all(self.write_fd, json.dumps(message) + "\n")

    def receive(self):
        line = self.reader.readline(16 * BYTES_MAX)
        if not line.endswith(b"\n"):
            raise EOFError("the program ended")
        return json.loads(line)


class ProgramError(Exception):
    """An exception of the program that has no type of Python's own."""


class Handle:
    """Something in the program's process. It is equal to itself alone: the program has no say."""

    __slots__ = ("_number", "_ask")

    def __init__(self, number, ask):
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_ask", ask)

    def __getattr__(self, name):
        return self._ask("attribute", self, name)

    def __setattr__(self, name, value):
        self._ask("set", self, name, value)

    def __call__(self, *arguments, **named):
        return self._ask("call", self, list(arguments), named)

    def __getitem__(self, key):
        return self._ask("item", self, key)

    def __len__(self):
        return self._ask("length", self)

    def __iter__(self):
        return iter(self._ask("items", self))

    def __bool__(self):
        raise TypeError("the program returned an object where a plain value was to be")

    def __str__(self):
        return str(self._ask("text", self))

    __repr__ = __str__


OPERATIONS = {
    "attribute": lambda value, name: getattr(value, name),
    "set": lambda value, name, new: setattr(value, name, new),
    "call": lambda value, arguments, named: value(*arguments, **named),
    "item": lambda value, key: value[key],
    "length": lambda value: len(value),
    "items": lambda value: list(value),
    "text": lambda value: str(value),
}


def serve_program(channel):
    """The program's process."""
    handles = []
    try:
        names = load_program()
    except BaseException as error:
        channel.send({"failed": f"{type(error).__name__}: {error}"})
        raise
    channel.send({"names": [name for name in names if not name.startswith("__")]})
    while True:
        request = channel.receive()
        try:
            if "name" in request:
                value = find_entry(names, request["name"])
            else:
                arguments = unpack(request["arguments"], handles.__getitem__)
                value = OPERATIONS[request["operation"]](*arguments)
            answer = {"value": pack(value, handles)}
            if request.get("operation") == "call":
                answer["arguments"] = pack(arguments[1], handles)
        except Exception as error:
            answer = {"raised": own_type_of(error), "text": str(error)[:1000]}
        channel.send(answer)


def hide():
    """So that the process which forks off may not look into this one."""
    import ctypes  # pylint: disable=import-outside-toplevel
    pr_set_dumpable = 4
    if ctypes.CDLL(None).prctl(pr_set_dumpable, 0, 0, 0, 0) != 0:
        raise OSError("prctl")


def global_names(code):
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= global_names(constant)
    return names


def run_assert():
    hide()
    to_program, from_program = os.pipe(), os.pipe()
    if os.fork() == 0:
        # Neither the tests on stdin nor the real stdout are there for the program.
        os.dup2(os.open("/dev/null", os.O_RDWR), 0)
        os.dup2(0, 1)
        os.close(to_program[1])
        os.close(from_program[0])
        try:
            serve_program(Channel(to_program[0], from_program[1]))
        finally:
            os._exit(0)
    os.close(to_program[0])
    os.close(from_program[1])
    channel = Channel(from_program[0], to_program[1])
    task = json.loads(sys.stdin.read())
    real = silence_stdout()
    handles = {}
    uses = 0  # Of the program by the test.

    def resolve(number):
        return handles.setdefault(int(number), Handle(int(number), ask))

    def result_of(answer):
        if "value" in answer:
            return unpack(answer["value"], resolve)
        kind = builtin_type(answer["raised"], Exception)
        # To a loop of the test it would be no error.
        if issubclass(kind, (StopIteration, StopAsyncIteration)):
            kind = ProgramError
        raise kind(answer["text"])

    def ask(operation, *arguments):
        nonlocal uses
        uses += 1
        channel.send({"operation": operation, "arguments": pack(list(arguments), None)})
        answer = channel.receive()
        for argument, new in zip(arguments[1] if operation == "call" else (),
                                 unpack(answer.get("arguments", {"list": []}), resolve)):
            mutate(argument, new)
        return result_of(answer)

    loaded = channel.receive()
    if "failed" in loaded:
        sys.exit("the program failed: " + str(loaded["failed"]))
    offered = {str(name) for name in loaded["names"]}

    # unittest looks for test cases in __main__.
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    names = module.__dict__
    try:
        prelude = compile(task["prelude"], "prelude.py", "exec")
        setup = compile(task["setup"], "setup.py", "exec")
        test = compile(task["test"], "test.py", "exec")
    except (SyntaxError, ValueError) as error:
        end(real, f"bad test: {error}")
    exec(prelude, names)
    known = set(names) - {task["entry"]}
    for name in (global_names(setup) | global_names(test) | {task["entry"]}) - known:
        if name and name in offered or name == task["entry"] != "":
            channel.send({"name": name})
            names[name] = result_of(channel.receive())
            uses += not isinstance(names[name], Handle)
    sys.argv = ["test.py"]
    try:
        exec(setup, names)
        exec(test, names)
    except SystemExit as ended:  # unittest.main: its code is whether tests failed.
        if ended.code not in (None, 0, False):
            raise
    end(real, "passed" if uses else "bad test: it never uses the program")


if __name__ == "__main__":
    sys.set_int_max_str_digits(DIGITS_MAX)
    run_call() if sys.argv[1] == "call" else run_assert()
