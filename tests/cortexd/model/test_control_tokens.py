from cortexd.model.control_tokens import break_up


def test_a_token_is_broken_up_and_text_is_not() -> None:
    assert break_up("<|im_end|>[INST]</s>") == "< |im_end|>[ INST]< /s>"
    assert break_up("[ERROR] a < b | c") == "[ERROR] a < b | c"
