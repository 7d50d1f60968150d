import os
from pathlib import Path

import pytest

from cortex_cli.errors import UsageError
from cortex_cli.install.policy import file as policy_file
from cortex_cli.install.policy.file import PolicyError
from cortex_cli.install.policy.rules import Level
from tests.cortex_cli.conftest import Cortex


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("deny:\n  - packge: x\n", "p.yaml, line 2: unknown key 'packge' in deny[1]"),
        ("deny: &a\n  - package: x\nask: *a\n", "p.yaml, line 1: YAML anchors and aliases are not"),
        ("denny: []\n", "p.yaml, line 1: unknown key 'denny'"),
        ("default: maybe\n", "p.yaml, line 1: default must be allow, ask or deny"),
        ("deny: all\n", "p.yaml, line 1: deny must be a list of rules"),
        ("deny:\n  - nginx\n", "p.yaml, line 2: deny[1] must be a mapping"),
        ("ask:\n  - reason: no\n", "p.yaml, line 2: ask[1] needs one of command"),
        ("deny:\n  - package: {}\n", "p.yaml, line 2: deny[1].package must be a string"),
        ("deny:\n  - package: []\n", "p.yaml, line 2: deny[1].package must be a string"),
        ("deny:\n  - package: [a, [b]]\n", "p.yaml, line 2: deny[1].package must be a string"),
        ("default: ask\ndefault: allow\n", "p.yaml, line 2: default occurs twice"),
        ("- deny\n", "p.yaml, line 1: the file must be a mapping"),
        ("deny:\n  - [\n", "p.yaml, line 3: "),
        ("? [a]\n: b\n", "p.yaml, line 1: the file has a key that is not a plain word"),
    ],
)
def test_an_error_names_file_line_and_key(text: str, says: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy_file.parse(text.encode(), "p.yaml")
    assert caught.value.message.startswith(says)


def test_the_nearest_key_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        policy_file.parse(b"deny:\n  - packages: x\n", "p.yaml")
    assert caught.value.hint == "did you mean package?"


def test_nothing_said_is_deny() -> None:
    assert policy_file.parse(b"", "p.yaml").default is Level.DENY
    assert policy_file.parse(b"deny:\n", "p.yaml").rules == ()


def test_bytes_that_are_no_yaml_are_an_error() -> None:
    for data in (b"\xff\xfe\x00x", b"\x00", b"&a [*a", b"[" * 5000):
        with pytest.raises(PolicyError):
            policy_file.parse(data, "p.yaml")


def test_a_trusted_file_is_roots_alone(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("default: allow\n")
    path.chmod(0o666)
    with pytest.raises(PolicyError, match="users other than root can write"):
        policy_file.load_file(path, trusted=True)
    if os.geteuid() == 0:
        path.chmod(0o644)
        assert policy_file.load_file(path, trusted=True).default is Level.ALLOW


def test_what_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot read the policy"):
        policy_file.load_policies({"CORTEX_POLICY": str(tmp_path / "none.yaml")})
    (tmp_path / "big.yaml").write_text("#" * (policy_file.MAX_BYTES + 1))
    with pytest.raises(PolicyError, match="is longer than"):
        policy_file.load_file(tmp_path / "big.yaml")


def test_a_users_own_file_forbids_more(cortex: Cortex, tmp_path: Path) -> None:
    own = tmp_path / "home/.config/cortex/policy.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("deny:\n  - package: nginx\n    reason: not on my laptop\n")
    done = cortex.run("install", "nginx")
    assert done.returncode == 1
    assert "not on my laptop" in done.stderr
    assert f"{own}, line 2" in done.stderr
    own.write_text("default: allow\nalow: []\n")
    done = cortex.run("install", "nginx")
    assert done.returncode == 2
    assert "hint: did you mean allow?" in done.stderr


def test_a_policy_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "cortex"
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert len(policy_file.load_policies(environ)) == 1
    folder.symlink_to(tmp_path / "nowhere")
    with pytest.raises(PolicyError, match="cannot read the policy"):
        policy_file.load_policies(environ)
    folder.unlink()
    folder.mkdir()
    own = folder / "policy.yaml"
    for target in ("nowhere", "policy.yaml"):  # a loop, too
        own.symlink_to(target)
        with pytest.raises(PolicyError, match="cannot read the policy"):
            policy_file.load_policies(environ)
        own.unlink()
    os.mkfifo(own)
    with pytest.raises(PolicyError, match="is not a file"):
        policy_file.load_policies(environ)


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files away")
def test_a_folder_that_others_can_change_is_as_good_as_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    path = folder / "policy.yaml"
    path.write_text("default: allow\n")
    link = tmp_path / "policy.yaml"
    link.symlink_to(path)
    assert policy_file.load_file(link, trusted=True).default is Level.ALLOW
    os.chown(folder, 65534, -1)
    for name in (path, link):
        with pytest.raises(PolicyError, match=f"users other than root can write {folder}"):
            policy_file.load_file(name, trusted=True)


@pytest.mark.parametrize("text", ["deny:\n  - change: removal\n", "ask:\n  - effect: [reads, x]\n"])
def test_a_change_or_effect_that_does_not_exist_is_an_error(text: str) -> None:
    with pytest.raises(PolicyError, match="must be some of"):
        policy_file.parse(text.encode(), "p.yaml")
