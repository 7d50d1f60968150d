"""The upstream model server: its state, and one answer at a time.

Speaks the OpenAI API over HTTP, on TCP or a Unix socket, always streaming, so an
answer can be cancelled at any token.  HTTP errors and invalid responses become errors of
``cortexd.api.errors`` here and nowhere else; an answer without a finish reason is an error,
never a short answer.  Knows nothing of queues, prompts
or clients.

If the server loads on demand, a connection to ``url`` starts it.  A probe must not: it goes
to ``probe_url``, the server's own socket behind the address for clients.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortexd.api import strictjson
from cortexd.api.errors import (
    CortexError,
    LlmUnavailable,
    ModelNotLoaded,
)
from cortexd.model import completion, http_parser, refusals, server_info, sse
from cortexd.model.activation import Activator
from cortexd.model.prompt_slots import PromptSlots
from cortexd.model.server_info import ServerInfo
from cortexd.model.transport import Transport, read_body

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from cortexd.config import LlmSection
    from cortexd.model.completion import Usage

# A probe asks a local server for a constant; one that takes longer is hung.
PROBE_TIMEOUT_S = 2.0
FRESH_S = 1.0  # a probed state is reused for this long
# How often a loading server is asked whether it is ready.
LOADING_POLL_S = 0.1
# Connections that systemd may drop before a server on demand counts as unavailable.
ATTEMPTS_ON_DEMAND = 3
# A key that is wrong says nothing about the server's health.
EXPECTED_REFUSALS = (401, 403)
# Answers from which the server's usual speed is computed.
REMEMBERED_SPEEDS = 200
_START_HINT = "start it with: systemctl start cortex-llm   (or without root: cortex up)"
_FAILED_HINT = "see why: systemctl status cortex-llm; journalctl -u cortex-llm -n 50"


class _NotYet(Exception):
    """The server is running, its model is not ready."""


class Upstream:
    """One model server, at ``settings.url``."""

    def __init__(self, settings: LlmSection) -> None:
        self.info = ServerInfo()
        self.tokens_per_second: float | None = None
        # Of the last answers that had the server to themselves, the oldest first.
        self.speeds: deque[float] = deque(maxlen=REMEMBERED_SPEEDS)
        self.last_error: str | None = None
        self._settings = settings
        self._probe_url = settings.effective_probe_url
        self._checked_at = -FRESH_S
        self._outdated = True
        self._probing = asyncio.Lock()
        self._transport = Transport(settings)
        self._activator = Activator()
        self._slots = PromptSlots()

    @property
    def enabled(self) -> bool:
        """Whether the model may be used at all."""
        return self._settings.enabled

    @property
    def url(self) -> str:
        """Where requests go: ``http[s]://HOST[:PORT]`` or ``unix:/PATH``."""
        return self._settings.url

    async def aclose(self) -> None:
        """Close the connections that are not in use."""
        self._activator.cancel()
        self._transport.close()

    def configure(self, settings: LlmSection) -> None:
        """Use another server from the next request on; running answers are not touched."""
        if settings == self._settings:
            return
        self._settings = settings
        self._probe_url = settings.effective_probe_url
        self._transport.configure(settings)
        self._slots = PromptSlots()
        self.invalidate()

    def record_speed(self, tokens_per_second: float, *, typical: bool) -> None:
        """Note how quickly an answer came; a typical one had the server to itself."""
        self.tokens_per_second = tokens_per_second
        if typical:
            self.speeds.append(tokens_per_second)

    async def refresh(self) -> ServerInfo:
        """The server's state, from the last second or asked for now."""
        async with self._probing:
            stale = time.monotonic() - self._checked_at >= FRESH_S
            if self._outdated or stale or self._is_stopped():
                self.info = await self._probe()
                self._checked_at = time.monotonic()
                self._outdated = False
        return self.info

    async def wait_ready(self, timeout_s: float) -> ServerInfo:
        """Return once the model can answer, waiting while it loads.

        A server that was ready is asked again only after ``invalidate``.

        Raises:
            LlmUnavailable: nothing is listening, or it is not a model server.
            ModelNotLoaded: it was still loading after ``timeout_s``.
        """
        if not self.enabled:
            raise LlmUnavailable(
                "the model is disabled", hint="set llm.enabled to true in daemon.yaml"
            )
        if self.info.state == "ready" and not self._outdated and not self._is_stopped():
            return self.info
        deadline = time.monotonic() + timeout_s
        if (await self.refresh()).state == "stopped":
            self._activator.activate(self.url, timeout_s)
            self.invalidate()
        while (info := await self.refresh()).state == "loading":
            if time.monotonic() > deadline:
                raise ModelNotLoaded(
                    f"the model was still loading after {timeout_s:g} s", timeout_s=timeout_s
                )
            await asyncio.sleep(LOADING_POLL_S)
            self.invalidate()
        if info.state == "stopped":
            self.last_error = "the model server failed to start"
            raise LlmUnavailable(self.last_error, hint=_FAILED_HINT)
        if info.state != "ready":
            raise LlmUnavailable(self.last_error or "no model server is running", hint=_START_HINT)
        return info

    async def answer(
        self,
        payload: dict[str, Any],
        usage: Usage,
        load_timeout_s: float,
        uid: int,
        request_id: str = "",
    ) -> AsyncGenerator[str]:
        """Stream one chat completion; ``usage`` is complete when the iterator is exhausted.

        Closing the iterator closes the connection, which frees the model's slot.  What a slot
        keeps of a prompt is used for the same ``uid`` only.

        Raises:
            ContextExceeded: the prompt is too long; both lengths are in the details.
            InvalidParams: the server rejects the request.
            LlmUnavailable: it is absent, disconnected, or sent an invalid response.
            ModelNotLoaded: it was still loading after ``load_timeout_s``.
        """
        payload = {**payload, "stream": True, "stream_options": {"include_usage": True}}
        # systemd drops waiting connections while a server on demand is being stopped.
        attempts_left = 0 if self._probe_url is None else ATTEMPTS_ON_DEMAND
        while True:
            await self.wait_ready(load_timeout_s)
            try:
                async with aclosing(self._attempt(payload, usage, uid, request_id)) as texts:
                    async for text in texts:
                        yield text
                break
            except _NotYet:  # restarted since the last probe: wait for it
                self.invalidate()
                await asyncio.sleep(LOADING_POLL_S)
            except http_parser.Broken as error:
                if not attempts_left or usage.started:
                    raise self._lost_error(error, usage) from error
                attempts_left -= 1
                self.invalidate()
            except sse.Malformed as error:
                raise self._invalid_response_error(str(error)) from error
            except http_parser.HttpError as error:
                raise self._lost_error(error, usage) from error
        if not usage.finish_reason:
            raise self._lost_error(None, usage)
        if usage.model and usage.model != self.info.model:
            self.invalidate()

    def will_load(self) -> bool:
        """Whether the next request will probably wait for the model to load."""
        return self._is_stopped() or self.info.state in ("stopped", "loading")

    def _is_stopped(self) -> bool:
        """Whether a server on demand that was ready has stopped: its socket is gone."""
        if self._probe_url is None or self.info.state != "ready":
            return False
        return not Path(self._probe_url.removeprefix("unix:")).exists()

    async def _attempt(
        self, payload: dict[str, Any], usage: Usage, uid: int, request_id: str
    ) -> AsyncGenerator[str]:
        self._slots.resize(self.info.slots or 0)
        with self._slots.hold(uid, payload["messages"]) as slot:
            if slot is not None:
                payload = {**payload, "id_slot": slot.number, "cache_prompt": slot.is_own}
            elif self.info.slots:
                payload = {**payload, "cache_prompt": False}
            async with aclosing(
                self._stream(strictjson.dumps(payload), usage, request_id)
            ) as texts:
                async for text in texts:
                    yield text
            if slot is not None:
                slot.is_complete = bool(usage.finish_reason)

    async def _stream(self, body: bytes, usage: Usage, request_id: str) -> AsyncGenerator[str]:
        path = "/v1/chat/completions"
        async with self._transport.request(self.url, "POST", path, body, request_id) as response:
            if response.status == 503:
                raise _NotYet
            usage.started = True
            if response.status != 200:
                raise self._explain_status(response.status, await read_body(response))
            async with (
                aclosing(response.body()) as pieces,
                aclosing(sse.read_events(pieces)) as events,
            ):
                async for data in events:
                    if text := completion.extract_text(data, usage):
                        yield text

    async def _probe(self) -> ServerInfo:
        if not self.enabled:
            return ServerInfo("disabled")
        url = self._probe_url or self.url
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                status, health = await self._transport.get(url, "/health")
                if status == 503:
                    return ServerInfo("loading")
                models_status, models = await self._transport.get(url, "/v1/models")
                if (
                    status not in (200, 404) or models_status != 200
                ):  # llama-cpp-python has no /health
                    raise self._explain_status(max(status, models_status), health)
                _, props = await self._transport.get(url, "/props")
        except http_parser.CannotConnect:
            if self._activator.is_active:
                return ServerInfo("loading")
            if self._probe_url is not None:  # the next request will start it
                return ServerInfo("stopped")
            self.last_error = f"no model server is listening at {url}"
            return ServerInfo("absent")
        except TimeoutError:
            self.last_error = (
                f"the model server at {url} did not respond within {PROBE_TIMEOUT_S:g} s"
            )
            return ServerInfo("failed")
        except http_parser.HttpError as error:
            self.last_error = f"the model server at {url} closed the connection: {error}"
            return ServerInfo("failed")
        except CortexError as error:
            self.last_error = error.message
            return ServerInfo("failed")
        self.last_error = None
        return server_info.parse_server_info(models, props, self._settings.profile)

    def _explain_status(self, status: int, body: bytes) -> CortexError:
        """The error for an HTTP status other than 200; the server's fault is remembered."""
        self.invalidate()
        error = refusals.explain_status(status, body, self.info.context_length)
        if status not in EXPECTED_REFUSALS and isinstance(error, LlmUnavailable):
            self.last_error = error.message
        return error

    def invalidate(self) -> None:
        """Forget the known state: the server is asked before the next request."""
        self._outdated = True

    def _invalid_response_error(self, what: str) -> LlmUnavailable:
        self.last_error = f"the model server at {self.url} sent an invalid response: {what}"
        return LlmUnavailable(self.last_error, hint="is it a llama.cpp server?")

    def _lost_error(self, error: Exception | None, usage: Usage) -> LlmUnavailable:
        self.invalidate()
        if isinstance(error, http_parser.CannotConnect):
            self.last_error = f"no model server is listening at {self.url}"
            return LlmUnavailable(self.last_error, hint=_START_HINT)
        self.last_error = f"the model server disconnected after {usage.tokens} tokens of the answer"
        return LlmUnavailable(
            self.last_error, hint="see why: journalctl -u cortex-llm -n 50", tokens=usage.tokens
        )
