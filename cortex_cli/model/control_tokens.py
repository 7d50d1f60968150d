"""Breaks up the control tokens of chat templates in text that is data.

A tokenizer turns ``<|im_end|>`` into the one token that ends a turn, wherever it finds it: a line
of a log could end the user's turn and forge an answer.  A space after the opening bracket leaves
ordinary tokens, and the text as readable as before.  Only prompts are changed, never what a person
sees.  The shapes are those of every family of templates, not of the model at hand, which another
program may exchange; words that some templates write as plain text ("USER:") are no tokens.

``cortexd/model/control_tokens.py`` has the same pattern: neither package may import the other's
model layer, and a test compares them.
"""

from __future__ import annotations

import re

from cortex_cli.expressions import expression

# Every repetition is bounded, so hostile text takes linear time.
TOKEN = expression(
    r"""
    <(?=
        [|\uff5c]\S                             # <|im_end|>  <|turn>  DeepSeek's fullwidth bars
      | /?[^\s<>|\uff5c]{1,40}[|\uff5c]>        # <turn|>
      | /?[a-z][a-z0-9]{0,30}(?:[_\u2581][a-z0-9]{1,30}){1,5}>  # <start_of_turn>  <extra_id_0>
      | /?(?:s|bos|eos|eot|eod|eop|sop|pad|unk|mask|cls|sep|sys|think|tool|turn|bot|ai|human|user
          |assistant|system|model|filename|reponame|image|img|audio|video|unused\d{1,4}
          |(?:seed|mask):\w{1,30}|\u7528\u6237)>
    )
  | \[(?=
        \|\S{1,40}\|\]                          # [|endofturn|]
      | /?(?-i:[A-Z]{2,20}(?:_[A-Z0-9]{1,20}){1,3})\]  # [TOOL_CALLS] [/TOOL_CALLS]
      | /?(?-i:INST|ARGS|THINK|IMG|PREFIX|MIDDLE|SUFFIX|[gs]?MASK|CLS|SEP|PAD|UNK|[BE]OS|EOT)\]
      | (?:unused_?|control_)\d{1,4}\]
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)


def break_up(text: str) -> str:
    """Return ``text`` without control tokens; doing it again changes nothing."""
    return TOKEN.sub(_add_space, text)


def _add_space(match: re.Match[str]) -> str:
    return f"{match[0]} "
