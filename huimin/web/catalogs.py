"""Bring the catalogue up to date: `python -m huimin.web.catalogs [--words en FILE.tsv]`.

It finds every sentence in the templates and the Python code, keeps existing English, drops unused
sentences, makes the traditional Chinese (if OpenCC is installed: extra `dev`), our own phrases of
translations/zh_Hant/phrases.tsv first, takes translations from a file (one per line:
`Chinese<TAB>translation`, a table's word with its kind before it), compiles, and reports what is
missing.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from huimin.core.catalogue import TRANSLATIONS

PACKAGE = Path(__file__).resolve().parent.parent
LOCALES = ("en", "zh_Hant")
# Functions and which of their arguments are sentences; methods begin with a dot.
SPEAKERS: Mapping[str, tuple[int, ...]] = {
    "_": (0,),
    "gettext": (0,),
    "lazy_gettext": (0,),
    "say": (0,),
    "text": (0,),
    "sentence": (0,),
    "echo": (0,),
    "translated": (0,),
    "ask": (0,),
    "confirm": (0,),
    "CommandProblem": (0,),
    "FieldProblem": (1,),
    "field_problem": (1,),
    ".refuse": (1, 2),
    "StorageProblem": (0,),
    "SettingsProblem": (1,),
    "file_problem": (0,),
    "FamilyProblem": (0,),
    "_problem": (1,),
    "refuse": (2,),
    "_Wrong": (0,),
    "Kind": (1, 2, 3),
    "RuleWords": (0, 1, 2, 3),
}
PHRASES = TRANSLATIONS / "zh_Hant" / "phrases.tsv"
# Keywords of any call that are sentences too: the help of commands.
SPEAKING_KEYWORDS = ("help", "metavar")
HAN = re.compile("[\u4e00-\u9fff]")
# Fixed, so that the same words give the same bytes.
WRITTEN = datetime(2026, 11, 24, tzinfo=UTC)

# A sentence of the catalogue: its text, and before it the kind of its table of words ("": none).
Source = tuple[str, str]


def sources() -> dict[Source, str]:
    """Every sentence, with the first place that uses it (file:line)."""
    places: dict[Source, str] = {}
    for file, line, words, _, _ in extract_from_dir(
        PACKAGE, method_map=[("templates/**.html", "jinja2")], keywords={"_": None}
    ):
        places.setdefault(("", str(words)), f"{file}:{line}")
    for path in sorted(PACKAGE.rglob("*.py")):
        for kind, node in spoken(ast.parse(path.read_text(encoding="utf-8"))):
            places.setdefault((kind, str(node.value)), f"{path.relative_to(PACKAGE)}:{node.lineno}")
    return places


def spoken(tree: ast.AST) -> Iterator[tuple[str, ast.Constant]]:
    """The literals in a module that are sentences of the catalogue, each with its kind."""
    for node in ast.walk(tree):
        for literal in _help_texts(node):
            yield "", literal
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        name = f".{node.func.attr}" if isinstance(node.func, ast.Attribute) else name
        if name == "Words" and isinstance(node.args[0], ast.Constant):
            for literal in _literals(node.args[1]):
                yield str(node.args[0].value), literal
        places = range(len(node.args)) if name == "sentences" else SPEAKERS.get(name, ())
        for place in places:
            if place < len(node.args):
                for literal in _literals(node.args[place]):
                    yield "", literal


def _help_texts(node: ast.AST) -> Iterator[ast.Constant]:
    """The docstring of a command, and what stands under SPEAKING_KEYWORDS in a call."""
    if isinstance(node, ast.FunctionDef) and any(map(_makes_command, node.decorator_list)):
        yield from _literals(ast.Constant(ast.get_docstring(node), lineno=node.lineno))
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in SPEAKING_KEYWORDS:
                yield from _literals(keyword.value)


def _makes_command(decorator: ast.expr) -> bool:
    """Whether it is @group.command(…) or @click.group(…): the docstring is then help to read."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in ("command", "group")


