"""The service's set-up as far as it needs no systemd; the rest is in tests/systemd."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_llm import service
from cortex_llm.config import Settings
from cortex_llm.errors import ModelError
from cortex_llm.machine import Machine


def test_the_cap_leaves_a_reserve(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(engine="xllamacpp")
    _, sized, cap = service._plan_service(settings, tiny)
    assert sized.needed_bytes < cap <= sized.needed_bytes * service.HEADROOM
    small = Machine(400 << 20, "RAM", 400 << 20, 1)
    monkeypatch.setattr(service.machine, "inspect", lambda: small)
    with pytest.raises(ModelError, match="too large for this machine"):
        service._plan_service(settings, tiny)
