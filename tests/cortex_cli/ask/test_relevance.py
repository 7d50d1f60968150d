from cortex_cli.ask.attachments import Attachment
from cortex_cli.ask.evidence import Evidence
from cortex_cli.ask.passage import Passage
from cortex_cli.ask.relevance import keep_relevant, names
from cortex_cli.ask.request import Request
from cortex_cli.language.question import Question

CRON = Passage("cron(8)", "runs commands", "It wakes up every minute.", "man cron(8)")
COWS = Passage("cows", "a herd", "They graze.", "apt: cows 1")
FACT = Passage("", "The kernel is Linux.", "The kernel is Linux.", "this machine: uname")


def keep(question: str, *attached: Attachment) -> tuple[Passage, ...]:
    request = Request(Question(question), attached)
    return keep_relevant(request, Evidence((CRON, COWS, FACT), ())).supporting


def test_a_passage_must_have_half_of_the_question() -> None:
    assert keep("when does cron wake up?") == (CRON, FACT)
    assert keep("who won the world cup?") == (FACT,)
    assert keep("what is cron?") == (CRON, FACT)


def test_a_unit_that_is_named_is_about_the_question() -> None:
    """Its lines share few words with any question; "service" names none."""
    unit = Passage("frobd.service", "the frobnicator", "Type=oneshot", "unit: frobd.service")
    for question, kept in (("how does the frobd service start?", (unit,)), ("start a service", ())):
        request = Request(Question(question))
        assert keep_relevant(request, Evidence((unit,), ())).supporting == kept


def test_beside_an_attachment_only_what_is_named() -> None:
    log = Attachment("log", "a line")
    assert keep("when does cron wake up?", log) == (CRON, FACT)
    assert keep("when does it wake up?", log) == (FACT,)


def test_a_name_is_a_word_of_the_question() -> None:
    assert names(Question("is cron running?"), CRON)
    assert not names(Question("is it running?"), CRON)
