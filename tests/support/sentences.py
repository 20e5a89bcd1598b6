"""Splits prose into sentences, and finds those that are read twice."""

from __future__ import annotations

import re

__all__ = ["hard_to_read", "sentences"]

LONGEST = 20  # words
CODE = re.compile(r"```.*?```|``[^`]*``|`[^`\n]*`|<!--.*?-->|(?<=\n\n)(?: {4}[^\n]*\n)+", re.DOTALL)
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
BLOCK = re.compile(r"\n\s*\n|\n\s*(?=[-*+] |\d+\. |#+ |\||>|Args:|Returns:|Raises:|Yields:|\w+: )|\n(?=#)")
END = re.compile(r"(?<=[.!?:])[)\"*_”]*\s+(?=[\"(*_“]*[A-Z`])|\s\|\s|:\s*\n")
WORD = re.compile(r"\w[\w'./@-]*")
# a sentence begins with its subject or verb; a question may begin as it likes
BEGINS_LATE = re.compile(r"(?:What|Whoever|Whatever|Whom|Where|Wherever)\b(?!.*\?$)")


def sentences(text: str) -> list[str]:
    """Return the sentences; code counts as one word, and a cell, an item and a heading end like a sentence."""
    masked = LINK.sub(r"\1", CODE.sub("Code", text))
    blocks = (re.sub(r"\s+", " ", block) for block in BLOCK.split(masked))
    return [one.strip() for block in blocks for one in END.split(block) if one.strip()]


def hard_to_read(text: str) -> list[str]:
    """Return the sentences that are too long, or begin with a clause."""
    return [one for one in sentences(text) if len(WORD.findall(one)) > LONGEST or BEGINS_LATE.match(one)]
