from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.ask.grounding import GroundingFilter

PASSAGE = "nginx: small, powerful, scalable web/proxy server"


def vet(*pieces: str) -> tuple[str, bool]:
    grounding = GroundingFilter("What is nginx?", PASSAGE)
    shown = "".join(grounding.feed(piece) for piece in pieces) + grounding.finish()
    assert shown == grounding.passed_text
    return shown, grounding.strayed


def test_a_rephrased_passage_passes() -> None:
    text = "nginx is a small, powerful and scalable web and proxy server."
    assert vet(text) == (text, False)


def test_the_first_word_that_nothing_supports_ends_it() -> None:
    assert vet("nginx is a powerful database server.") == ("nginx is a powerful ", True)


def test_a_last_word_without_a_space_is_vetted_too() -> None:
    assert vet("nginx is a database") == ("nginx is a ", True)


def test_a_denial_that_the_passage_does_not_make_ends_it() -> None:
    assert vet("nginx is not a server")[1]


def test_saying_that_one_does_not_know_needs_no_support() -> None:
    unknown = "I don't know: the passage does not say."
    grounding = GroundingFilter("What is nginx?", PASSAGE, allowed=[unknown])
    assert [grounding.feed(piece) for piece in ("I don", "'t know: the passage", " does not")] == [
        ""
    ] * 3
    assert grounding.feed(" say.") + grounding.finish() == unknown
    assert grounding.allowed_answer == unknown
    other = GroundingFilter("What is nginx?", PASSAGE, allowed=[unknown])
    assert other.feed("I ") + other.feed("am a server.") + other.finish() == "I am a server."


def test_endless_repetition_ends_it() -> None:
    shown, strayed = vet("server " * 50)
    assert strayed
    assert len(shown.split()) < 10


@given(st.data())
def test_pieces_do_not_matter(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(["nginx is a scalable server.", "nginx is an oven, small."]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert vet(*pieces) == vet(text)


@given(st.lists(st.text(), max_size=8))
def test_nothing_comes_out_that_did_not_go_in(pieces: list[str]) -> None:
    shown, _ = vet(*pieces)
    assert "".join(pieces).startswith(shown)
