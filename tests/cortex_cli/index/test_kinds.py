import pytest

from cortex_cli.index.kinds import classify


@pytest.mark.parametrize(
    ("name", "section", "short", "kind"),
    [
        ("nginx", "httpd", "small web server", "program"),
        ("libreoffice", "editors", "office suite", "program"),
        ("libssl3", "libs", "TLS library", "library"),
        ("libfoo-perl", "perl", "Perl module", "library"),
        ("python3-requests", "python", "HTTP for Python", "library"),
        ("libssl-dev", "libdevel", "headers", "development"),
        ("nginx-doc", "doc", "documentation", "documentation"),
        ("vim-dbg", "debug", "symbols", "debug"),
        ("vim-dbgsym", "misc", "symbols", "debug"),
        ("nginx-common", "httpd", "common files", "data"),
        ("fonts-noto", "fonts", "fonts", "data"),
        ("mysql-server", "oldlibs", "transitional dummy package", "transitional"),
        ("foo", "misc", "transitional package to bar", "transitional"),
    ],
)
def test_what_people_would_call_it(name: str, section: str, short: str, kind: str) -> None:
    assert classify(name, section, short, "") == kind


def test_tags_tell_a_program() -> None:
    assert classify("python3-venv-tool", "python", "", "role::program") == "program"
