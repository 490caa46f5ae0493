#!/usr/bin/env python3
"""Training by a reward model.

    reward_model_test.py WHET ROOT [-v]
"""

import json
import math
import os
import shutil
import struct

import training

HIDDEN = 64
REWARDS = """
steps: 2
model {{ checkpoint: "{arithmetic}/base" device: CPU compute_type: F32 }}
prompts {{ file: "prompts.jsonl" }}
sampling {{ tokens_max: 16 }}
rollout {{ groups_per_batch: 2 group_size: 4 }}
rewards {{ model {{ checkpoint: "{judge}" text_template: "{{prompt}}{{response}}" {more} }} }}
engine {{ threads: 1 kv_cache_bytes: 16777216 }}
"""


def write_reward_model(directory):
    """Makes the arithmetic model a reward model, by a head of numbers between -1 and 1."""
    shutil.copytree(os.path.join(training.ARITHMETIC, "base"), directory)
    config = json.loads(training.read_bytes(f"{directory}/config.json"))
    config |= {"architectures": ["LlamaForSequenceClassification"], "id2label": {"0": "LABEL_0"}}
    training.write(f"{directory}/config.json", json.dumps(config))
    weights = training.read_bytes(f"{directory}/model.safetensors")
    (size,) = struct.unpack("<Q", weights[:8])
    header = json.loads(weights[8:8 + size])
    data = weights[8 + size:]
    head = struct.pack(f"<{HIDDEN}f", *(math.sin(i * i) for i in range(HIDDEN)))
    header["score.weight"] = {"dtype": "F32", "shape": [1, HIDDEN],
                              "data_offsets": [len(data), len(data) + len(head)]}
    text = json.dumps(header).encode()
    with open(f"{directory}/model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data + head)


class RewardModelTest(training.TrainingTest):
    def setUp(self):
        super().setUp()
        write_reward_model(self.path("judge"))
        # There is no ground truth in them.
        training.write(self.path("prompts.jsonl"),
                       "".join(f'{{"prompt": "{a}*{b}+7="}}\n' for a in range(5) for b in range(5)))

    def config(self, judge="judge", more=""):
        return training.write(self.path("config.textproto"),
                              REWARDS.format(arithmetic=training.ARITHMETIC, judge=judge,
                                             more=more))

    def rewards_of(self, run):
        return training.ledger_rows(run, training.QUERIES["reward"])

    def test_rewards_are_the_models_values_however_they_are_computed(self):
        self.train_to_the_end(self.config(), self.path("run"))
        rewards = self.rewards_of(self.path("run"))
        self.assertGreaterEqual(len(rewards), 2 * 2 * 4)
        values = [value for *_, value, _, _ in rewards]
        self.assertGreater(len(set(values)), 2)
        self.assertTrue(all(math.isfinite(value) for value in values))
        self.assertEqual({verdict for *_, verdict, _ in rewards}, {None})
        self.train_to_the_end(self.config(more="micro_batch_tokens: 1"), self.path("other"))
        self.assertEqual(self.rewards_of(self.path("other")), rewards)

    def test_what_is_too_long_for_it_has_no_reward(self):
        done = self.train(self.config(more="tokens_max: 7"), self.path("run"))
        self.assertEqual(done.returncode, 1)
        faults = [row for row in self.rewards_of(self.path("run")) if row[-3] is None]
        self.assertGreater(len(faults), 0)
        self.assertIn("more than the reward model's 7", faults[0][-1])

    def refused(self, message, *arguments, **options):
        failed = self.train(self.config(**options), self.path("run"), *arguments)
        self.assertRegex(failed.stderr, rf"\Awhet: [^\n]*{message}[^\n]*\n\Z")
        self.assertEqual(failed.returncode, 1)

    def test_a_language_model_is_no_judge(self):
        base = os.path.join(training.ARITHMETIC, "base")
        self.refused('rule "model": .*config.json: a LlamaForCausalLM is a language model',
                     judge=base)

    def test_a_reward_model_is_no_policy(self):
        self.refused("a LlamaForSequenceClassification is a reward model",
                     "--set", 'model.checkpoint="judge"')

    def test_a_label_that_there_is_not(self):
        self.refused('rule "model": judge has 1 label, so that there is no label 3',
                     more="label: 3")


if __name__ == "__main__":
    training.main()
