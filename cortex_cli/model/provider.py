"""Connects to a model: through the daemon, or directly to an OpenAI-compatible server.

One interface, ``Provider``; every failure is raised as a ``CortexError``.  This is the only module
that imports ``openai``, and only for a provider that needs it.  Closing a stream early closes its
connection, which also stops the generation in the model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, cast

from cortex_cli.errors import UsageError
from cortex_cli.model import consent, http_client, provider_env
from cortex_cli.model.endpoints import ENDPOINTS
from cortex_cli.model.prompts import CHAT, NANO
from cortex_cli.settings import find_own_model_url
from cortexd.api.client import Client, Event
from cortexd.api.errors import (
    BadReply,
    ContextExceeded,
    CortexError,
    LlmUnavailable,
    find_nearest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openai import OpenAI, OpenAIError, Stream
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

    from cortex_cli.model.endpoints import Target
    from cortex_cli.settings import Settings

# Models of the built-in family are recognised by name if the server does not say more.
NANO_PREFIX = "cortex-nano"
# The error codes of llama.cpp and OpenAI for a prompt longer than the context.
CONTEXT_ERRORS = ("exceed_context_size_error", "context_length_exceeded")
STATUS_TIMEOUT_S = 10.0
DAEMON, FAKE, LLAMA_CPP = "daemon", "fake", "llama_cpp"
PROVIDERS = (DAEMON, *ENDPOINTS, FAKE)


@dataclass(frozen=True, slots=True)
class Model:
    """A model; ``profile`` says how to prompt it, ``state`` is None if unknown."""

    name: str
    profile: str
    context_length: int | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked: messages and limits."""

    messages: list[dict[str, str]]
    max_tokens: int
    temperature: float = 0.0
    json_schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of an answer: why it ended ("stop", "length"), and its cost."""

    reason: str
    model: str
    tokens: int | None = None
    first_token_ms: float | None = None


class Provider(Protocol):
    """Something that answers prompts."""

    def model(self) -> Model:
        """Return the model that would answer now."""

    def stream(self, prompt: Prompt) -> Iterator[str | Finished]:
        """Yield the answer in pieces as they arrive, then one ``Finished``."""

    def close(self) -> None:
        """Close the connection; a running generation is cancelled."""


def choose(settings: Settings, model: str | None = None, *, may_ask: bool = True) -> Provider:
    """Return the provider that the environment names; ``model`` overrides the one set there.

    Before a server elsewhere is used for the first time the user is asked, if ``may_ask``.

    Raises:
        UsageError: an unknown provider, or one without a setting that it needs.
        Failure: the server is elsewhere and the user has not allowed it.
        DaemonUnreachable: no daemon.
    """
    values = provider_env.load(settings.environ)
    name = (values.get("CORTEX_PROVIDER") or DAEMON).lower()
    if name == DAEMON:
        return DaemonProvider(settings, model)
    if name == FAKE:
        return FakeProvider()
    if name not in ENDPOINTS:
        guess = find_nearest(name, PROVIDERS)
        raise UsageError(
            f"CORTEX_PROVIDER is {name!r}; it must be one of {', '.join(PROVIDERS)}",
            hint=f"did you mean {guess}?" if guess else None,
        )
    endpoint = ENDPOINTS[name]
    if name == LLAMA_CPP and (url := find_own_model_url(settings.environ)):
        endpoint = replace(endpoint, base_url=url)  # where "cortex up" has put it
    target = endpoint.resolve(values)
    consent.require(target.base_url, settings.environ, may_ask=may_ask)
    return OpenAIProvider(name, replace(target, model=model) if model else target)


def complete(provider: Provider, prompt: Prompt) -> tuple[str, Finished]:
    """Return the complete answer.

    Raises:
        CortexError: the model does not answer.
        BadReply: the answer is incomplete.
    """
    text = ""
    for piece in provider.stream(prompt):
        if isinstance(piece, Finished):
            return text, piece
        text += piece
    raise BadReply("the answer is incomplete")


class DaemonProvider:
    """Asks through cortexd, which queues all users' questions fairly."""

    def __init__(self, settings: Settings, model: str | None = None) -> None:
        """Connect now, so that a missing daemon is noticed before any other work."""
        self._client = Client(settings.socket_path())
        self._wanted = model

    def model(self) -> Model:
        """Ask ``llm.status``."""
        status = self._client.call("llm.status")
        name = str(status.get("model") or "")
        if self._wanted and self._wanted not in (name, name.removesuffix(".gguf")):
            raise UsageError(
                f"the daemon runs {name or 'no model'}, not {self._wanted}",
                hint="run another with cortex up --model PATH, or set CORTEX_PROVIDER",
            )
        profile = status.get("profile") or _guess_profile(name)
        return Model(name, str(profile), status.get("context_length"), status.get("state"))

    def stream(self, prompt: Prompt) -> Iterator[str | Finished]:
        """Run ``inference``, streaming."""
        params: dict[str, Any] = {
            "messages": prompt.messages,
            "max_tokens": prompt.max_tokens,
            "temperature": prompt.temperature,
            "stream": True,
        }
        if prompt.json_schema is not None:
            params["json_schema"] = prompt.json_schema
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
        """Close the connection; the daemon cancels a running generation."""
        self._client.close()


