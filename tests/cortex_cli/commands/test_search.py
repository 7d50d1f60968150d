import json
import re
from pathlib import Path

from tests.cortex_cli.conftest import Cortex


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
