import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.debian import lists as apt_lists
from cortex_cli.errors import Failure
from cortex_cli.language.question import Question
from cortex_cli.packages.knowledge import Knowledge
from tests.cortex_cli.conftest import write_lists


def found(knowledge: Knowledge, text: str) -> list[str]:
    return [hit.package.name for hit in knowledge.search(Question(text))]


def test_a_package_by_name(knowledge: Knowledge) -> None:
    nginx = knowledge.package("NGINX")
    assert nginx is not None
    assert (nginx.version, nginx.upstream_version, nginx.installed) == ("1.22.1-9", "1.22.1", None)
    assert nginx.origin == "Debian bookworm/main"
    assert nginx.long.startswith('Nginx ("engine X")')
    assert knowledge.package("nginx-turbo") is None


def test_versions_as_people_say_them(knowledge: Knowledge) -> None:
    evil = knowledge.package("evil")
    assert evil is not None
    assert evil.upstream_version == "6.6.6~rc1"


def test_what_is_installed_shows_its_own_version(knowledge: Knowledge) -> None:
    libc6, oddity = knowledge.package("libc6"), knowledge.package("oddity")
    assert libc6 is not None
    assert oddity is not None
    assert (libc6.version, libc6.installed, libc6.shown_version) == ("2.36-9", "2.36-8", "2.36-8")
    assert libc6.long == "Contains the standard libraries."
    assert oddity.origin == "dpkg"
    removed = knowledge.package("lighttpd")
    assert removed is not None
    assert removed.installed is None


def test_programs_come_before_their_parts(knowledge: Knowledge) -> None:
    names = found(knowledge, "a web server")
    assert names.index("nginx") < names.index("libnginx-mod-stream")
    assert set(found(knowledge, "httpd")[:2]) == {"lighttpd", "nginx"}


def test_words_are_found_in_other_forms(knowledge: Knowledge) -> None:
    assert found(knowledge, "editing pdfs")[0] in ("pdfarranger", "xournalpp")


def test_the_name_said_comes_first(knowledge: Knowledge) -> None:
    assert found(knowledge, "nginx-common")[0] == "nginx-common"


def test_what_is_named(knowledge: Knowledge) -> None:
    def named(text: str) -> list[str]:
        return [package.name for package in knowledge.find_named(Question(text))]

    assert named("What is nginx?") == ["nginx"]
    assert named("compare lighttpd with nginx") == ["lighttpd", "nginx"]
    assert named("what is make?") == ["make"]
    assert named("how do I make the best of the time I have left") == []
    assert named("hello") == []
    assert named("") == []


def test_slips_and_virtual_packages(knowledge: Knowledge) -> None:
    assert knowledge.suggest_names("nignx") == ["nginx"]
    assert {package.name for package in knowledge.providers("httpd")} == {"nginx", "lighttpd"}


@given(st.text())
def test_any_text_can_be_searched(knowledge: Knowledge, text: str) -> None:
    for hit in knowledge.search(Question(text)):
        assert 0 <= hit.covered <= 1
        assert hit.covered or hit.curated
    knowledge.find_named(Question(text))
    knowledge.suggest_names(text)


def test_without_apt_nothing_is_known(tmp_path: Path) -> None:
    env = {"CORTEX_APT_LISTS": str(tmp_path), "CORTEX_DPKG_STATUS": str(tmp_path / "none")}
    with Knowledge.open(env) as nothing:
        assert len(nothing) == 0
        assert nothing.search(Question("web server")) == []
        assert nothing.package("nginx") is None
        assert nothing.find_named(Question("nginx")) == []
        assert nothing.suggest_names("nginx") == []


def test_a_damaged_list_is_a_failure(tmp_path: Path) -> None:
    env = write_lists(tmp_path / "machine")
    (Path(env["CORTEX_APT_LISTS"]) / "x_Packages.xz").write_bytes(b"junk")
    with pytest.raises(Failure, match="x_Packages"):
        Knowledge.open(env)


@pytest.mark.skipif(
    not apt_lists.find_packages(apt_lists.SYSTEM_LISTS), reason="this machine has no apt lists"
)
def test_this_machines_own_lists(tmp_path: Path) -> None:
    started = time.monotonic()
    with Knowledge.open({"CORTEX_CACHE_DIR": str(tmp_path)}) as own:
        assert len(own) > 1000
        assert time.monotonic() - started < 60
        nginx = own.package("nginx")
        assert nginx is None or own.search(Question("nginx"))[0].package.name.startswith("nginx")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 60e6
    shutil.rmtree(tmp_path)
