"""Who answers: the daemon by default, or any OpenAI-compatible server directly.

One interface, ``Provider``; every failure leaves here as a ``CortexError``.  This is the only
module that imports ``openai``, and only for a provider that needs it.  Closing a stream early
closes its connection, and that ends the generation in the model too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, cast

from cortex_cli.errors import UsageError
from cortex_cli.model import provider_env
from cortex_cli.model.prompts import CHAT, NANO
from cortexd.api.client import Client, Event
from cortexd.api.errors import (
    BadReply,
    ContextExceeded,
    CortexError,
    LlmUnavailable,
    nearest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from openai import OpenAI, OpenAIError, Stream
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

    from cortex_cli.settings import Settings

# Models of the built-in family are known by their names where a server tells no more.
NANO_PREFIX = "cortex-nano"
# How llama.cpp and OpenAI name a prompt beyond the context.
TOO_LONG = ("exceed_context_size_error", "context_length_exceeded")
STATUS_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Model:
    """What answers; ``profile`` says how to talk to it, None of ``state`` that nobody knows."""

    name: str
    profile: str
    context_length: int | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a model."""

    messages: list[dict[str, str]]
    max_tokens: int
    temperature: float = 0.0
    json_schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of an answer: why it ended ("stop", "length"), and what it took."""

    reason: str
    model: str
    tokens: int | None = None
    first_token_ms: float | None = None


class Provider(Protocol):
    """A source of answers."""

    def model(self) -> Model:
        """The model that would answer now."""

    def stream(self, question: Question) -> Iterator[str | Finished]:
        """The answer in pieces as they come, then one ``Finished``."""

    def close(self) -> None:
        """Hang up; what is still being generated is cancelled."""


def choose(settings: Settings, model: str | None = None) -> Provider:
    """The provider that the environment asks for; ``model`` instead of the one set there.

    Raises:
        UsageError: an unknown provider, one without what it needs, or one without ``model``.
        DaemonUnreachable: no daemon.
    """
    values = provider_env.load(settings.environ)
    name = values.get("CORTEX_PROVIDER", DAEMON).lower()
    if name == DAEMON:
        return DaemonProvider(settings, model)
    if name == "fake":
        return FakeProvider()
    if name not in ENDPOINTS:
        guess = nearest(name, PROVIDERS)
        raise UsageError(
            f"CORTEX_PROVIDER is {name!r}; valid are {', '.join(PROVIDERS)}",
            hint=f"did you mean {guess}?" if guess else None,
        )
    target = ENDPOINTS[name].resolve(values)
    return OpenAIProvider(name, replace(target, model=model) if model else target)


def complete(provider: Provider, question: Question) -> tuple[str, Finished]:
    """The whole answer at once."""
    text = ""
    for piece in provider.stream(question):
        if isinstance(piece, Finished):
            return text, piece
        text += piece
    raise BadReply("the answer has no end")


class DaemonProvider:
    """Through cortexd: queued fairly with everybody else's questions."""

    def __init__(self, settings: Settings, model: str | None = None) -> None:
        """Connect, so that a missing daemon is noticed before any other work."""
        self._client = Client(settings.socket_path())
        self._wanted = model

    def model(self) -> Model:
        """Ask ``llm.status``."""
        status = self._client.call("llm.status")
        name = str(status.get("model") or "")
        if self._wanted and self._wanted not in (name, name.removesuffix(".gguf")):
            raise UsageError(
                f"the daemon runs {name or 'no model'}, not {self._wanted}",
                hint="cortex up --model PATH runs another; CORTEX_PROVIDER names another server",
            )
        profile = status.get("profile") or _profile_of(name)
        return Model(name, str(profile), status.get("context_length"), status.get("state"))

    def stream(self, question: Question) -> Iterator[str | Finished]:
        """Run ``inference``, streaming."""
        params: dict[str, Any] = {
            "messages": question.messages,
            "max_tokens": question.max_tokens,
            "temperature": question.temperature,
            "stream": True,
        }
        if question.json_schema is not None:
            params["json_schema"] = question.json_schema
        for message in self._client.stream("inference", **params):
            if not isinstance(message, Event):
                yield Finished(
                    str(message.get("finish_reason")),
                    str(message.get("model")),
                    message.get("tokens_used"),
                    message.get("time_to_first_token_ms"),
                )
            elif message.name == "token":
                yield str(message.data.get("text", ""))

    def close(self) -> None:
        """Close the connection; the daemon cancels what it still runs for us."""
        self._client.close()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider's settings are, and what stands in for those not made."""

    prefix: str
    base_url: str
    model: str | None
    needs_key: bool = False

    def resolve(self, values: Mapping[str, str]) -> Target:
        """Read the provider's variables; UsageError if one that it needs is missing."""
        key = values.get(f"{self.prefix}_API_KEY")
        if self.needs_key and not key:
            raise UsageError(
                f"{self.prefix}_API_KEY is not set",
                hint="set it in the environment or in ~/.cortex/.env",
            )
        model = values.get(f"{self.prefix}_MODEL") or self.model
        url = values.get(f"{self.prefix}_BASE_URL") or self.base_url
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"{self.prefix}_BASE_URL is {url!r}, not http:// or https://")
        url = url.rstrip("/")
        return Target(url if url.endswith("/v1") else f"{url}/v1", model, key or "none")


