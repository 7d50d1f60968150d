"""Programs of sed that only read, and others."""

from __future__ import annotations

import pytest

from cortex_cli.install.policy.commands import sed
from cortex_cli.install.policy.shell.script import UnreadableCommand


@pytest.mark.parametrize(
    "program",
    ["1,5p", "$!d", "s/a/b/g", "s|/x|/y|2", "/a/,/b/{s/^[^/]*//;p}", "y/ab/ba/", "/x/I!d;q",
     "=;N;P;D", "s/[[:space:]]\\+$//", "0~3p", "/a\\/b/d"],
)  # fmt: skip
def test_sed_that_reads(program: str) -> None:
    sed.check(program)


@pytest.mark.parametrize(
    "program",
    ["e", "1e id", "w x", "s/a/b/w x", "s/a/b/e", "s/a/b/ge", "r /etc/shadow", "s/[\\]/x/e;s/]/y/",
     "s/x/[/e", "y/[/e/;e id", "W x", "s/a/b", "/a", "i\\\ntext", "sxaxbx", "R x", "p x"],
)  # fmt: skip
def test_sed_that_does_more(program: str) -> None:
    with pytest.raises(UnreadableCommand):
        sed.check(program)
