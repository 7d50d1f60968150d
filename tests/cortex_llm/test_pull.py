"""``models pull`` against a local server that cuts, redirects, lies and knows no ranges."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cortex_llm import pull, recommended
from cortex_llm.errors import ModelError, UsageError
from tests.support.model_host import ModelHost, model_host
from tests.support.model_server import CHECKOUT, clean_environment

ARGV = [sys.executable, "-m", "cortex_llm", "models", "pull"]


@pytest.fixture
def host(tiny: Path) -> Iterator[ModelHost]:
    with model_host(tiny.read_bytes()) as found:
        yield found


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ARGV, "--dir", str(folder), *arguments],
        cwd=CHECKOUT,
        env=clean_environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_whole_file_with_its_checksum(host: ModelHost, tmp_path: Path) -> None:
    done = run(tmp_path, host.url, "--sha256", host.sha256)
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}/model.gguf\n")
    assert f"SHA-256 {host.sha256} (correct)" in done.stderr
    assert (tmp_path / "model.gguf").read_bytes() == host.content


def test_without_a_published_checksum_the_computed_one_is_shown(
    host: ModelHost, tmp_path: Path
) -> None:
    done = run(tmp_path, host.url)
    assert done.returncode == 0
    assert f"SHA-256 {host.sha256} (no published one is known" in done.stderr


def test_again_it_is_already_here(host: ModelHost, tmp_path: Path) -> None:
    assert run(tmp_path, host.url).returncode == 0
    count = len(host.requests)
    done = run(tmp_path, host.url, "--json")
    assert json.loads(done.stdout)["sha256"] == host.sha256
    assert len(host.requests) == count


@pytest.mark.parametrize("ranges", [True, False])
def test_cuts_are_taken_up_or_begun_again(host: ModelHost, tmp_path: Path, ranges: bool) -> None:
    host.cuts, host.ranges, host.redirect = 1, ranges, True
    done = run(tmp_path, host.url, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["checked"]  # the redirect names the checksum
    assert (tmp_path / "model.gguf").read_bytes() == host.content


def test_one_that_is_interrupted_is_resumed(host: ModelHost, tmp_path: Path) -> None:
    host.pause = 0.2
    part = tmp_path / "model.gguf.part"
    with subprocess.Popen(
        [*ARGV, "--dir", str(tmp_path), host.url],
        cwd=CHECKOUT,
        env=clean_environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 30
        while not (part.exists() and part.stat().st_size):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command resumes the download" in stderr
    host.pause = 0.0
    done = run(tmp_path, host.url, "--json")
    assert json.loads(done.stdout)["resumed_at"] > 0
    assert (tmp_path / "model.gguf").read_bytes() == host.content


def test_a_wrong_checksum_is_discarded(host: ModelHost, tmp_path: Path) -> None:
    done = run(tmp_path, host.url, "--sha256", "0" * 64)
    assert done.returncode == 1
    assert f"its SHA-256 is {host.sha256}, not {'0' * 64}" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_model_is_refused_by_its_address(tmp_path: Path) -> None:
    for url, words in [
        ("http://127.0.0.1:1/page.html", "does not end in the name of a .gguf file"),
        ("qwen2.5-05b", "did you mean qwen2.5-0.5b?"),
        ("nothing like it", "they are: "),
    ]:
        done = run(tmp_path, url)
        assert done.returncode == 2
        assert words in done.stderr
    assert run(tmp_path, "qwen2.5-0.5b", "--sha256", "xyz").returncode == 2


@pytest.mark.parametrize("key", [model.key for model in recommended.MODELS])
def test_every_recommended_model_has_a_source(key: str) -> None:
    known = recommended.find(key)
    assert known is not None
    url, _ = pull.choose_source(key, known, None)
    assert pull.name_file(url) == known.file_name


def test_what_does_not_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    largest = recommended.MODELS[-1]
    small = pull.machine.Machine(1 << 30, "RAM", 1 << 30, 1)
    monkeypatch.setattr(pull.machine, "inspect", lambda: small)
    with pytest.raises(ModelError, match="needs 16 GiB of memory; this machine has less"):
        pull.require_fit(largest, tmp_path / "not/yet/there")


@pytest.mark.parametrize("url", ["https://x/", "https://x/a.bin", "https://x/a%0Ab.gguf"])
def test_an_address_without_a_file_name(url: str) -> None:
    with pytest.raises(UsageError):
        pull.name_file(url)
