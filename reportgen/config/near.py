"""What a wrong word was meant to be, where the spelling alone would mislead: units, currencies, languages, files.

A unit of another magnitude is never suggested: 万元 for a slip that meant 亿元 would print numbers that are wrong
by four digits and look right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from difflib import get_close_matches

from reportgen.config.amount import MULTIPLES
from reportgen.errors import nearest

_MEANT = {
    "萬元": "万元", "百萬元": "百万元", "億元": "亿元", "圆": "元", "圓": "元",
    "rmb": "CNY", "cnh": "CNY", "人民币": "CNY", "¥": "CNY", "￥": "CNY", "yuan": "CNY", "€": "EUR", "$": "USD",
    "zh": "zh-CN", "zh_cn": "zh-CN", "zh_tw": "zh-CN", "zh-tw": "zh-CN", "zh-hans": "zh-CN", "zh-hans-cn": "zh-CN",
    "zh-hant": "zh-CN", "cn": "zh-CN", "chinese": "zh-CN", "中文": "zh-CN",
    "en_us": "en", "en-us": "en", "en_gb": "en", "en-gb": "en", "english": "en",
}
"""Another spelling of the same thing, in lower case."""
_AMOUNT = re.compile(r"-?[0-9][0-9.,]*\s*([^\s0-9.,]+)")
_PERCENT = re.compile(r"\s*(-?[0-9]+(?:\.[0-9]+)?)\s*[%％]\s*")
_TIGHT = re.compile(r"([A-Za-z_][\w-]*):(?![/\s:])(\S.*)")
_SIMILAR_FILE = 0.8
"""Below this a file's name is another name: month 05 is not a misspelt month 06's neighbour by chance."""


def meant(word: str, known: Sequence[str]) -> str:
    """` Did you mean 'x'?` for one of the words a setting allows, or an empty string."""
    other = _MEANT.get(word.strip().lower())
    if other in known:
        return f" Did you mean '{other}'?"
    if set(MULTIPLES).issuperset(known):
        return ""
    return nearest(word, known)


def near_file(name: str, there: Sequence[str]) -> str:
    """` Did you mean 'x'?` for a file of nearly the same name, or an empty string."""
    close = get_close_matches(name, list(there), n=1, cutoff=_SIMILAR_FILE)
    return f" Did you mean '{close[0]}'?" if close else ""


def number_hint(text: str) -> str:
    """What to write instead of `5万元` or `10%` where a bare number is wanted, or an empty string."""
    percent = _PERCENT.fullmatch(text)
    if percent:
        share = (Decimal(percent[1]) / 100).normalize()
        return f" Write {share:f}."
    amount = _AMOUNT.fullmatch(text.strip())
    if amount and amount[1] in MULTIPLES:
        return f" Numbers only; the unit goes to `unit: {amount[1]}`."
    return ""


def colon_hint(text: str) -> str:
    """What is wrong with `job:base` or `every：month` where a mapping is wanted, or an empty string."""
    key, wide, value = text.partition("：")
    if wide:
        return f" A full-width '：' stands in it; write '{key.strip()}: {value.strip()}'."
    tight = _TIGHT.fullmatch(text)
    return f" A space is missing after the colon; write '{tight[1]}: {tight[2]}'." if tight else ""
