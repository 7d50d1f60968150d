"""Puts the questions to a running server, within a time; what the answers mean is `verdict`'s."""

from __future__ import annotations

import time
from typing import Any

from cortex_llm.endpoint import Endpoint, request
from cortex_llm.profiles.questions import ANSWER_TOKENS, QUESTIONS, Question
from cortex_llm.profiles.verdict import Answer

TIME_LIMIT = 20.0  # seconds for all questions
THINK_START = "<think>"
THINK_END = "</think>"


def ask_questions(
    endpoint: Endpoint, api_key: str | None, time_limit: float = TIME_LIMIT
) -> list[Answer]:
    """The answers, in order, as far as the time goes; raises OSError when the server fails."""
    deadline = time.monotonic() + time_limit
    answers: list[Answer] = []
    for question in QUESTIONS:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            answers.append(_ask(endpoint, api_key, question, left))
        except TimeoutError:
            break
    return answers


def _ask(endpoint: Endpoint, api_key: str | None, question: Question, timeout: float) -> Answer:
    payload: dict[str, Any] = {
        "messages": [{"role": "user", "content": question.text}],
        "max_tokens": ANSWER_TOKENS,
        "temperature": 0,
        # models that can do without thinking aloud are asked to; other templates ignore it
        "chat_template_kwargs": {"enable_thinking": False},
    }
    if question.schema is not None:
        payload["response_format"] = {"type": "json_object", "schema": question.schema}
    reply = request(
        endpoint, "/v1/chat/completions", payload=payload, api_key=api_key, timeout=timeout
    )
    try:
        choice = reply.json["choices"][0]
        message = choice["message"]
        text, stopped = message.get("content") or "", choice["finish_reason"] == "stop"
        reasoned = bool(message.get("reasoning_content"))
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        shown = reply.body[:200].decode("utf-8", "replace")
        raise ConnectionError(f"HTTP {reply.status}: {shown}") from error
    return _separate_thoughts(str(text), stopped=stopped, reasoned=reasoned)


def _separate_thoughts(text: str, *, stopped: bool, reasoned: bool) -> Answer:
    """Thoughts that the server left in the text are no part of the answer."""
    if not text.lstrip().startswith(THINK_START):
        return Answer(text, stopped, reasoned)
    _, _, rest = text.partition(THINK_END)
    return Answer(rest, stopped, reasoned=True)
