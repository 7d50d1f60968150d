from cortex_llm.ggml_types import FILE_TYPES, TENSOR_TYPES


def test_bits_per_weight_are_plausible() -> None:
    for name, block, size in TENSOR_TYPES.values():
        assert 1 <= 8 * size / block <= 64, name


def test_names_are_distinct() -> None:
    assert len({name for name, _, _ in TENSOR_TYPES.values()}) == len(TENSOR_TYPES)
    assert len(set(FILE_TYPES.values())) == len(FILE_TYPES)
