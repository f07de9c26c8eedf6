"""Bring the translations up to date: `python -m huimin.web.catalogs [--words en FILE.tsv]`.

It finds every word of the templates and of the Python code, keeps the translations that are there,
drops those that nobody uses, fills zh-Hant by OpenCC where it is installed (extra `dev`), takes
others from a file with one `Chinese<TAB>translation` a line, compiles, and names what is missing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).resolve().parent / "translations"
LOCALES = ("en", "zh_Hant")
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
# Fixed, so that the same words give the same bytes.
WRITTEN = datetime(2026, 11, 24, tzinfo=UTC)
# What Taiwan and Hong Kong say otherwise, after the letters are converted.
OTHER_WORDS = {"信息": "資訊", "登錄": "登入", "用戶名": "使用者名稱"}


def words_in_use() -> list[str]:
    """Every msgid, each once, sorted."""
    words: set[str] = set()
    for _, _, text, _, _ in extract_from_dir(PACKAGE, method_map=METHODS, keywords=KEYWORDS):
        words.update([text] if isinstance(text, str) else text)
    return sorted(words)


def update(locale: str, words: list[str], supplied: Mapping[str, str]) -> list[str]:
    """Write the catalog of a locale; the words that it still lacks."""
    path = FOLDER / locale / "LC_MESSAGES" / "messages.po"
    known = _known(path, locale)
    convert = _converter() if locale == "zh_Hant" else None
    catalog = Catalog(
        locale=locale,
        project="huimin",
        creation_date=WRITTEN,
        revision_date=WRITTEN,
        fuzzy=False,
        header_comment="# Translations of huimin's pages; the msgid is the zh-Hans text.",
    )
    missing = []
    for word in words:
        text = supplied.get(word) or known.get(word) or (convert(word) if convert else "")
        if not text:
            missing.append(word)
        catalog.add(word, text, flags=["python-format"] if "%(" in word else ())
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=0, sort_output=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)
    return missing


def _known(path: Path, locale: str) -> dict[str, str]:
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=locale) if m.id and m.string}


def _converter() -> Callable[[str], str] | None:
    try:
        from opencc import OpenCC
    except ImportError:
        return None
    converter = OpenCC("s2t")

    def convert(text: str) -> str:
        converted = str(converter.convert(text))
        for one, other in OTHER_WORDS.items():
            converted = converted.replace(one, other)
        return converted

    return convert


def main() -> None:
    """Update every locale; exit code 1 when a word lacks its translation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", nargs=2, metavar=("LOCALE", "FILE"), action="append", default=[])
    options = parser.parse_args()
    supplied: dict[str, dict[str, str]] = {locale: {} for locale in LOCALES}
    for locale, name in options.words:
        for line in Path(name).read_text(encoding="utf-8").splitlines():
            word, tab, translation = line.partition("\t")
            if tab and translation.strip():
                supplied[locale][word] = translation.strip()
    words, complete = words_in_use(), True
    for locale in LOCALES:
        for word in update(locale, words, supplied[locale]):
            complete = False
            print(f"{locale}: {word}")
    sys.exit(0 if complete else 1)


if __name__ == "__main__":
    main()
