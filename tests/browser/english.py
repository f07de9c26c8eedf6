"""What a page in English still says in Chinese: nothing but what people have typed in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.browser.header import choose_language

HAN = re.compile(r"[一-鿿]+")
# Everything that is read or read aloud; a passage with a language of its own is left out.
WORDS = """() => {
  const own = (node) => !node.closest('main [lang], .language-form, script, style');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [document.title];
  while (walker.nextNode()) {
    if (own(walker.currentNode.parentElement)) found.push(walker.currentNode.data);
  }
  for (const node of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
    if (own(node)) for (const name of ['aria-label', 'placeholder', 'title', 'alt']) {
      found.push(node.getAttribute(name) || '');
    }
  }
  return found;
}"""


def in_english(page: Any) -> None:
    """Turn the page's language to English."""
    choose_language(page, "en")


def chinese_left(page: Any, typed: Iterable[str]) -> list[str]:
    """What is still Chinese when names and sentences that people typed are taken away."""
    left = []
    for text in page.evaluate(WORDS):
        # The longest first: a name may be part of another.
        for known in sorted(typed, key=len, reverse=True):
            text = text.replace(known, "")
        left += HAN.findall(text)
    return left