def _literals(node: ast.expr) -> Iterator[ast.Constant]:
    """The literals in an argument: itself, either side of a condition, the values of a dict."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value):
        yield node
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _literals(value)


def update(
    locale: str, sources: Iterable[Source], words_given: Mapping[Source, str]
) -> list[Source]:
    """Write the catalogue of a locale; returns what it still lacks."""
    path = TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"
    known = _known(path, locale)
    convert = converter() if locale == "zh_Hant" else None
    catalog = Catalog(
        locale=locale,
        project="huimin",
        creation_date=WRITTEN,
        revision_date=WRITTEN,
        fuzzy=False,
        header_comment="# What huimin says; the msgid is the simplified Chinese, the msgctxt of a\n"
        "# word the table that it stands in.",
    )
    missing = []
    for source in sorted(sources):
        kind, words = source
        if convert:
            translation = convert(words)
        else:
            translation = words_given.get(source) or known.get(source) or known.get(("", words), "")
        if not translation:
            missing.append(source)
        # Babel takes a per cent sign for a placeholder; ours are in braces.
        catalog.add(words, translation, context=kind or None).flags.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=0, sort_output=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)
    return missing


def _known(path: Path, locale: str) -> dict[Source, str]:
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {
            (message.context or "", str(message.id)): str(message.string)
            for message in read_po(file, locale=locale)
            if message.id and message.string
        }


def update_click() -> None:
    """Compile click's own words, and make their traditional Chinese where OpenCC is installed."""
    catalogs = {"zh_Hans": _click_words("zh_Hans")}
    convert = converter()
    if convert is not None:
        catalogs["zh_Hant"] = _click_words("zh_Hans", "zh_Hant")
        for message in catalogs["zh_Hant"]:
            if message.id and isinstance(message.string, str):
                message.string = convert(message.string)
            elif message.id:
                message.string = tuple(convert(form) for form in message.string or ())
    for locale, catalog in catalogs.items():
        path = click_file(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=0, sort_output=True)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)


def _click_words(source: str, locale: str | None = None) -> Catalog:
    with click_file(source).open("rb") as file:
        return read_po(file, locale=locale or source)


def click_file(locale: str) -> Path:
    """Where click's own words stand in that language; the simplified ones are written by hand."""
    return TRANSLATIONS / locale / "LC_MESSAGES" / "click.po"


def converter() -> Callable[[str], str] | None:
    """Simplified to traditional Chinese: our own phrases first; None without OpenCC."""
    try:
        from opencc import OpenCC
    except ImportError:
        return None
    convert = OpenCC("s2twp").convert
    phrases = dict(
        line.split("\t") for line in PHRASES.read_text(encoding="utf-8").splitlines() if line
    )
    longest_first = sorted(phrases, key=len, reverse=True)
    known = re.compile(f"({'|'.join(map(re.escape, longest_first))})")
    return lambda words: "".join(
        phrases.get(part) or convert(part) for part in known.split(words) if part
    )


def _translations_in(path: Path) -> dict[Source, str]:
    translations = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        *kind, words, translation = line.split("\t") if "\t" in line else ("", "")
        if translation.strip():
            translations[kind[0] if kind else "", words] = translation
    return translations


def main() -> None:
    """Update every locale; exit code 1 when something lacks its translation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", nargs=2, metavar=("LOCALE", "FILE"), action="append", default=[])
    options = parser.parse_args()
    translations: dict[str, dict[Source, str]] = {locale: {} for locale in LOCALES}
    for locale, name in options.words:
        translations[locale].update(_translations_in(Path(name)))
    places, complete = sources(), True
    for locale in LOCALES:
        for source in update(locale, places, translations[locale]):
            complete = False
            print(f"{locale}: {places[source]}: {' '.join(source).strip()}")
    update_click()
    sys.exit(0 if complete else 1)


if __name__ == "__main__":
    main()
