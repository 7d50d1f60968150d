from pathlib import Path

import pytest

from cortex_cli.errors import NothingFound
from cortex_cli.install.plan import Plan
from cortex_cli.install.selection import plan_install
from cortex_cli.settings import Settings


def plan(apt_env: dict[str, str], request: str) -> Plan:
    environ = {**apt_env, "CORTEX_SOCKET": "/nonexistent/cortex.sock"}
    return plan_install(Settings(environ), request)


def names(made: Plan) -> list[str]:
    return [package.name for package in made.packages]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("nginx", ["nginx"]),
        ("please install nginx", ["nginx"]),
        ("install nginx and lighttpd", ["nginx", "lighttpd"]),
        ("installe nginx", ["nginx"]),
        ("make", ["make"]),
        ("libc6", ["libc6"]),
    ],
)
def test_names_are_taken_as_they_are(
    apt_env: dict[str, str], request_: str, expected: list[str]
) -> None:
    made = plan(apt_env, request_)
    assert (names(made), made.origin) == (expected, "exact")


def test_without_a_model_the_index_chooses(
    apt_env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    made = plan(apt_env, "a small web server with a minimal footprint")
    assert (names(made), made.origin) == (["lighttpd"], "catalogue")
    assert "nginx" in made.alternatives
    made = plan(apt_env, "directing the compilation of things")
    assert (names(made), made.origin) == (["make"], "index")
    assert "choosing without a model: cannot reach cortexd" in capsys.readouterr().err


def test_what_is_not_here_is_not_found(apt_env: dict[str, str]) -> None:
    for request in ("a spaceship simulator", "nginx-turbo-deluxe", "qsdf", "hello", "please", "?"):
        with pytest.raises(NothingFound):
            plan(apt_env, request)
    with pytest.raises(NothingFound) as caught:
        plan(apt_env, "nignx")
    assert caught.value.hint == "did you mean nginx?"


def test_a_machine_without_lists(tmp_path: Path) -> None:
    environ = {"CORTEX_APT_LISTS": str(tmp_path), "CORTEX_DPKG_STATUS": str(tmp_path / "none")}
    with pytest.raises(NothingFound) as caught:
        plan_install(Settings(environ), "nginx")
    assert "apt-get update" in str(caught.value.hint)


#: What a container image has installed, with a package that words alone would pick.
CONTAINER_STATUS = """\
Package: python3
Status: install ok installed
Version: 3.11.2-1
Architecture: amd64
Description: interactive high-level object-oriented language: a fast web server in one line

Package: libc6
Status: install ok installed
Version: 2.36-9
Architecture: amd64
Description: GNU C Library: Shared libraries
"""


def test_a_container_without_lists_knows_only_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "lists/partial").mkdir(parents=True)
    (tmp_path / "status").write_text(CONTAINER_STATUS)
    environ = {
        "CORTEX_APT_LISTS": str(tmp_path / "lists"),
        "CORTEX_DPKG_STATUS": str(tmp_path / "status"),
        "CORTEX_CACHE_DIR": str(tmp_path / "cache"),
    }
    settings = Settings(environ)
    for request in ("a fast web server", "nginx", "un serveur web", "web server and python3"):
        with pytest.raises(NothingFound, match="no package lists"):
            plan_install(settings, request)
    assert names(plan_install(settings, "python3")) == ["python3"]


def test_a_list_of_wishes_gives_several_packages(apt_env: dict[str, str]) -> None:
    made = plan(apt_env, "a light web server and make")
    assert (names(made), made.origin) == (["lighttpd", "make"], "catalogue")


def test_one_unknown_part_keeps_a_request_whole(apt_env: dict[str, str]) -> None:
    assert len(names(plan(apt_env, "a web server and sparkling raspberries"))) == 1


def test_slips_and_languages(apt_env: dict[str, str]) -> None:
    for request in ("un serveur web léger", "un servidor web ligero", "a light webb server"):
        assert names(plan(apt_env, request)) == ["lighttpd"], request


