"""``cortex search``: the packages that match some words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.errors import NothingFound
from cortex_cli.options import WORDS, json_option

if TYPE_CHECKING:
    from typing import Any

    from cortex_cli.packages.knowledge import Knowledge
    from cortex_cli.packages.package import Hit
    from cortex_cli.settings import Settings

DEFAULT_LIMIT = 10


@click.command()
@click.argument("what", nargs=-1, required=True, type=WORDS)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 50),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Maximum number of packages.",
)
@json_option
@click.pass_obj
def search(settings: Settings, what: tuple[str, ...], limit: int) -> None:
    """Find the packages that do WHAT, best first, in this machine's own lists.

    WHAT is a few words in English, French or Spanish, a name, or a command.  No model is asked.
    Exit status 3: nothing found, or no package lists.
    """
    from cortex_cli.index.packages import explain_missing_lists
    from cortex_cli.language.question import Question
    from cortex_cli.language.terms import language_of
    from cortex_cli.packages.knowledge import Knowledge

    request = " ".join(what).strip()
    if not request:
        raise click.UsageError("say what to search for")
    if missing := explain_missing_lists(settings.environ):
        raise missing
    question = Question(request)
    with Knowledge.open(settings.environ) as knowledge:
        hits = knowledge.search(question, limit)
        if not hits and knowledge.catch_up():
            hits = knowledge.search(question, limit)
        if not hits:
            raise NothingFound(
                f"no package matches {request!r}",
                hint="try different words",
            )
        hits = _put_named_first(hits, request, knowledge)
        rows = [_build_row(hit, knowledge, language_of(request)) for hit in hits]
    value = {"request": request, "packages": rows}
    output.emit(value, lambda: _print_rows(rows), as_json=settings.json)


def _put_named_first(hits: list[Hit], request: str, knowledge: Knowledge) -> list[Hit]:
    """Return the hits, the package first whose name is the whole request."""
    from cortex_cli.packages.package import Hit

    package = knowledge.package(request)
    if package is None or package.name == hits[0].package.name:
        return hits
    found = next((hit for hit in hits if hit.package.name == package.name), None)
    named = found or Hit(package, hits[0].score, 1.0, 0.0)
    return [named, *(hit for hit in hits if hit is not found)][: len(hits)]


def _print_rows(rows: list[dict[str, Any]]) -> None:
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        mark = "*" if row["installed"] else " "
        output.data_row(
            [(f"{mark} {row['name']:<{width}}", output.BOLD), (f"  {row['short']}", None)]
        )
    if any(row["installed"] for row in rows):
        output.talk("* installed")


def _build_row(hit: Hit, knowledge: Knowledge, language: str) -> dict[str, Any]:
    package = hit.package
    return {
        "name": package.name,
        "version": package.version,
        "installed": package.installed,
        "origin": package.origin,
        "section": package.section,
        "short": knowledge.short_in(package.name, language) or package.short,
        "score": hit.score,
        "source": hit.finder,
    }
