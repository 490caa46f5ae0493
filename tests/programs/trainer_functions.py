"""Reward functions as people have them for other trainers: for
tests/rewards/custom/whet_rewards_test.py, which calls them directly and through
tools/whet_rewards.py."""

import asyncio
import functools
import re


def last_number(text):
    numbers = re.findall(r"-?\d+(?:\.\d+)?", text)
    return numbers[-1] if numbers else None


def share_of_letters(text):
    return sum(character.isalpha() for character in text) / max(len(text), 1)


def text_of(completion):
    return completion[0]["content"]


# TRL.


def trl(prompts, completions, answer, level, **kwargs):
    """No reward where nothing is said, more for higher levels."""
    return [level_ * float(last_number(completion) == answer_) if completion else None
            for completion, answer_, level_ in zip(completions, answer, level)]


def trl_of_all(**kwargs):
    return [share_of_letters(completion) for completion in kwargs["completions"]]


def trl_only_by_name(*, completions, log_metric, trainer_state=None, **kwargs):
    log_metric(name="letters", value=1.0)
    return [share_of_letters(completion) for completion in completions]


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        print(f"{function.__name__} is called")
        return function(*args, **kwargs)
    return wrapper


def bare(function):
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


@logged
def trl_decorated(completions, level):
    return [level_ * share_of_letters(completion)
            for completion, level_ in zip(completions, level)]


@bare
def trl_wrapped(completions, **kwargs):
    return [share_of_letters(text_of(completion)) for completion in completions]


def scaled(completions, scale, **kwargs):
    return [scale * share_of_letters(completion) for completion in completions]


trl_partial = functools.partial(scaled, scale=0.5)


class TrlLength:
    """More for shorter completions."""

    def __init__(self, tokens_max=100):
        self.tokens_max = tokens_max

    def __call__(self, completion_ids, **kwargs):
        return (max(0.0, 1 - len(ids) / self.tokens_max) for ids in completion_ids)


class TrlJudge:
    async def __call__(self, prompts, completions, **kwargs):
        async def judged(prompt, completion):
            await asyncio.sleep(0)
            return share_of_letters(prompt + completion)
        return await asyncio.gather(*map(judged, prompts, completions))


trl_judge = TrlJudge()

# open-r1.


def open_r1(completions, solution, **kwargs):
    contents = [completion[0]["content"] for completion in completions]
    return [float(last_number(content) == one) for content, one in zip(contents, solution)]


def open_r1_think(completions: list[list[dict[str, str]]], **kwargs) -> list[float]:
    return [float(bool(re.match(r"^<think>.*?</think>", text_of(completion), re.DOTALL)))
            for completion in completions]


# verl.


def compute_score(data_source, solution_str, ground_truth, extra_info=None):
    if data_source != "sums":
        raise NotImplementedError(data_source)
    return extra_info["level"] * int(last_number(solution_str) == ground_truth)


def verl_of_details(data_source, solution_str, ground_truth, extra_info, weight=1.0, **kwargs):
    right = last_number(solution_str) == ground_truth
    return {"score": weight * right, "acc": right, "pred": last_number(solution_str)}


def verl_of_tuples(solution_str, ground_truth, method="strict"):
    return last_number(solution_str) == ground_truth, method


async def verl_async(data_source, solution_str, ground_truth, extra_info):
    await asyncio.sleep(0)
    return share_of_letters(solution_str)


def verl_batch(data_sources, solution_strs, ground_truths, extra_infos):
    return [{"score": info["level"] * share_of_letters(solution)}
            for solution, info in zip(solution_strs, extra_infos)]


class Other:
    """verl's functions, that its own code calls by position."""

    @staticmethod
    def compute_score(model_output, ground_truth, timeout=30.0):
        return float(last_number(model_output) == ground_truth)


# OpenRLHF.


class Tensor:
    """As much of torch.Tensor as is needed."""

    def __init__(self, values):
        self.values = values

    def reshape(self, *_):
        return Tensor(self.values if isinstance(self.values, list) else [self.values])

    def tolist(self):
        return self.values


def openrlhf(queries, prompts, labels):
    rewards = [float(last_number(query[len(prompt):]) == label)
               for query, prompt, label in zip(queries, prompts, labels)]
    return {"rewards": Tensor(rewards), "scores": Tensor(rewards), "extra_logs": {}}


def reward_func(q, p, l, **kwargs):
    return Tensor([share_of_letters(query) for query in q])


def openrlhf_of_one(queries, prompts, labels):
    return {"rewards": Tensor(share_of_letters(queries[0]))}
