# What the zygote runs, in a namespace of its own: it imports what programs import most, and each
# program goes on behind serve(), with PythonLanguage()'s own start. Python's usual end would take
# down, and so copy, all that the zygote has; who reaches the end of his program takes down only
# what is his, in the same order. Other ends, by exceptions and exit(), are as usual.
import sys

if "" in sys.path:
    sys.path.remove("")

import atexit, bisect, collections, functools, gc, heapq, itertools, json, math, operator, os, re
import string, threading, types, typing, weakref, _sitebuiltins, whet_zygote

OURS = {*sys.modules} - {"__main__"}


def flush():
    for file in sys.stdout, sys.stderr:
        if file is not None and not file.closed:
            file.flush()


def clear(names):
    for private in True, False:
        for name in [*names]:
            if (name[:1] == "_" and name[:2] != "__") == private and name != "__builtins__":
                names[name] = None


def take_down():
    gc.collect()  # Afterwards, what has come before what it has: a file before its buffer.
    modules = []
    for name in {*sys.modules} - OURS:
        if isinstance(sys.modules[name], types.ModuleType):
            modules.append(weakref.ref(sys.modules[name]))
        sys.modules[name] = None
    gc.collect()
    for module in modules:
        if module() is not None:
            clear(module().__dict__)
    gc.collect()


# The first that is registered is the last that is called.
@atexit.register
def end():
    if not ended:
        return
    try:
        flush()
    except BaseException:
        return  # To be told as usual.
    take_down()
    flush()
    os._exit(0)


def names_of_main():
    # A module of its own: what is frozen below is never collected.
    main = types.ModuleType("__main__")
    main.__dict__.update(sys.modules["__main__"].__dict__)
    sys.modules["__main__"] = main
    return main.__dict__


ended = False
gc.collect()
gc.freeze()
sys.argv[1:] = whet_zygote.serve()
exec(whet_zygote.start, names_of_main())
ended = True
