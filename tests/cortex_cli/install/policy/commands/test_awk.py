"""Programs of awk that only read, and others."""

from __future__ import annotations

import pytest

from cortex_cli.install.policy.commands import awk
from cortex_cli.install.policy.shell.script import UnreadableCommand


@pytest.mark.parametrize(
    "program",
    [
        "{print $1}",
        'BEGIN{FS=":"} $3 >= 1000 && $3 > 5 {print $1 " > " $3}',
        "/a>b|c/ && !/d/ {n++} END {print n/2, (n > 1)}",
        '{ if ($1 ~ /x/) print "y"; else printf "%s\\n", $2 }',
        "{a[$1]+=$2/1024} END {for (k in a) print k, a[k] | 0}".replace(" | 0", ""),
        'NR>1 {print > "/dev/stderr"}',
        "{print (a > b) ? a : b}",
        "# only a comment",
        '{ print "system" }',
        "length > 80",
    ],
)
def test_awk_that_reads(program: str) -> None:
    awk.check(program)


@pytest.mark.parametrize(
    "program",
    [
        'BEGIN { system("id") }',
        'BEGIN { system ("id") }',
        '{ print | "sh" }',
        '{ "id" | getline }',
        '{ getline < "/etc/shadow" }',
        '{ print > "x" }',
        "{ print $1 >> $2 }",
        '{ print "x" > "/dev/stderr" "y" }',
        '{ printf("x") > "y" }',
        'BEGIN { x++ / 1 ; print > "x" ; y / 2 }',
        '{ if (1) /"/; print > "x" } # "',
        '@load "filefuncs"',
        'BEGIN { f = "system"; @f(1) }',
        '{ print "unclosed }',
        "/[/]/ { }",
    ],
)
def test_awk_that_does_more(program: str) -> None:
    with pytest.raises(UnreadableCommand):
        awk.check(program)
