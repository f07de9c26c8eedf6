"""Write what the OpenAPI document says in traditional Chinese, by phrase from the simplified.

`python -m tests.handbook.record_api_words`, after a description of the API was changed; a test
fails while the file is out of date.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from huimin.app import create_app
from huimin.cli import main
from huimin.handbook.api_description_words import KEYS, TRADITIONAL_WORDS
from huimin.handbook.traditional import traditional_text
from huimin.settings import Settings
from huimin.web.catalogs import converter


def words_of(document: Any) -> Iterator[str]:
    """Every summary and description of an OpenAPI document, or of a part of it."""
    if isinstance(document, list):
        for each in document:
            yield from words_of(each)
    elif isinstance(document, dict):
        for key, value in document.items():
            if key in KEYS and isinstance(value, str):
                yield value
            else:
                yield from words_of(value)


def traditional_words(document: Any) -> dict[str, str]:
    """What each text of the simplified document is in traditional characters, where it differs."""
    convert = converter()
    assert convert is not None, "OpenCC is missing: pip install 'huimin[dev]'"
    pairs = {text: traditional_text(text, convert) for text in sorted(set(words_of(document)))}
    return {simplified: said for simplified, said in pairs.items() if said != simplified}


def write_words() -> None:
    """Bring the file up to date with the application as it is."""
    with tempfile.TemporaryDirectory() as folder:
        made = CliRunner().invoke(main, ["--folder", folder, "init"])
        assert made.exit_code == 0, made.output
        app = create_app(Settings(folder=Path(folder)), testing=True)
        document = app.test_client().get("/api/v1/openapi.json?lang=zh").json
    words = json.dumps(traditional_words(document), ensure_ascii=False, indent=0)
    TRADITIONAL_WORDS.write_text(f"{words}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_words()
