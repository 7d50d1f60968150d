"""What is known of a model without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_llm import models
from cortex_llm.config import Settings
from cortex_llm.profiles import lookup, records
from cortex_llm.profiles.verdict import Verdict
from tests.support.real_models import GEMMA_BASE, require
from tests.support.tiny_gguf import write_model


def test_the_file_may_name_a_profile_of_its_own(tiny: Path) -> None:
    known = lookup.look_up(models.describe(tiny), Settings())
    assert known is not None
    assert known.profile == "test-profile"


@pytest.mark.parametrize("profile", ["chat", "tiny", "base", "untested"])
def test_but_not_one_that_a_trial_gives(tmp_path: Path, profile: str) -> None:
    path = write_model(tmp_path / "m.gguf", extra_kv={"cortex.profile": profile})
    assert lookup.look_up(models.describe(path), Settings()) is None
    assert lookup.set_profile(models.describe(path), Settings()).profile is None


def test_what_is_on_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path = write_model(tmp_path / "m.gguf")
    records.save(records.identify(path), Verdict("tiny", "why"), "m")
    assert lookup.set_profile(models.describe(path), Settings()).profile == "tiny"


def test_a_real_base_model_is_recognised_for_free() -> None:
    model = models.describe(require(GEMMA_BASE))
    known = lookup.look_up(model, Settings())
    assert known is not None
    assert known.profile == "base"
    assert "chat_template" in known.reason


def test_the_built_in_model_is_nano() -> None:
    assert lookup.set_profile(models.describe(models.find_built_in()), Settings()).profile == "nano"
