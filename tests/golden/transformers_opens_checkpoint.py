#!/usr/bin/env python3
"""What we write as a checkpoint, transformers opens, and computes the same with.

    transformers_opens_checkpoint.py WRITE_CHECKPOINT_PROGRAM

Writes every supported model of WHET_SHARED/goldens/models anew, whole and in shards, loads it and
compares logits with the golden ones. Exits 77, which ctest reports as skipped, where WHET_SHARED is
unset or transformers cannot be imported.
"""

import json
import os
import subprocess
import sys
import tempfile

SKIPPED = 77
LOGIT_TOLERANCE = 2e-4
OTHER_FAMILIES = ("deepseek", "moe")
WAYS = {"whole": ["float32"], "shards": ["as stored", "30000"]}


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def import_transformers():
    try:
        import safetensors.torch
        import torch
        import transformers
    except Exception as error:  # A broken installation raises more than ImportError.
        skip(f"python3 -c 'import transformers' fails: {error}")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    return torch, transformers, safetensors.torch.load_file


def differences(written, source, modules):
    """What is wrong with the checkpoint `written`, whose model is that of `source`."""
    torch, transformers, load_file = modules
    model, info = transformers.AutoModelForCausalLM.from_pretrained(
        written, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    wrong = [f"{kind}: {sorted(keys)}" for kind, keys in info.items() if keys]
    golden = load_file(os.path.join(source, "golden.safetensors"))
    with open(os.path.join(source, "golden.json"), encoding="utf-8") as file:
        sequences = json.load(file)["sequences"]
    for i, sequence in enumerate(sequences):
        with torch.no_grad():
            logits = model(torch.tensor([sequence["input_ids"]])).logits[0]
        difference = (logits - golden[f"logits.{i}"]).abs().max().item()
        if not difference <= LOGIT_TOLERANCE:
            wrong.append(f"logits.{i} differ by {difference}")
    return wrong


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: transformers_opens_checkpoint.py WRITE_CHECKPOINT_PROGRAM")
    shared = os.environ.get("WHET_SHARED", "")
    if not shared:
        skip("WHET_SHARED is unset")
    modules = import_transformers()
    models = os.path.join(shared, "goldens", "models")
    agreed = total = 0
    for name in sorted(os.listdir(models)):
        if any(family in name for family in OTHER_FAMILIES):
            continue
        source = os.path.join(models, name)
        for way, arguments in WAYS.items():
            with tempfile.TemporaryDirectory() as written:
                subprocess.run([sys.argv[1], source, written, *arguments], check=True)
                wrong = differences(written, source, modules)
            total += 1
            agreed += not wrong
            for line in wrong:
                print(f"{name}, {way}: {line}")
    print(f"transformers {modules[1].__version__} opens checkpoints: {agreed} of {total} agree")
    return 0 if agreed == total > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
