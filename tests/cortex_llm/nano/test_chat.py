"""The chat template renders what training read, by jinja as by hand."""

from __future__ import annotations

import jinja2

from cortex_llm.nano import chat, prompts


def test_the_template_and_the_function_agree() -> None:
    template = jinja2.Environment(autoescape=False, keep_trailing_newline=True).from_string(
        chat.TEMPLATE
    )
    for messages in (
        prompts.intent("hello"),
        prompts.answer("qué es?", ["a: b.\n\nc"]),
        [{"role": "user", "content": "x"}],
    ):
        rendered = template.render(messages=messages, add_generation_prompt=True)
        assert rendered == chat.render(messages)
    assert "<|im_start|>system\nTask: intent<|im_end|>\n" in chat.render(prompts.intent("x"))
