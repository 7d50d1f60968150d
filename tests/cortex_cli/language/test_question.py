from hypothesis import given, settings
from hypothesis import strategies as st

from cortex_cli.language import words
from cortex_cli.language.question import Question
from cortex_cli.language.terms import terms


def test_a_question_is_taken_apart() -> None:
    question = Question("Comment changer le propriétaire d'un fichier ?")
    assert question.words == ("comment", "changer", "le", "propriétaire", "d", "un", "fichier")
    assert question.content == ("changer", "propriétaire", "fichier")
    assert question.language == "fr"
    assert [term.stem for term in question.terms][-2:] == ["owner", "fil"]


def test_each_part_is_worked_out_once() -> None:
    question = Question("how do I sort lines?")
    for part in ("words", "word_set", "content", "language", "terms", "manual_terms"):
        assert getattr(question, part) is getattr(question, part)


def test_sort_is_a_term_to_manuals_alone() -> None:
    question = Question("how do I sort and sort lines?")
    assert [term.stem for term in question.terms] == ["lin"]
    assert [term.stem for term in question.manual_terms] == ["lin", "sort"]


@settings(deadline=None)  # the first call reads the glossary
@given(text=st.text(max_size=80))
def test_any_text_is_a_question(text: str) -> None:
    question = Question(text)
    assert str(question) == text
    assert list(question.words) == words.words(text)
    assert list(question.content) == words.content(text)
    assert list(question.terms) == terms(text)
    assert question.manual_terms[: len(question.terms)] == question.terms
