"""Each thing has one name, and everything that is said goes through the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huimin.core.catalogue import TRANSLATIONS
from huimin.web.catalogs import HAN, PACKAGE, spoken
from tests.python_files import python_files

# What each of these (a pattern) is called instead (DESIGN.md, section 2).
OTHER_NAMES = {
    "(?<!收银)终端": "收银终端",
    "网点": "示范点",
    "持有人": "持卡人",
    "财政承担": "政府承担",
    "补办": "补卡 (a card), 补录 (a claim)",
    "冲正": "退货, 撤销",
}
# Traditional characters that are simplified as well.
BOTH = "台群岳"
# Chinese that is read or written as data, never said: spellings of lists that offices and shops
# send, how numbers and dates are written, names of the demo's people and places.
DATA = (
    "holders/endings/end_list.py",  # the words that lists use
    *("access/sessions.py", "alerts/opening_hours.py", "closing/listing.py"),
    *("closing/listing_cells.py", "closing/listing_header.py", "core/money.py"),
    *("core/categories.py", "core/identity.py", "core/order_number.py", "core/phone.py"),
    "core/packed_text.py",  # the words that stored answers were packed with, for ever
    "division_changes/list_words.py",
    *("core/period_words.py", "divisions/above.py", "divisions/find.py"),
    "holders/eligibility_words.py",
    *("holders/people.py", "holders/person_name.py", "holders/relations.py", "holders/registers/"),
    *(
        "reports/earlier_words.py",
        "reports/template/fields.py",
        "settlement/amount_words.py",
        "settlement/paid_list.py",
    ),
    *("simulation/", "web/catalogs.py", "web/words.py", "demo/"),
    "practice/county.py",
)
# Said in two languages at once, because whoever reads it has no page: settings, API, handbook.
BOTH_LANGUAGES = (
    *("settings.py", "client.py", "handbook/", "web/api_documents.py"),
    "checkout/statement_forms.py",
    "publication/pages/open_data.py",
)
# Of the scripts: rates in Chinese digits, how tills spell categories, how characters are read.
NOT_SAID = ("quote_answer.js", "categories.js", "pinyin_table.js")
FONT = "宋体"
HELP = ("help", "metavar", "summary", "description")


def round_the_catalogue(tree: ast.Module, *, command: bool) -> Iterator[ast.Constant]:
    """Chinese literals that are no sentence of the catalogue, no docstring and no help."""
    known = {id(node) for _, node in spoken(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            known.add(id(node.value))
        if isinstance(node, ast.keyword) and node.arg in HELP:
            known.update(map(id, ast.walk(node.value)))
    # The help of a command is Chinese; what it prints is not help.
    within = [tree] if not command else [call for call in ast.walk(tree) if _prints(call)]
    for part in within:
        for node in ast.walk(part):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and HAN.search(node.value)
                and id(node) not in known
                and node.value != FONT
            ):
                yield node


def _prints(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith(
        ("click.echo", "click.ClickException", "click.prompt", "click.confirm", "print")
    )


def test_nothing_in_python_is_said_round_the_catalogue() -> None:
    found = [
        f"{file}:{node.lineno}: {node.value}"
        for file, tree in python_files().items()
        if not file.startswith((*DATA, *BOTH_LANGUAGES))
        for node in round_the_catalogue(
            tree, command=file.endswith(("commands.py", "command.py", "cli.py"))
        )
    ]
    assert found == []


def test_nothing_in_a_template_is_said_round_the_catalogue() -> None:
    found = []
    for path in sorted((PACKAGE / "templates").rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"""_\(\s*("[^"]*"|'[^']*')""", "", text)
        found += [f"{path.name}: {line}" for line in text.splitlines() if HAN.search(line)]
    assert found == []


def test_the_till_s_scripts_are_given_their_words() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.js")):
        # Rates in Chinese digits, and how tills spell the categories of goods.
        if "vendor" in path.parts or path.name in NOT_SAID:
            continue
        text = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        found += [f"{path.name}: {line}" for line in text.splitlines() if HAN.search(line)]
    assert found == []


@pytest.mark.parametrize("suffix", ["py", "html", "js", "md", "po", "tsv"])
def test_each_thing_has_one_name(suffix: str) -> None:
    paths = [*PACKAGE.rglob(f"*.{suffix}"), *PACKAGE.parent.glob("README.md")]
    found = {
        f"{path.name}: {word}"
        for path in paths
        for word in OTHER_NAMES
        if re.search(word, path.read_text(encoding="utf-8")) and not _earlier(path, word)
    }
    assert found == set(), OTHER_NAMES


def _earlier(path: Path, word: str) -> bool:
    """A template or a signed file of earlier may still say so; a phrase of ours."""
    return path.name == "earlier_words.py" or (path.name, word) in (
        ("fields.py", "网点"),
        ("phrases.tsv", "冲正"),
    )


def test_a_traditional_reader_reads_no_simplified_character() -> None:
    from opencc import OpenCC

    traditional = OpenCC("s2t").convert
    text = (TRANSLATIONS / "zh_Hant" / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    said = "".join(re.findall(r'^msgstr "(.*)"$', text, flags=re.MULTILINE))
    left = {letter for letter in set(said) - set(BOTH) if traditional(letter) != letter}
    assert left == set()
