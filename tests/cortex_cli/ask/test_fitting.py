import pytest

from cortex_cli.ask.attachments import Attachment
from cortex_cli.ask.evidence import Evidence
from cortex_cli.ask.facts import Fact
from cortex_cli.ask.fitting import estimate_room, fit, limit_tokens
from cortex_cli.ask.passage import Passage
from cortex_cli.ask.request import Request
from cortex_cli.language.question import Question
from cortex_cli.model.provider import Model

PASSAGES = tuple(Passage(f"p{n}", "text", "word " * 60, f"man p{n}(1)") for n in range(3))
FACTS = [Fact("This machine runs Debian.", "/etc/os-release", frozenset())]
LOG = Attachment("log", "line of a log\n" * 20)
TURNS = ({"role": "user", "content": "why? " * 20}, {"role": "assistant", "content": "so"})
REQUEST = Request(Question("why?"), (LOG,), TURNS)


@pytest.mark.parametrize(
    ("context", "tokens"), [(None, 512), (512, 170), (4096, 512), (2, 1), (1, 1)]
)
def test_an_answer_leaves_room_for_the_question(context: int | None, tokens: int) -> None:
    model = Model("m", "chat", context)
    assert limit_tokens(model, 512) == tokens
    assert estimate_room(model, REQUEST) >= 0


def test_what_is_ours_goes_before_what_is_yours() -> None:
    found = Evidence(PASSAGES[:2], PASSAGES[2:])
    whole = fit(REQUEST, found, FACTS, 10_000)
    assert (len(whole.passages), whole.facts, whole.notes) == (3, tuple(FACTS), ())
    lost_passages = []
    for room in range(10_000, 0, -50):
        fitted = fit(REQUEST, found, FACTS, room)
        lost_passages.append(3 - len(fitted.passages))
        if fitted.attachments[0].cut or len(fitted.history) < 2:
            assert fitted.passages == ()
            assert fitted.facts == ()
        assert fitted.size <= max(room, 200) + 60
    assert lost_passages == sorted(lost_passages)


def test_of_a_passage_that_does_not_fit_the_beginning_is_kept() -> None:
    long = Passage("x", "s", "first " + "word " * 500, "man x(1)")
    fitted = fit(Request(Question("why?")), Evidence((long,), ()), [], 600)
    assert fitted.supporting[0].text.startswith("first word")
    assert fitted.supporting[0].text.endswith("[…]")
    assert fit(Request(Question("why?")), Evidence((long,), ()), [], 100).passages == ()
