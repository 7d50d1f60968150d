from cortex_cli.documents.passages import WeightedTerms
from cortex_cli.language.question import Question

PARAGRAPHS = [
    "The archive is read and its members are listed.",
    "-f, --file=ARCHIVE Use archive file or device ARCHIVE.",
    "--show-transformed-names Show file or archive names after transformation.",
    "-v, --verbose Verbosely list files processed.",
]


def telling(question: str, paragraphs: list[str] = PARAGRAPHS, summary: str = "") -> list[str]:
    told, _ = WeightedTerms.weigh(Question(question).manual_terms, {}).select_paragraphs(
        summary, paragraphs
    )
    return list(told)


def covered(question: str, summary: str = "") -> float:
    return WeightedTerms.weigh(Question(question).manual_terms, {}).select_paragraphs(
        summary, PARAGRAPHS
    )[1]


def test_the_option_that_is_asked_for() -> None:
    assert PARAGRAPHS[2] in telling("which option shows file names?")
    assert telling("which option makes it verbose?") == [PARAGRAPHS[3]]


def test_nothing_tells_of_something_else() -> None:
    assert telling("what is the capital of France?") == []
    assert telling("") == []
    assert covered("") == 0


def test_the_summary_counts_towards_what_is_covered() -> None:
    assert covered("verbosely list frogs") < 1
    assert covered("verbosely list frogs", "about frogs") > covered("verbosely list frogs")


def test_rare_words_tell_more() -> None:
    said = Question("verbosely list frogs").manual_terms
    rare = WeightedTerms.weigh(said, {said[0].stem: 9.0, "list": 1.0, "frog": 1.0})
    assert rare.shares[said[0].stem] > 0.5
    assert abs(sum(rare.shares.values()) - 1) < 1e-9
