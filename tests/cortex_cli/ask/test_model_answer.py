from cortex_cli.ask.answer import answer
from cortex_cli.ask.request import UNKNOWN, Request
from cortex_cli.language.question import Question
from cortex_cli.settings import Settings
from tests.cortex_cli.conftest import Cortex


def ask(cortex: Cortex, question: str, **options: object) -> tuple[str, dict[str, object]]:
    shown: list[str] = []
    found = answer(
        Settings(cortex.environ),
        Request(Question(question), max_tokens=24, **options),  # type: ignore[arg-type]
        shown.append,
    )
    assert "".join(shown) == found.text
    return found.text, found.as_json()


def test_the_small_model_says_what_the_passage_says(nano: Cortex) -> None:
    # It is not asked: the passage's own words answer.
    text, found = ask(nano, "What is lighttpd?")
    assert text.endswith("lighttpd: fast webserver with minimal memory footprint.")
    assert (found["known"], found["sources"]) == (True, ["apt: lighttpd 1.4.69"])


def test_the_small_model_is_not_asked_what_nothing_supports(nano: Cortex) -> None:
    text, found = ask(nano, "What is the capital of France?")
    assert (text, found["known"], found["sources"]) == (UNKNOWN["en"], False, [])
    assert found["tokens"] is None
    assert ask(nano, "Quelle est la capitale de la France ?")[0] == UNKNOWN["fr"]
    assert ask(nano, "¿Cuál es la capital de Francia?")[0] == UNKNOWN["es"]


def test_an_instruction_model_streams_what_it_says(chat: Cortex) -> None:
    text, found = ask(chat, "What is lighttpd?")
    # This one talks nonsense, which may be cut off; then the passage answers.
    assert (found["model"], found["known"]) == ("tiny-chat", True)
    assert text


def test_a_system_prompt_of_ones_own(cortex: Cortex) -> None:
    # The fake model answers with its prompt: nothing is added to the question.
    fake = Cortex({**cortex.environ, "CORTEX_PROVIDER": "fake"})
    text, found = ask(fake, "Who wrote Faust?", system="Be brief.")
    assert text.endswith("Question: Who wrote Faust?")
    assert "Answer briefly" not in text
    assert (found["known"], found["model"]) == (True, "fake")
