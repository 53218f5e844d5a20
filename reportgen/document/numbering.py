"""Section numbers: 一、（一） in Chinese, 1 and 1.1 in English. Only sections that are there take one."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.config.model import Locale

_CHINESE = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """1 to 99 in Chinese numerals: 一, 十, 十一, 二十."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE[tens]}十"
    return head + (_CHINESE[ones] if ones or not tens else "")


@dataclass
class Numbering:
    """Counts sections as they are kept."""

    locale: Locale
    top: int = 0
    inner: int = 0

    def first(self) -> str:
        self.top, self.inner = self.top + 1, 0
        return f"{chinese(self.top)}、" if self.locale == "zh-CN" else str(self.top)

    def appendix(self) -> None:
        """Sections within count from one again; the appendix itself has no number."""
        self.inner = 0

    def second(self, *, appendix: bool = False) -> str:
        """The number of a section within: （一）, 1.1; A.1 in the appendix."""
        self.inner += 1
        if self.locale == "zh-CN":
            return f"（{chinese(self.inner)}）"
        return f"A.{self.inner}" if appendix else f"{self.top}.{self.inner}"
