from cortex_cli.ask.passage import Passage


def test_the_sentence_names_the_subject_once() -> None:
    assert Passage("nginx", "a web server.", "text", "apt: nginx 1").sentence == (
        "nginx: a web server."
    )
    assert Passage("nginx", "", "text", "apt: nginx 1").sentence == "nginx"
    assert Passage("", "The kernel is 6.1.", "text", "uname").sentence == "The kernel is 6.1."


def test_a_quotation_adds_the_excerpt() -> None:
    passage = Passage("tar", "an archiver", "text", "man tar(1)")
    assert passage.quotation == passage.sentence
    quoted = Passage("tar", "an archiver", "text", "man tar(1)", excerpt="--exclude=PATTERN")
    assert quoted.quotation == "tar: an archiver.\n--exclude=PATTERN"
