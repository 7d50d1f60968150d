"""This user's paths: runtime folder, state folder and socket.

The runtime folder is ``$XDG_RUNTIME_DIR/cortex``, or ``/tmp/cortex-UID`` if that variable is not
set; either must be a real folder that belongs to this user and that nobody else can enter.

The socket is the first of: ``--socket``, ``CORTEX_SOCKET``, this user's own daemon if it is
running, ``/run/cortex/cortex.sock``.
"""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

SOCKET_NAME = "cortex.sock"
# Has the address of the model server that "cortex up" started.
MODEL_URL_NAME = "cortex-llm.url"
# A live daemon accepts at once; a slower one is not worth delaying a command for.
PROBE_TIMEOUT_S = 0.5


@dataclass(frozen=True, slots=True)
class Settings:
    """The command line's and the environment's settings; passed to every command."""

    environ: Mapping[str, str]
    socket: Path | None = None
    json: bool = False

    def find_named_socket(self) -> Path | None:
        """Return the socket that the user named, if any."""
        if self.socket is not None:
            return self.socket
        named = self.environ.get("CORTEX_SOCKET")
        return Path(named).expanduser() if named else None

    def socket_path(self) -> Path:
        """Return the socket to talk to."""
        if named := self.find_named_socket():
            return named
        from cortexd.api.client import DEFAULT_SOCKET  # most commands need no socket

        folder = runtime_dir(self.environ)
        own = folder / SOCKET_NAME
        if find_privacy_problem(folder) is None and accepts_connections(own):
            return own
        return Path(DEFAULT_SOCKET)


def runtime_dir(environ: Mapping[str, str]) -> Path:
    """Return this user's runtime folder, whether or not it exists yet."""
    base = environ.get("XDG_RUNTIME_DIR")
    # After su or sudo the variable may still name another user's folder.
    if base and Path(base).is_absolute() and find_privacy_problem(Path(base)) is None:
        return Path(base) / "cortex"
    return Path(f"/tmp/cortex-{os.getuid()}")  # noqa: S108 - its owner and mode are checked


def find_own_model_url(environ: Mapping[str, str]) -> str | None:
    """Return the address of this user's running model server; None if "cortex up" has none.

    It is ``unix:/PATH`` or ``http://127.0.0.1:PORT``.
    """
    folder = runtime_dir(environ)
    if find_privacy_problem(folder) is not None:
        return None
    try:
        url = (folder / MODEL_URL_NAME).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    if url.startswith("unix:") and not accepts_connections(Path(url.removeprefix("unix:"))):
        return None
    return url or None


def make_runtime_dir(environ: Mapping[str, str]) -> Path:
    """Create the runtime folder if needed, and return it.

    Raises:
        Failure: the folder is a link, belongs to someone else, or is open to others.
    """
    folder = runtime_dir(environ)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"cannot create the folder {folder}: {error.strerror}",
            hint="set XDG_RUNTIME_DIR to a folder of your own",
        ) from error
    if reason := find_privacy_problem(folder):
        raise Failure(
            f"the folder {folder} is not safe to use: {reason}",
            hint=f"remove it, or set XDG_RUNTIME_DIR to a folder of your own: ls -ld {folder}",
        )
    return folder


def find_state_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder for this user's state."""
    state = environ.get("XDG_STATE_HOME", "")
    if Path(state).is_absolute():
        return Path(state) / "cortex"
    return find_home(environ) / ".local/state/cortex"


def find_home(environ: Mapping[str, str]) -> Path:
    """Return this user's home folder; never a relative one, which the working directory decides."""
    home = Path(environ.get("HOME", ""))
    if home.is_absolute():
        return home
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return Path("/")


def find_privacy_problem(folder: Path) -> str | None:
    """Return why ``folder`` is not private to this user; None if it is."""
    try:
        status = folder.lstat()
    except OSError as error:
        return (error.strerror or str(error)).lower()
    if not stat.S_ISDIR(status.st_mode):
        return "it is not a folder"
    if status.st_uid != os.getuid():
        return f"it belongs to user {status.st_uid}"
    if status.st_mode & 0o077:
        return f"its mode is {stat.S_IMODE(status.st_mode):04o}, others may enter"
    return None


def accepts_connections(path: Path) -> bool:
    """Return True if a server accepts connections at ``path``."""
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(PROBE_TIMEOUT_S)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
