"""Programs of awk, sed, find and curl: what only looks, and what does not."""

from __future__ import annotations

import pytest

from cortex_cli.install.policy.commands import awk, curl, find, sed
from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.shell.script import UNKNOWN, UnreadableCommand
from cortex_cli.install.policy.shell.values import Argument


def words(text: str) -> list[Argument]:
    return [Argument(word) for word in text.split()]


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


@pytest.mark.parametrize(
    "program",
    ["1,5p", "$!d", "s/a/b/g", "s|/x|/y|2", "/a/,/b/{s/^[^/]*//;p}", "y/ab/ba/", "/x/I!d;q", "=;N;P;D",
     "s/[[:space:]]\\+$//", "0~3p", "/a\\/b/d"],
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


def test_find_says_what_it_runs() -> None:
    (command,) = find.read_find(words("/var -name x -exec ls -l {} + -o -print"))
    assert command == ["ls", "-l", UNKNOWN]
    for text in ("/x -delete", "/x -fprint y", "/x -exec ls", "-D x", "/x -name"):
        with pytest.raises(UnreadableCommand):
            find.read_find(words(text))


def test_xargs_says_what_it_runs() -> None:
    assert find.read_xargs(words("-0 -r -n 1 ls -l")) == ["ls", "-l", UNKNOWN]
    assert find.read_xargs(words("-I{} ls a{}b c")) == ["ls", f"a{UNKNOWN}b", "c"]
    assert find.read_xargs([]) == ["echo", UNKNOWN]
    with pytest.raises(UnreadableCommand):
        find.read_xargs(words("-a file ls"))


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("-s http://localhost:8080/health", {Effect.READS}),
        ("-sS -m 5 -o /dev/null -w %{http_code} http://127.0.0.1/x?y=1", {Effect.READS}),
        ("-I https://example.org", {Effect.READS, Effect.NETWORK}),
        ("http://localhost.example.org/", {Effect.READS, Effect.NETWORK}),
        ("http://localhost@example.org/", {Effect.READS, Effect.NETWORK}),
        ("-so out.html http://localhost/", {Effect.READS, Effect.WRITES}),
    ],
)
def test_curl(text: str, effects: set[Effect]) -> None:
    assert curl.read(words(text)) == effects


@pytest.mark.parametrize(
    "text",
    ["-d @/etc/passwd http://localhost", "-T f http://localhost", "-K f", "-X POST localhost",
     "-x p localhost", "-o /etc/x localhost", "-w %output{/x} localhost", "--unix-socket s x"],
)  # fmt: skip
def test_curl_that_sends_or_writes(text: str) -> None:
    with pytest.raises(UnreadableCommand):
        curl.read(words(text))
