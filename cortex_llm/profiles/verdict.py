"""From answers to a profile: what the model is good for, and why.  Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cortex_llm.profiles import BASE, CHAT, TINY
from cortex_llm.profiles.questions import QUESTIONS, Question

#: Of those answered, so many must be right for `chat`, a copy and the form among them.
CHAT_SHARE = 0.8
#: With fewer answers in the time there is, nothing better than `tiny` can be said.
ENOUGH = 5
#: Of the questions that a base model does not end, so many must have ended.
MUST_STOP = 2

# Marks of chat templates, whole or as fragments of words, and turns that are played for others.
ROLE_TOKEN = re.compile(
    r"<\|[a-z_]{1,30}|<(?:start|end)_of_turn|\[/?INST\]|</?s>|<<SYS>>"
    r"|^\s*(?:user|assistant|system|human)\s*:",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Answer:
    """One answer. `stopped`: the model ended it; `reasoned`: it thought aloud first."""

    text: str
    stopped: bool
    reasoned: bool = False


@dataclass(frozen=True)
class Verdict:
    """The profile, and the reason as a clause."""

    profile: str
    reason: str
    right: int = 0
    asked: int = 0


def judge_header(chat_template: bool) -> Verdict | None:
    """What the file alone shows: without a chat template nobody has taught it to answer."""
    if chat_template:
        return None
    return Verdict(BASE, "the file has no chat template (tokenizer.chat_template)")


def judge_answers(answers: Sequence[Answer]) -> Verdict:
    """The profile for the answers to the first of QUESTIONS, as many as there was time for."""
    pairs = list(zip(QUESTIONS, answers, strict=False))
    graded = [(question, answer) for question, answer in pairs if not _is_thinking(answer)]
    right = [question for question, answer in graded if is_right(question, answer)]
    score = f"{len(right)} of {len(graded)} answers are right"
    tally = {"right": len(right), "asked": len(graded)}

    marked = [answer for _, answer in graded if ROLE_TOKEN.search(answer.text)]
    first = [answer for question, answer in graded if question.kind == "stop"]
    stopped = sum(answer.stopped for answer in first)
    if marked:
        return Verdict(BASE, f"role marks in {len(marked)} of {len(graded)} answers", **tally)
    if first and stopped < min(MUST_STOP, len(first)):
        return Verdict(BASE, f"it ended {stopped} of {len(first)} answers by itself", **tally)
    if len(graded) < ENOUGH:
        return Verdict(TINY, f"only {len(graded)} of {len(QUESTIONS)} answers in time", **tally)
    kinds = {question.kind for question in right}
    ended = sum(answer.stopped for _, answer in graded) >= CHAT_SHARE * len(graded)
    if ended and len(right) >= CHAT_SHARE * len(graded) and {"copy", "form"} <= kinds:
        return Verdict(CHAT, score, **tally)
    return Verdict(TINY, score, **tally)


def is_right(question: Question, answer: Answer) -> bool:
    """Whether it is complete and what was asked for."""
    return answer.stopped and question.judge(answer.text)


def _is_thinking(answer: Answer) -> bool:
    """Cut off while it was still reasoning: this says nothing."""
    return answer.reasoned and not answer.stopped and not answer.text.strip()
