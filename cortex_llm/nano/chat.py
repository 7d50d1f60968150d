"""The chat template, in both of its forms: what the server renders and what training reads.

They must agree to the byte, and the parity test holds them together. Standard library only.
"""

from __future__ import annotations

from cortex_llm.nano.prompts import Messages

#: What the GGUF file carries. The system role is rendered as any other.
TEMPLATE = (
    "{% for m in messages %}"
    "{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
END = "<|im_end|>"


def render(messages: Messages) -> str:
    """The prompt of these messages, up to where the answer begins."""
    turns = (f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages)
    return "".join(turns) + "<|im_start|>assistant\n"
