import pytest
import yaml

from cortex_cli.install.effects import find_units
from cortex_cli.install.next_steps import TABLE, list_next_steps, split_follow_up


@pytest.mark.parametrize(
    ("request_text", "wanted", "verb"),
    [
        ("install nginx and configure it", "install nginx", "configure"),
        ("install postgresql, and set it up", "install postgresql", "set"),
        ("installe nginx puis démarre-le", "installe nginx", "demarre"),
        ("instala nginx y configúralo", "instala nginx", "configuralo"),
        ("install nginx", "install nginx", None),
        ("install docker and git", "install docker and git", None),
        ("", "", None),
    ],
)
def test_what_is_wanted_next(request_text: str, wanted: str, verb: str | None) -> None:
    assert split_follow_up(request_text) == (wanted, verb)


def test_settings_are_edited_checked_and_applied() -> None:
    assert list_next_steps("openssh-server") == [
        "sudoedit /etc/ssh/sshd_config",
        "sudo sshd -t",
        "sudo systemctl enable --now ssh",
        "sudo systemctl reload ssh",
    ]
    assert list_next_steps("rsync") == ["sudo systemctl enable --now rsync"]
    assert list_next_steps("cowsay") == []


def test_every_package_has_a_file_and_a_unit() -> None:
    for names, entry in yaml.safe_load(TABLE.read_text()).items():
        assert entry["file"].startswith("/etc/"), names
        assert entry["apply"] in ("reload", "restart"), names
        for name in names.split():
            assert find_units(name), name