class OpenAIProvider:
    """Asks a server with an OpenAI-compatible API directly."""

    def __init__(self, name: str, target: Target) -> None:
        """Prepare a client; nothing is sent yet.

        Raises:
            UsageError: a proxy or certificate variable of the environment cannot be used.
        """
        from openai import DefaultHttpxClient, OpenAI

        self._name = name
        self._target = target
        self._client: OpenAI = OpenAI(
            base_url=target.base_url,
            api_key=target.api_key,
            max_retries=1,
            organization="",  # else the environment's, which may fit no header
            project="",
            http_client=http_client.create(DefaultHttpxClient, target),
        )

    def model(self) -> Model:
        """Return the configured model, or the first one that the server lists."""
        from openai import OpenAIError

        if self._target.model:
            return Model(self._target.model, _guess_profile(self._target.model))
        try:
            listed = self._client.models.list(timeout=STATUS_TIMEOUT_S).data
        except OpenAIError as error:
            raise self._translate(error) from error
        if not listed:
            raise LlmUnavailable(f"{self._name} at {self._target.address} has no model")
        return Model(listed[0].id, _guess_profile(listed[0].id))

    def stream(self, prompt: Prompt) -> Iterator[str | Finished]:
        """Run a chat completion, streaming."""
        from openai import OpenAIError

        model = self.model().name
        extra: dict[str, Any] = {}
        if prompt.json_schema is not None:
            form = {"name": "reply", "strict": True, "schema": prompt.json_schema}
            extra["response_format"] = {"type": "json_schema", "json_schema": form}
        try:
            chunks = self._client.chat.completions.create(
                model=model,
                messages=cast("list[ChatCompletionMessageParam]", prompt.messages),
                max_tokens=prompt.max_tokens,
                temperature=prompt.temperature,
                stream=True,
                extra_body=extra,
            )
            with chunks:
                yield from _read_chunks(chunks, model)
        except OpenAIError as error:
            raise self._translate(error) from error

    def close(self) -> None:
        """Close the client's connections."""
        self._client.close()

    def _translate(self, error: OpenAIError) -> CortexError:
        from openai import APIConnectionError, APIStatusError

        server = f"{self._name} at {self._target.address}"
        if isinstance(error, APIStatusError):
            body = error.body if isinstance(error.body, dict) else {}
            if body.get("type") in CONTEXT_ERRORS or body.get("code") in CONTEXT_ERRORS:
                return ContextExceeded(
                    f"{server}: {error.message}",
                    prompt_tokens=body.get("n_prompt_tokens"),
                    context_length=body.get("n_ctx"),
                )
            return LlmUnavailable(f"{server} refused: {error.status_code} {error.message}")
        if isinstance(error, APIConnectionError):
            variable = f"{ENDPOINTS[self._name].prefix}_BASE_URL"
            hint = f"start it, or set {variable} to its address"
            if proxy := http_client.find_proxy_variable(self._target.base_url):
                hint += f"; {proxy} names a proxy, which may be what does not answer"
            return LlmUnavailable(f"cannot reach {server}", hint=hint)
        return LlmUnavailable(f"{server}: {error}")


def _read_chunks(chunks: Stream[ChatCompletionChunk], model: str) -> Iterator[str | Finished]:
    reason, count = None, 0
    for chunk in chunks:
        for choice in chunk.choices[:1]:
            if choice.delta.content:
                count += 1
                yield choice.delta.content
            reason = choice.finish_reason or reason
    if reason is None:
        raise LlmUnavailable("the model server stopped in the middle of its answer")
    yield Finished(reason, model, count)


class FakeProvider:
    """Answers with the prompt itself: for testing prompts without a model."""

    def model(self) -> Model:
        """Return a chat model called fake."""
        return Model(FAKE, CHAT)

    def stream(self, prompt: Prompt) -> Iterator[str | Finished]:
        """Yield the last turn line by line, or an empty choice if JSON is asked for."""
        if prompt.json_schema is not None:
            yield '{"packages": []}'
        else:
            yield from prompt.messages[-1]["content"].splitlines(keepends=True)
        yield Finished("stop", FAKE)

    def close(self) -> None:
        """Do nothing: there is no connection."""


def _guess_profile(model: str) -> str:
    return NANO if model.rpartition("/")[2].lower().startswith(NANO_PREFIX) else CHAT
