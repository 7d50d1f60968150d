"""The command before the real daemon and a scripted model server, for what a real model will
not say on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cortex_cli.conftest import Cortex
from tests.support.daemon import daemon
from tests.support.fake_llm import FakeLlm, Script

MODELS = '{{"data":[{{"id":"scripted","tags":["cortex.profile={profile}"]}}]}}'
PROPS = b'{"total_slots":4,"default_generation_settings":{"n_ctx":4096}}'


@contextmanager
def scripted(
    cortex: Cortex, folder: Path, profile: str, chat: Script
) -> Iterator[tuple[Cortex, FakeLlm]]:
    """The command, with a model of ``profile`` that answers by ``chat``."""
    models = MODELS.format(profile=profile).encode()
    with (
        FakeLlm(folder / "llm.sock", chat=chat, models=models, props=PROPS) as llm,
        daemon(folder, {"llm": {"url": llm.url}}) as running,
    ):
        environ = {**cortex.environ, "CORTEX_SOCKET": str(running.socket_path)}
        yield Cortex(environ), llm