@dataclass(frozen=True, slots=True)
class Target:
    """One server to ask."""

    base_url: str
    model: str | None
    api_key: str


DAEMON = "daemon"
ENDPOINTS = {
    "llama_cpp": Endpoint("LLAMA_CPP", "http://127.0.0.1:8085", None),
    "ollama": Endpoint("OLLAMA", "http://127.0.0.1:11434", None),
    "openai": Endpoint("OPENAI", "https://api.openai.com/v1", "gpt-4o-mini", needs_key=True),
}
PROVIDERS = (DAEMON, *ENDPOINTS, "fake")


class OpenAIProvider:
    """Straight to a server that speaks the OpenAI API."""

    def __init__(self, name: str, target: Target) -> None:
        """Prepare a client; nothing is sent yet."""
        from openai import OpenAI

        self._name = name
        self._target = target
        self._client: OpenAI = OpenAI(
            base_url=target.base_url, api_key=target.api_key, max_retries=1
        )

    def model(self) -> Model:
        """The model that is set, or the first that the server lists."""
        from openai import OpenAIError

        if self._target.model:
            return Model(self._target.model, _profile_of(self._target.model))
        try:
            listed = self._client.models.list(timeout=STATUS_TIMEOUT_S).data
        except OpenAIError as error:
            raise self._translated(error) from error
        if not listed:
            raise LlmUnavailable(f"{self._name} at {self._target.base_url} offers no model")
        return Model(listed[0].id, _profile_of(listed[0].id))

    def stream(self, question: Question) -> Iterator[str | Finished]:
        """Run a chat completion, streaming."""
        from openai import OpenAIError

        model = self.model().name
        extra: dict[str, Any] = {}
        if question.json_schema is not None:
            form = {"name": "reply", "strict": True, "schema": question.json_schema}
            extra["response_format"] = {"type": "json_schema", "json_schema": form}
        try:
            chunks = self._client.chat.completions.create(
                model=model,
                messages=cast("list[ChatCompletionMessageParam]", question.messages),
                max_tokens=question.max_tokens,
                temperature=question.temperature,
                stream=True,
                extra_body=extra,
            )
            with chunks:
                yield from _pieces(chunks, model)
        except OpenAIError as error:
            raise self._translated(error) from error

    def close(self) -> None:
        """Close the client's connections."""
        self._client.close()

    def _translated(self, error: OpenAIError) -> CortexError:
        from openai import APIConnectionError, APIStatusError

        place = f"{self._name} at {self._target.base_url}"
        if isinstance(error, APIStatusError):
            body = error.body if isinstance(error.body, dict) else {}
            if body.get("type") in TOO_LONG or body.get("code") in TOO_LONG:
                return ContextExceeded(
                    f"{place}: {error.message}",
                    prompt_tokens=body.get("n_prompt_tokens"),
                    context_length=body.get("n_ctx"),
                )
            return LlmUnavailable(f"{place} refused: {error.status_code} {error.message}")
        if isinstance(error, APIConnectionError):
            variable = f"{ENDPOINTS[self._name].prefix}_BASE_URL"
            return LlmUnavailable(
                f"cannot reach {place}", hint=f"start it, or set {variable} to where it is"
            )
        return LlmUnavailable(f"{place}: {error}")


def _pieces(chunks: Stream[ChatCompletionChunk], model: str) -> Iterator[str | Finished]:
    reason, count = None, 0
    for chunk in chunks:
        for choice in chunk.choices[:1]:
            if choice.delta.content:
                count += 1
                yield choice.delta.content
            reason = choice.finish_reason or reason
    if reason is None:
        raise LlmUnavailable("the model server broke off in the middle of its answer")
    yield Finished(reason, model, count)


class FakeProvider:
    """Answers with the question: for trying out prompts without any model."""

    def model(self) -> Model:
        """A chat model called fake."""
        return Model("fake", CHAT)

    def stream(self, question: Question) -> Iterator[str | Finished]:
        """The last turn, word by word; the empty choice where JSON is asked for."""
        if question.json_schema is not None:
            yield '{"packages": []}'
        else:
            yield from question.messages[-1]["content"].splitlines(keepends=True)
        yield Finished("stop", "fake")

    def close(self) -> None:
        """There is nothing to close."""


def _profile_of(model: str) -> str:
    return NANO if model.rpartition("/")[2].lower().startswith(NANO_PREFIX) else CHAT
