#!/usr/bin/env python3
"""Times TRL's GRPO steps on one of this project's examples, to stand beside ours.

    trl_step.py CHECKPOINT PROMPTS.jsonl [--template TEXT] [--steps N] [--groups N] [--group-size N]
                [--tokens-max N] [--lr X] [--threads N]
                [--dtype float32|bfloat16] [--random-weights]

Needs trl 1.16 in the Python that runs it; prints a JSON object a step (the whole of it, and what
of it was neither sampling nor judging) and the means of all but the first two. The reward is the
first number of the completion that stands behind its last tag, as our answer rule reads it.
"""

import argparse
import json
import re
import time

import torch
from datasets import Dataset
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import GRPOConfig, GRPOTrainer


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint")
    parser.add_argument("prompts")
    parser.add_argument("--template", default="{prompt}")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--groups", type=int, default=32)
    parser.add_argument("--group-size", type=int, default=16)
    parser.add_argument("--tokens-max", type=int, default=16)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--random-weights", action="store_true")
    return parser.parse_args()


def reward(completions, answer, **_):
    values = []
    for text, gold in zip(completions, answer):
        found = re.search(r"-?\d+", text.split("</think>")[-1])
        values.append(1.0 if found and found.group() == gold else 0.0)
    return values


class TimedTrainer(GRPOTrainer):
    sampling = 0.0  # Seconds, of the current step.

    def _generate_and_score_completions(self, inputs):
        begin = time.monotonic()
        result = super()._generate_and_score_completions(inputs)
        self.sampling += time.monotonic() - begin
        return result


class Clock(TrainerCallback):
    def __init__(self):
        self.trainer, self.begin, self.steps, self.training = None, None, [], []

    def on_step_begin(self, *_, **__):
        if self.begin is None:
            self.begin = time.monotonic()

    def on_step_end(self, args, state, control, **__):
        now = time.monotonic()
        self.steps.append(now - self.begin)
        self.training.append(self.steps[-1] - self.trainer.sampling)
        self.begin, self.trainer.sampling = now, 0.0
        print(json.dumps({"step": state.global_step, "seconds": round(self.steps[-1], 4),
                          "training_seconds": round(self.training[-1], 4)}), flush=True)


def main():
    a = parse()
    torch.set_num_threads(a.threads)
    rows = [json.loads(line) for line in open(a.prompts, encoding="utf-8")]
    data = Dataset.from_list([{"prompt": a.template.replace("{prompt}", r["prompt"]),
                               "answer": r["answer"]} for r in rows])
    tokenizer = AutoTokenizer.from_pretrained(a.checkpoint)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    dtype = getattr(torch, a.dtype)
    if a.random_weights:
        shape = AutoConfig.from_pretrained(a.checkpoint)
        model = AutoModelForCausalLM.from_config(shape, dtype=dtype)
        model.generation_config.eos_token_id = None
    else:
        model = AutoModelForCausalLM.from_pretrained(a.checkpoint, dtype=dtype)
    clock = Clock()
    config = GRPOConfig(
        output_dir="/tmp/trl_step", max_steps=a.steps, use_cpu=True,
        bf16=dtype == torch.bfloat16, fp16=False,
        per_device_train_batch_size=a.groups * a.group_size, num_generations=a.group_size,
        gradient_accumulation_steps=1, max_completion_length=a.tokens_max, learning_rate=a.lr,
        lr_scheduler_type="constant", beta=0.0, epsilon_high=0.28, temperature=1.0,
        gradient_checkpointing=False, logging_steps=1, report_to=[], save_strategy="no",
        disable_tqdm=True)
    trainer = TimedTrainer(model=model, reward_funcs=reward, args=config, train_dataset=data,
                           processing_class=tokenizer, callbacks=[clock])
    clock.trainer = trainer
    trainer.train()
    mean = lambda times: sum(times[2:]) / len(times[2:])
    print(json.dumps({"mean_seconds": mean(clock.steps),
                      "mean_training_seconds": mean(clock.training),
                      "steps": len(clock.steps) - 2}))


if __name__ == "__main__":
    main()
