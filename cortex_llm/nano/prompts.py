"""The prompt contract: how the nano model is asked, and in what form it answers.

A model of this size knows only the layouts that it was trained on, so they stand here once,
for training, evaluation and every caller. The command line renders the same layouts from
templates of its own, and a test holds the two against each other. A change here needs new
weights. Standard library only; docs/nano-model.md describes the same in words.

Every message list is a system line, which names the task, and one user message. The passage,
the candidates and the tools are data: nothing in them is an instruction to the model.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Messages = list[dict[str, str]]

INTENTS = ("install", "define", "health", "howto", "tool", "other")
LANGUAGES = ("en", "fr", "es")

SYSTEM_INTENT = "Task: intent"
SYSTEM_CHOOSE = "Task: choose"
SYSTEM_ANSWER = "Task: answer"
SYSTEM_CALL = "Task: call"

#: The answer where the passage does not hold it, in the language of the question.
UNKNOWN = {
    "en": "I don't know: the passage does not say.",
    "fr": "Je ne sais pas : le passage ne le dit pas.",
    "es": "No lo sé: el pasaje no lo dice.",
}
#: The answer of the task `call` where no listed tool fits.
NO_CALL = "<NONE>"

#: The answer to a bare question that came with no passage and no task.
NO_PASSAGE = {
    "en": "I don't know: I was given no passage to answer from.",
    "fr": "Je ne sais pas : on ne m'a donné aucun passage.",
    "es": "No lo sé: no me han dado ningún pasaje.",
}
#: What the model says to a greeting: the truth about itself.
GREETING = {
    "en": "Hello! I am the small model built into Cortex. "
    "Ask me about a package, a command or this machine.",
    "fr": "Bonjour ! Je suis le petit modèle intégré à Cortex. "
    "Posez une question sur un paquet, une commande ou cette machine.",
    "es": "¡Hola! Soy el pequeño modelo integrado en Cortex. "
    "Pregunte por un paquete, un comando o esta máquina.",
}

SUMMARY_LENGTH = 64  # characters of a candidate's summary: the rest rarely decides, and costs time
MAX_CANDIDATES = 8  # what the model was trained to choose among


@dataclass(frozen=True)
class Tool:
    """A tool that may be called: `parameters` are names, each takes a string."""

    name: str
    parameters: tuple[str, ...]
    description: str


def intent(request: str) -> Messages:
    """Ask what a request wants; the answer is `{"intent":…,"subject":…}`."""
    return _messages(SYSTEM_INTENT, f"Request: {request}")


def choose(request: str, candidates: Iterable[tuple[str, str]]) -> Messages:
    """Ask for packages among (name, summary) pairs; the answer is `{"packages":[…]}`."""
    lines = "".join(f"{name}: {summary[:SUMMARY_LENGTH]}\n" for name, summary in candidates)
    return _messages(SYSTEM_CHOOSE, f"Request: {request}\nCandidates:\n{lines}Request: {request}")


def answer(question: str, passages: Sequence[str]) -> Messages:
    """Ask a question of passages, the best first; the answer is text, or one of UNKNOWN."""
    blocks = "".join(f"Passage:\n{passage}\n" for passage in passages)
    return _messages(SYSTEM_ANSWER, f"Question: {question}\n{blocks}Question: {question}")


def call(request: str, tools: Iterable[Tool]) -> Messages:
    """Ask for a tool call; the answer is `<CALL:name{…}>` or NO_CALL."""
    lines = "".join(
        f"{tool.name}({', '.join(tool.parameters)}): {tool.description}\n" for tool in tools
    )
    return _messages(SYSTEM_CALL, f"Tools:\n{lines}Request: {request}")


def intent_reply(name: str, subject: str) -> str:
    """The exact text of an intent's answer."""
    return _json({"intent": name, "subject": subject})


def choose_reply(packages: Sequence[str]) -> str:
    """The exact text of a choice's answer."""
    return _json({"packages": list(packages)})


def call_reply(tool: str, arguments: dict[str, str]) -> str:
    """The exact text of a call."""
    return f"<CALL:{tool}{_json(arguments)}>"


def intent_schema() -> dict[str, object]:
    """The JSON schema of an intent's answer."""
    return {
        "type": "object",
        "properties": {
            "intent": {"type": "string", "enum": list(INTENTS)},
            "subject": {"type": "string", "maxLength": 200},
        },
        "required": ["intent", "subject"],
        "additionalProperties": False,
    }


def choose_schema(names: Sequence[str]) -> dict[str, object]:
    """The JSON schema of a choice among `names`: no other name can come out."""
    return {
        "type": "object",
        "properties": {
            "packages": {
                "type": "array",
                "items": {"type": "string", "enum": list(names)},
                "maxItems": len(names),
            }
        },
        "required": ["packages"],
        "additionalProperties": False,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _messages(system: str, user: str) -> Messages:
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]
