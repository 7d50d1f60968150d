"""Downloads against a server that cuts, corrupts, stalls, slows and lies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cortex_llm import download
from cortex_llm.download import fetch
from cortex_llm.errors import DownloadError, ModelError, UsageError
from tests.support.model_host import ModelHost, model_host
from tests.support.tiny_gguf import write_model


@pytest.fixture
def host(tiny: Path) -> object:
    with model_host(tiny.read_bytes()) as found:
        yield found


def get(host: ModelHost, folder: Path, **options: object) -> download.Download:
    return fetch(host.url, folder / "m.gguf", stall=0.5, pause=0.01, **options)  # type: ignore[arg-type]


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_file_gets_its_name(host: ModelHost, tmp_path: Path) -> None:
    seen: list[int] = []
    fetched = get(
        host, tmp_path, sha256=host.sha256, progress=lambda done, _total: seen.append(done)
    )
    assert fetched.path.read_bytes() == host.content
    assert fetched.checked
    assert fetched.sha256 == host.sha256
    assert seen == sorted(seen)
    assert seen[-1] == len(host.content)
    assert leftovers(tmp_path) == ["m.gguf"]
    assert fetched.path.stat().st_mode & 0o777 == 0o644


def test_a_cut_connection_is_taken_up_where_it_broke(host: ModelHost, tmp_path: Path) -> None:
    host.cuts = 3
    assert get(host, tmp_path, sha256=host.sha256).path.read_bytes() == host.content
    resumed = [asked for asked in host.requests if asked]
    assert len(resumed) == 3
    assert resumed[0] != "bytes=0-"


def test_a_stalled_connection_is_given_up_and_taken_up(host: ModelHost, tmp_path: Path) -> None:
    host.stalls = 1
    assert get(host, tmp_path, sha256=host.sha256).path.read_bytes() == host.content


def test_a_slow_network_is_no_fault(host: ModelHost, tmp_path: Path) -> None:
    host.pause = 0.02
    assert get(host, tmp_path).size == len(host.content)


def test_a_server_without_ranges_sends_it_again(host: ModelHost, tmp_path: Path) -> None:
    host.ranges = False
    host.cuts = 1
    assert get(host, tmp_path, sha256=host.sha256).path.read_bytes() == host.content


def test_a_later_run_goes_on_with_what_is_here(host: ModelHost, tmp_path: Path) -> None:
    half = len(host.content) // 2
    (tmp_path / "m.gguf.part").write_bytes(host.content[:half])
    notes = {"url": host.url, "tag": host.tag, "size": len(host.content)}
    (tmp_path / "m.gguf.part.json").write_text(json.dumps(notes))
    fetched = get(host, tmp_path, sha256=host.sha256)
    assert fetched.resumed_at == half
    assert f"bytes={half}-" in host.requests


def test_a_leftover_of_another_version_is_not_mixed_in(host: ModelHost, tmp_path: Path) -> None:
    (tmp_path / "m.gguf.part").write_bytes(b"x" * 1000)
    notes = {"url": host.url, "tag": '"v0"', "size": len(host.content)}
    (tmp_path / "m.gguf.part.json").write_text(json.dumps(notes))
    fetched = get(host, tmp_path, sha256=host.sha256)
    assert fetched.resumed_at == 0
    assert fetched.path.read_bytes() == host.content


def test_a_wrong_checksum_is_thrown_away(host: ModelHost, tmp_path: Path) -> None:
    host.corrupt = True
    with pytest.raises(DownloadError, match="SHA-256") as caught:
        get(host, tmp_path, sha256=host.sha256)
    assert caught.value.hint
    assert leftovers(tmp_path) == []


def test_the_checksum_that_the_server_tells_counts(host: ModelHost, tmp_path: Path) -> None:
    host.redirect = True
    assert get(host, tmp_path).checked
    host.corrupt = True
    (tmp_path / "m.gguf").unlink()
    with pytest.raises(DownloadError, match="SHA-256"):
        get(host, tmp_path)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with (
        model_host(b"<html>log in first</html>" * 1000) as host,
        pytest.raises(ModelError, match="not a GGUF model"),
    ):
        get(host, tmp_path)
    assert leftovers(tmp_path) == []


def test_a_model_that_promises_more_is_refused(tiny: Path, tmp_path: Path) -> None:
    with (
        model_host(tiny.read_bytes()[:-4096]) as host,
        pytest.raises(ModelError, match="truncated"),
    ):
        get(host, tmp_path)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("status", "hint"), [(404, "no longer exists"), (401, "account"), (403, "account")]
)
def test_refusals_say_what_to_do(host: ModelHost, tmp_path: Path, status: int, hint: str) -> None:
    host.status = status
    with pytest.raises(DownloadError, match=f"HTTP {status}") as caught:
        get(host, tmp_path)
    assert hint in (caught.value.hint or "")


def test_no_network_names_the_way_on(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"cannot reach 127\.0\.0\.1") as caught:
        fetch("http://127.0.0.1:1/model.gguf", tmp_path / "m.gguf", stall=0.5)
    assert "built-in" in (caught.value.hint or "")
    assert leftovers(tmp_path) == []


def test_a_name_that_does_not_resolve(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"cannot reach nowhere\.invalid"):
        fetch("http://nowhere.invalid/model.gguf", tmp_path / "m.gguf", stall=0.5)


def test_no_room_is_told_before_any_byte(
    host: ModelHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "DISK_RESERVE", 1 << 60)
    with pytest.raises(DownloadError, match="MiB free"):
        get(host, tmp_path)
    assert leftovers(tmp_path) == []


def test_a_network_that_never_holds_is_given_up(host: ModelHost, tmp_path: Path) -> None:
    (tmp_path / "m.gguf.part").write_bytes(host.content[:100_000])
    notes = {"url": host.url, "tag": host.tag, "size": len(host.content)}
    (tmp_path / "m.gguf.part.json").write_text(json.dumps(notes))
    host.dead = True
    with pytest.raises(DownloadError, match="broke 6 times at 100,000") as caught:
        fetch(host.url, tmp_path / "m.gguf", stall=0.5, pause=0.0)
    assert "resumes" in (caught.value.hint or "")
    assert "m.gguf.part" in leftovers(tmp_path)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "/etc/passwd"])
def test_only_the_web(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not an http"):
        fetch(url, tmp_path / "m.gguf")


def test_another_model_is_another_file(tmp_path: Path) -> None:
    """The tiny model really depends on its seed: the corruption tests are not vacuous."""
    first = write_model(tmp_path / "a.gguf", seed=1).read_bytes()
    assert first != write_model(tmp_path / "b.gguf", seed=2).read_bytes()


def test_a_disk_that_fills_up_says_so_at_once(host: ModelHost, tmp_path: Path) -> None:
    (tmp_path / "m.gguf.part").symlink_to("/dev/full")
    notes = {"url": host.url, "tag": host.tag, "size": len(host.content)}
    (tmp_path / "m.gguf.part.json").write_text(json.dumps(notes))
    asked = len(host.requests)
    with pytest.raises(DownloadError, match="no space left on device") as caught:
        get(host, tmp_path)
    assert "free some space" in (caught.value.hint or "")
    assert len(host.requests) - asked == 2  # it was not tried again


def test_a_redirect_is_resumed_too(host: ModelHost, tmp_path: Path) -> None:
    host.redirect, host.cuts = True, 2
    fetched = get(host, tmp_path)
    assert fetched.checked
    assert fetched.path.read_bytes() == host.content