def test_a_command_names_its_package(apt_env: dict[str, str], tmp_path: Path) -> None:
    lists = Path(apt_env["CORTEX_APT_LISTS"])
    own = {**apt_env, "CORTEX_APT_LISTS": str(tmp_path), "CORTEX_CACHE_DIR": str(tmp_path / "c")}
    for path in lists.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    contents = "usr/bin/xqz-tool    text/pdfarranger\n"
    (tmp_path / "host_main_Contents-amd64").write_text(contents)
    made = plan(own, "install xqz-tool")
    assert (names(made), made.origin) == (["pdfarranger"], "exact")


def test_a_joining_word_is_no_package(apt_env: dict[str, str], tmp_path: Path) -> None:
    own = with_packages(apt_env, tmp_path, "Package: and\nVersion: 1\nDescription: nice daemon\n")
    assert names(plan(own, "nginx and make")) == ["nginx", "make"]


def test_an_old_name_means_what_the_catalogue_means_by_it(
    apt_env: dict[str, str], tmp_path: Path
) -> None:
    own = with_packages(
        apt_env,
        tmp_path,
        "Package: docker\nVersion: 1\nDescription: transitional package for a dock\n",
        "Package: docker.io\nVersion: 1\nDescription: Linux container runtime\n",
    )
    made = plan(own, "docker")
    assert (names(made), made.origin) == (["docker.io"], "catalogue")


def test_two_words_may_be_one_name(apt_env: dict[str, str]) -> None:
    assert names(plan(apt_env, "light tpd")) == ["lighttpd"]


def test_where_it_is_done_is_not_wanted(apt_env: dict[str, str]) -> None:
    made = plan(apt_env, "a light web server for my phone and computer")
    assert len(names(made)) == 1


def test_a_program_from_elsewhere_and_what_does_the_same(
    apt_env: dict[str, str], tmp_path: Path
) -> None:
    own = with_packages(
        apt_env,
        tmp_path,
        "Package: krita\nVersion: 1\nDescription: pixel-based image manipulation program\n",
        "Package: gimp\nVersion: 1\nDescription: GNU Image Manipulation Program\n",
    )
    made = plan(own, "something like photoshop")
    assert (names(made), made.origin) == (["gimp"], "catalogue")
    assert made.alternatives == ("krita",)


def test_who_wants_protection_is_offered_no_attack_tool(
    apt_env: dict[str, str], tmp_path: Path
) -> None:
    own = with_packages(
        apt_env,
        tmp_path,
        "Package: hydra\nVersion: 1\nDescription: very fast network logon cracker\n",
        "Package: fail2ban\nVersion: 1\nDescription: ban hosts that cause auth errors\n",
    )
    made = plan(own, "defend ssh against password guessers")
    assert names(made) == ["fail2ban"]
    assert "hydra" not in made.alternatives


def with_packages(apt_env: dict[str, str], folder: Path, *stanzas: str) -> dict[str, str]:
    """The lists of the tests, and these packages in them."""
    for path in Path(apt_env["CORTEX_APT_LISTS"]).iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (lists,) = folder.glob("*_main_binary-amd64_Packages")
    lists.write_text(lists.read_text().rstrip() + "\n\n" + "\n".join(stanzas))
    return {**apt_env, "CORTEX_APT_LISTS": str(folder), "CORTEX_CACHE_DIR": str(folder / "c")}


def test_one_everyday_word(apt_env: dict[str, str]) -> None:
    """It is the everyday program or a question, never what the ranking happens to find."""
    with pytest.raises(NothingFound) as caught:
        plan(apt_env, "server")
    assert caught.value.message == "'server' can mean several things"
    assert caught.value.hint == (
        "say which: web server, file server, mail server, database server, SSH server"
    )
    assert names(plan(apt_env, "a fast web server")) == ["nginx"]
