from cortex_cli.install.choice import Choice, names_of
from cortex_cli.language.question import Question
from cortex_cli.packages.knowledge import Knowledge


def test_names_keep_the_order_of_the_hits(knowledge: Knowledge) -> None:
    hits = knowledge.search(Question("web server"), 8)
    assert names_of(hits) == tuple(hit.package.name for hit in hits)
    assert {"nginx", "lighttpd"} <= set(names_of(hits))


def test_choices_of_the_same_packages_are_equal(knowledge: Knowledge) -> None:
    package = knowledge.package("nginx")
    assert package is not None
    assert Choice((package,), (), "exact") == Choice((package,), (), "exact")
    assert Choice((package,), (), "exact") != Choice((package,), (), "index")
