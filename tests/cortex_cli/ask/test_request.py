from cortex_cli.ask.command_checks import Claim, Verdict
from cortex_cli.ask.request import Answer, Request
from cortex_cli.language.question import Question


def test_not_knowing_in_the_questions_language() -> None:
    assert Request(Question("what is it?")).unknown_sentence.startswith("I found nothing")
    assert Request(Question("qu'est-ce que c'est ?")).unknown_sentence.startswith("Je n'ai rien")
    assert Request(Question("¿qué es esto?")).unknown_sentence.startswith("No he encontrado nada")


def test_json() -> None:
    claim = Claim("ls -x", Verdict.CHECKED, source="man ls(1)")
    question, sources = Question("q"), ("man ls(1)",)
    answer = Answer(question, " a\n", sources, True, "m", 5, "length", 5, (claim,), ("cut",))
    assert answer.is_cut_off
    found = answer.as_json()
    assert (found["answer"], found["notes"]) == ("a", ["cut"])
    assert found["question"] == "q"
    assert found["commands"] == [
        {
            "command": "ls -x",
            "verdict": "checked",
            "note": "",
            "source": "man ls(1)",
            "effect": None,
        }
    ]
