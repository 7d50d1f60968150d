"""The sizes keep to what the engines and the quantization need."""

from __future__ import annotations

import pytest

from cortex_llm.nano.builtin import PREFERENCE
from cortex_llm.nano.sizes import SIZES, Size

Q8_BLOCK = 32


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_shapes(size: Size) -> None:
    assert size.width % size.heads == 0
    assert size.head_width % 2 == 0
    assert size.width % Q8_BLOCK == 0
    assert size.inner % Q8_BLOCK == 0
    assert size.batch_tokens >= size.context


def test_every_size_may_be_shipped() -> None:
    assert set(SIZES) == set(PREFERENCE)
