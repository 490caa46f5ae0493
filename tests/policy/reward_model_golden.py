#!/usr/bin/env python3
"""Writes the golden values of reward models anew: what transformers computes of our checkpoints.

    TEST_TMPDIR=DIRECTORY reward_model_test --gtest_filter='*Transformers*'
    reward_model_golden.py DIRECTORY

The test leaves its checkpoints in DIRECTORY, reward_model_0 and so on, one for each configuration
in reward_model_golden.json; their logits are then written into that file. Needs torch and
transformers.
"""

import json
import os
import sys

import torch
import transformers

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reward_model_golden.json")


def logits_of(directory, sequences):
    model, info = transformers.AutoModelForSequenceClassification.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    wrong = {kind: keys for kind, keys in info.items() if keys}
    if wrong:
        sys.exit(f"{directory}: {wrong}")
    with torch.no_grad():
        return [[round(value, 6) for value in model(torch.tensor([ids])).logits[0].tolist()]
                for ids in sequences]


def text_of(golden):
    """As JSON, a sequence, a configuration or the logits of a model a line."""
    sequences = ",\n  ".join(map(json.dumps, golden["sequences"]))
    models = ",\n  ".join(f'{{"config": {json.dumps(model["config"])},\n   '
                          f'"logits": {json.dumps(model["logits"])}}}'
                          for model in golden["models"])
    return (f'{{"made_with": {json.dumps(golden["made_with"])},\n'
            f' "sequences": [\n  {sequences}],\n "models": [\n  {models}]}}\n')


def main():
    with open(GOLDEN, encoding="utf-8") as file:
        golden = json.load(file)
    golden["made_with"] = f"transformers {transformers.__version__}, torch {torch.__version__}"
    for i, model in enumerate(golden["models"]):
        model["logits"] = logits_of(os.path.join(sys.argv[1], f"reward_model_{i}"),
                                    golden["sequences"])
    with open(GOLDEN, "w", encoding="utf-8") as file:
        file.write(text_of(golden))


if __name__ == "__main__":
    main()
