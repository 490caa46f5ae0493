#!/usr/bin/env python3
"""Makes the data of this example anew: the model's shape and tokenizer, the texts it learns before
reinforcement learning, and the prompts. Needs Python alone.

    make_data.py texts SHARE FILE    texts to learn from, SHARE of them with a thought (0.12, 0.02)
    make_data.py model DIRECTORY     config.json, tokenizer.json and their like, without weights
    make_data.py prompts             train.jsonl and held_out.jsonl beside this file

A task is a chain of five operations on digits, worked from left to right, modulo 10:

    5*1+5*7*3+1=     5*1 is 5, +5 is 0, *7 is 0, *3 is 0, +1 is 1

A thought holds the five results in between; most texts have none, as most texts in the world.
"""

import json
import math
import os
import random
import sys

DIGITS = "0123456789"
OPERATIONS = "+*"
TAGS = ["<think>", "</think>", "<answer>", "</answer>"]
END = "<|end|>"
OPERATIONS_IN_A_TASK = 5

TEXTS = 40000
WRONG_STEP_SHARE = 0.10  # Of a thought's results: what is learnt from people has faults.
TRAIN_PROMPTS = 2000
HELD_OUT_PROMPTS = 200


def result(value, operation, digit):
    return (value + digit if operation == "+" else value * digit) % 10


def make_task(rng):
    """(task, results): "5*1+…=" and the five results."""
    value = rng.randrange(10)
    text, results = str(value), []
    for _ in range(OPERATIONS_IN_A_TASK):
        operation, digit = rng.choice(OPERATIONS), rng.randrange(10)
        value = result(value, operation, digit)
        text += operation + str(digit)
        results.append(value)
    return text + "=", results


def completion(rng, results, with_thought):
    answer = f"<answer>{results[-1]}</answer>"
    if not with_thought:
        return answer
    # The answer is what the thought ends with, right or wrong.
    thought = [rng.randrange(10) if rng.random() < WRONG_STEP_SHARE else r for r in results]
    return f"<think>{''.join(map(str, thought))}</think><answer>{thought[-1]}</answer>"


def write_lines(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")


def held_out_tasks():
    rng = random.Random("held out")
    tasks = {}
    while len(tasks) < HELD_OUT_PROMPTS:
        task, results = make_task(rng)
        tasks[task] = results
    return tasks


def write_texts(share, path):
    rng = random.Random(f"texts {share}")
    held_out = held_out_tasks()
    rows = []
    while len(rows) < TEXTS:
        task, results = make_task(rng)
        if task in held_out:
            continue
        text = completion(rng, results, rng.random() < share)
        rows.append({"prompt": task, "completion": text})
    write_lines(path, rows)


def write_prompts(directory):
    held_out = held_out_tasks()
    rng = random.Random("train")
    train = {}
    while len(train) < TRAIN_PROMPTS:
        task, results = make_task(rng)
        if task not in held_out:
            train[task] = results
    for name, tasks in (("train.jsonl", train), ("held_out.jsonl", held_out)):
        rows = [{"prompt": t, "answer": str(r[-1])} for t, r in tasks.items()]
        write_lines(os.path.join(directory, name), rows)


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


def write_model(directory, words=()):
    """Of a model that knows `words` too, each a token."""
    os.makedirs(directory, exist_ok=True)
    vocabulary = {c: i for i, c in enumerate(DIGITS + OPERATIONS + "=")}
    added = [{"id": len(vocabulary) + i, "content": text, "single_word": False, "lstrip": False,
              "rstrip": False, "normalized": False, "special": text == END}
             for i, text in enumerate(TAGS + [END, *words])]
    end_id = len(vocabulary) + len(TAGS)
    vocabulary_size = 32 * math.ceil((len(vocabulary) + len(added)) / 32)
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                  "use_regex": False}
    write_json(os.path.join(directory, "tokenizer.json"), {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": None, "pre_tokenizer": byte_level, "post_processor": None,
        "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None,
                  "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                  "vocab": vocabulary, "merges": []}})
    write_json(os.path.join(directory, "tokenizer_config.json"), {
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "pad_token": END})
    write_json(os.path.join(directory, "generation_config.json"), {"eos_token_id": end_id})
    write_json(os.path.join(directory, "config.json"), {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": vocabulary_size,
        "hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 16,
        "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "hidden_act": "silu", "tie_word_embeddings": True, "attention_bias": False,
        "initializer_range": 0.05, "torch_dtype": "float32", "eos_token_id": end_id,
        "bos_token_id": None})


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "texts":
        write_texts(float(arguments[1]), arguments[2])
    elif len(arguments) == 2 and arguments[0] == "model":
        write_model(arguments[1])
    elif arguments == ["prompts"]:
        write_prompts(os.path.dirname(os.path.abspath(__file__)))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
