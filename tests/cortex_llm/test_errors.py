from cortex_llm import errors
from cortex_llm.errors import LlmError, UsageError


def every_error() -> list[type[LlmError]]:
    """Those of the common tree: nano and the tests have some of their own."""
    everywhere = [LlmError, *LlmError.__subclasses__()]
    return [error for error in everywhere if error.__module__ == errors.__name__]


def test_codes_are_stable_and_distinct() -> None:
    assert {error.code for error in every_error()} == {
        "LLM_ERROR",
        "USAGE_ERROR",
        "MODEL_ERROR",
        "DOWNLOAD_ERROR",
        "ENGINE_ERROR",
        "NOT_READY",
    }


def test_only_usage_exits_with_2() -> None:
    assert {error for error in every_error() if error.exit_status == 2} == {UsageError}


def test_the_tree_at_the_top_names_every_error() -> None:
    for error in every_error():
        assert error.__name__ in (errors.__doc__ or "")


def test_the_hint_is_kept_apart_from_the_message() -> None:
    error = LlmError("it broke", hint="mend it")
    assert (str(error), error.hint) == ("it broke", "mend it")
