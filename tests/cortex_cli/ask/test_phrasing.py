import pytest

from cortex_cli.ask.phrasing import holds, phrase
from cortex_cli.ask.reading import Quotation
from cortex_cli.language.question import Question
from cortexd.api.errors import LlmUnavailable
from tests.cortex_cli.ask.test_chat_model import Scripted

LINE = "A duration of 0 disables the timeout; use -k 5 to send the KILL signal."


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("A duration of 0 disables the timeout, and you use -k 5 to send the KILL signal.", True),
        (LINE, True),
        ("A duration of 0 disables the timeout.", False),  # half of it
        ("A duration of 9 disables the timeout; use -k 5 to send the KILL signal.", False),
        ("A duration of 0 never disables the timeout; use -k 5 to send KILL signal.", False),
        ("It eats cheese.", False),
        ("0.", False),
        ("", False),
    ],
)
def test_a_sentence_must_say_what_the_lines_say(sentence: str, kept: bool) -> None:
    assert holds(sentence, LINE) == kept


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Cron wakes up each minute. I love it.", "Cron wakes up each minute."),
        ("Cron wakes up each minute", "Cron wakes up each minute"),
        ("Cron sleeps all day long.", "cron wakes up each minute"),
        ("cron cron cron cron cron cron cron", "cron wakes up each minute"),
        ("", "cron wakes up each minute"),
    ],
)
def test_only_the_first_sentence_counts(said: str, shown: str) -> None:
    quotation = Quotation("cron wakes up each minute", ("man cron(8)",))
    text, _ = phrase(Scripted(said), Question("how often?"), quotation)
    assert text == shown


def test_a_model_that_fails_costs_nothing() -> None:
    class Gone(Scripted):
        def stream(self, prompt):  # type: ignore[no-untyped-def]
            raise LlmUnavailable("gone")
            yield ""

    assert phrase(Gone(), Question("x"), Quotation(LINE, ())) == (LINE, None)


def test_a_list_is_not_phrased() -> None:
    source = Scripted("Something.")
    assert phrase(source, Question("x"), Quotation("a\nb", ())) == ("a\nb", None)
    assert source.asked == []
