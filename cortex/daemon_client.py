"""The original project's Python client of the daemon, for programs written against it.

    from cortex.daemon_client import CortexDaemonClient

    CortexDaemonClient().get_health()

Thin: it speaks the daemon's ``command`` and ``method`` dialects and adds nothing.  A request
goes out without a newline, so that the daemon sends a byte now and then: ``timeout`` bounds
silence, not the time that an answer takes.  New programs use ``cortexd.api.client``.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from typing import Any

from cortex.daemon_views import DaemonViews
from cortex_cli.settings import Settings

Json = dict[str, Any]

RECEIVE_BYTES = 64 * 1024


class DaemonConnectionError(Exception):
    """The daemon cannot be reached, or is silent for too long."""


class DaemonProtocolError(Exception):
    """The daemon sent an error, or something that is no reply."""


class CortexDaemonClient(DaemonViews):
    """Asks the daemon, on a connection of its own for each request."""

    DEFAULT_SOCKET_PATH = "/run/cortex/cortex.sock"
    DEFAULT_TIMEOUT = 5.0
    # In the daemon, loading and answering have limits of their own.
    MODEL_LOAD_TIMEOUT = 120.0
    INFERENCE_TIMEOUT = 60.0

    def __init__(self, socket_path: str | None = None, timeout: float = DEFAULT_TIMEOUT) -> None:
        """Use ``socket_path``, by default the socket that the command ``cortex`` would use.

        ``timeout`` is how many seconds the daemon may be silent.
        """
        self.socket_path = str(socket_path or Settings(os.environ).socket_path())
        self.timeout = timeout

    def _send_command(
        self, command: str | Json, params: Json | None = None, timeout: float | None = None
    ) -> Json:
        """Send a command and return the whole reply, an error too.

        ``command`` is a request, ``{"command": …, "params": …}``, or a command's name.

        Raises:
            DaemonConnectionError: the daemon cannot be reached or is silent for too long.
            DaemonProtocolError: the reply is not JSON.
        """
        request = command if isinstance(command, dict) else {"command": command}
        return self._exchange({**request, **({"params": params} if params else {})}, timeout)

    def _send_request(
        self, method: str, params: Json | None = None, timeout: float | None = None
    ) -> Json:
        """Send a method and return the whole reply.  Errors as in ``_send_command``."""
        return self._exchange({"method": method, "params": params or {}}, timeout)

    def _check_response(self, response: Json) -> Json:
        """Return the result that a reply holds.

        Raises:
            DaemonProtocolError: the reply is an error.
        """
        result = response.get("result", response.get("data"))
        if isinstance(result, dict):
            return result
        error = response.get("error")
        if isinstance(error, dict):
            raise DaemonProtocolError(f"Daemon error ({error.get('code')}): {error.get('message')}")
        raise DaemonProtocolError(f"the reply has neither result nor error: {str(response)[:80]}")

    def _call(self, method: str, params: Json | None = None, timeout: float | None = None) -> Json:
        return self._check_response(self._send_request(method, params, timeout))

    def _succeeds(self, method: str, params: Json | None = None) -> bool:
        try:
            self._call(method, params)
        except DaemonProtocolError:
            return False
        return True

    def _exchange(self, request: Json, timeout: float | None) -> Json:
        received = bytearray()
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(self.timeout if timeout is None else timeout)
                connection.connect(self.socket_path)
                with contextlib.suppress(BrokenPipeError):  # refused: the reason is there to read
                    connection.sendall(json.dumps(request).encode())
                while chunk := connection.recv(RECEIVE_BYTES):
                    received += chunk
        except TimeoutError as error:
            raise DaemonConnectionError(f"cortexd at {self.socket_path} did not answer") from error
        except OSError as error:
            raise DaemonConnectionError(
                f"cannot reach cortexd at {self.socket_path}: {error.strerror or error}; "
                "start it with: systemctl start cortexd   (or without root: cortex up)"
            ) from error
        last = bytes(received).strip().rpartition(b"\n")[2]  # with "stream", after its events
        try:
            reply = json.loads(last)
        except ValueError as error:
            raise DaemonProtocolError(f"the reply is not JSON: {last[:80]!r}") from error
        if not isinstance(reply, dict):
            raise DaemonProtocolError(f"the reply is not an object: {last[:80]!r}")
        return reply

    # The daemon

    def is_running(self) -> bool:
        """Whether the daemon answers."""
        return self.ping()

    def ping(self) -> bool:
        """Whether the daemon answers."""
        try:
            return bool(self._call("ping").get("pong"))
        except (DaemonConnectionError, DaemonProtocolError):
            return False

    def get_version(self) -> Json:
        """Return the data of ``version``.  Errors as in ``_send_command`` and in all below."""
        return self._call("version")

    def get_status(self) -> Json:
        """Return the data of ``status``."""
        return self._call("status")

    def get_health(self) -> Json:
        """Return the data of ``health``."""
        return self._call("health")

    def get_config(self) -> Json:
        """Return the data of ``config.get``."""
        return self._call("config.get")

    def reload_config(self) -> bool:
        """Read the configuration again; False if the daemon refuses it."""
        return self._succeeds("config.reload")

    def shutdown(self) -> bool:
        """Stop the daemon; False if it refuses.  True too if there is none."""
        try:
            return self._succeeds("shutdown")
        except DaemonConnectionError:
            return True

    # Alerts

    def get_alerts(
        self, severity: str | None = None, alert_type: str | None = None, limit: int = 100
    ) -> list[Json]:
        """Return alerts, the newest first."""
        params: Json = {"limit": limit, "severity": severity, "type": alert_type}
        alerts: list[Json] = self._call("alerts", params)["alerts"]
        return alerts

    def get_alerts_by_severity(self, severity: str) -> list[Json]:
        """Return the alerts of one severity."""
        return self.get_alerts(severity=severity)

    def get_alerts_by_type(self, alert_type: str) -> list[Json]:
        """Return the alerts of one type."""
        return self.get_alerts(alert_type=alert_type)

    def get_active_alerts(self) -> list[Json]:
        """Return the alerts that are neither acknowledged, dismissed nor resolved."""
        alerts: list[Json] = self._call("alerts", {"status": "active"})["alerts"]
        return alerts

    def acknowledge_alert(self, alert_id: str) -> bool:
        """Mark an alert as seen; False if the daemon refuses."""
        return self._succeeds("alerts.acknowledge", {"id": alert_id})

    def acknowledge_all_alerts(self) -> int:
        """Mark all active alerts as seen, and return how many they were."""
        return int(self._call("alerts.acknowledge", {"all": True})["acknowledged_count"])

    def dismiss_alert(self, alert_id: str) -> bool:
        """Hide an alert; False if the daemon refuses."""
        return self._succeeds("alerts.dismiss", {"id": alert_id})

    # The model

    def get_llm_status(self) -> Json:
        """Return the data of ``llm.status``."""
        return self._call("llm.status")

    def load_model(self, model_path: str) -> Json:
        """Load the model that is set up; another is refused (``DaemonProtocolError``)."""
        return self._call("llm.load", {"model_path": model_path}, self.MODEL_LOAD_TIMEOUT)

    def unload_model(self) -> bool:
        """Unload the model; False if the daemon refuses."""
        return self._succeeds("llm.unload")

    def infer(
        self,
        prompt: str,
        max_tokens: int = 256,
        temperature: float = 0.7,
        top_p: float = 0.9,
        stop: str | None = None,
    ) -> Json:
        """Answer a prompt, and return the data of ``inference``."""
        params: Json = {
            "prompt": prompt,
            "max_tokens": max_tokens,
            "temperature": temperature,
            "top_p": top_p,
            "stop": stop or None,
        }
        return self._call("inference", params, self.INFERENCE_TIMEOUT)
