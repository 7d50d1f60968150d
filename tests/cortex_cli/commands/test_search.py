import json
import re
from pathlib import Path

from tests.cortex_cli.conftest import CHECKOUT, Cortex
from tests.support.terminal import terminal


def test_a_search(cortex: Cortex) -> None:
    done = cortex.run("search", "web server")
    assert done.returncode == 0, done.stderr
    assert "nginx" in done.stdout
    assert "small, powerful, scalable web/proxy server" in done.stdout


def test_as_json(cortex: Cortex) -> None:
    done = cortex.run("search", "un serveur web", "--json", "--limit", "2")
    value = json.loads(done.stdout)
    assert value["request"] == "un serveur web"
    first = value["packages"][0]
    assert first["name"] in ("nginx", "lighttpd")
    assert first["source"] == "catalogue"
    assert len(value["packages"]) == 2


def test_what_packages_say_cannot_reach_the_terminal(cortex: Cortex) -> None:
    done = cortex.run("search", "evil")
    assert "\x1b" not in done.stdout
    assert "evil" in done.stdout


def test_nothing_found(cortex: Cortex) -> None:
    done = cortex.run("search", "xyzzyqwert")
    assert done.returncode == 3
    assert "xyzzyqwert" in done.stderr


def test_nothing_said(cortex: Cortex) -> None:
    assert cortex.run("search", " ").returncode == 2


def test_no_package_lists(cortex: Cortex, tmp_path: Path) -> None:
    """A container image: installed packages, no lists."""
    (tmp_path / "none").mkdir()
    without = {"CORTEX_APT_LISTS": str(tmp_path / "none")}
    for command in (["search", "a fast web server"], ["install", "a fast web server"]):
        done = cortex.run(*command, env=without)
        assert (done.returncode, done.stdout) == (3, "")
        assert "this machine has no package lists" in done.stderr
        assert re.search(r"^hint: run: (sudo )?apt-get update$", done.stderr, re.MULTILINE)


def test_the_package_of_that_name_comes_first(cortex: Cortex) -> None:
    for name in ("nginx", "nginx-common", "make", "libc6", "libnginx-mod-stream"):
        done = cortex.run("search", name, "--json")
        assert json.loads(done.stdout)["packages"][0]["name"] == name


def test_at_60_columns_no_line_is_wider_and_no_word_is_cut(cortex: Cortex) -> None:
    whole = cortex.run("search", "web server").stdout.split()
    environ = {**cortex.environ, "COLUMNS": "60", "NO_COLOR": "1"}
    with terminal(cortex.command("search", "web server"), environ, CHECKOUT) as screen:
        assert screen.ended() == 0
        shown = screen.seen.decode().replace("\r\n", "\n")
    assert max(len(line) for line in shown.splitlines()) <= 60
    assert set(whole) <= set(shown.split())
