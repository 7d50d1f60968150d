from contextlib import closing

from cortex_cli.ask.command_checks import Verdict
from cortex_cli.ask.indexes import OpenIndexes
from cortex_cli.ask.request import Answer
from cortex_cli.debian.manpages import Manuals
from cortex_cli.language.question import Question
from cortex_cli.settings import Settings
from tests.cortex_cli.conftest import Cortex

TEXT = "Run `lighttpd -t`, then `cat /etc/hosts` and `rm -rf /`."


def test_the_commands_of_an_answer_are_judged(cortex: Cortex) -> None:
    settings = Settings(cortex.environ)
    draft = Answer(Question("q"), TEXT, (), True, "m", 5)
    with closing(OpenIndexes()) as indexes:
        manuals = Manuals.from_environ(cortex.environ)
        library = indexes.open_library(settings, manuals, wait=True)
        checked = indexes.check_commands(settings, draft, library, "")
    by_command = {claim.command: claim for claim in checked.claims}
    assert by_command["lighttpd -t"].verdict is Verdict.AVAILABLE
    harm = by_command["rm -rf /"].harm
    assert harm is not None
    assert harm.what.startswith("deletes folders")
    assert by_command["cat /etc/hosts"].harm is None
    # A package that has the program is a source, a manual that has the option is not.
    assert checked.sources == ("apt: lighttpd 1.4.69",)
