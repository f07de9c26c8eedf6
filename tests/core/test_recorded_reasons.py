"""A reason of the program is read in the reader's language, one of a person as it was written."""

from __future__ import annotations

import pytest

from huimin.core.catalogue import LANGUAGES
from huimin.core.recorded_reasons import REASONS, reason_words


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_person_wrote_stays_as_it_was_written(language: str) -> None:
    for reason in ("本人来电 {reason}", "Lost on the bus", "有效期已满了", "%"):
        assert reason_words(reason, language) == reason
    assert reason_words(None, language) == reason_words("", language) == ""


def test_what_the_program_wrote_is_told_in_the_reader_s_language() -> None:
    for code, source in REASONS.items():
        recorded = REASONS.say(code, "zh_Hans", reason="碎了{0}", file_name="a{b}.xlsx")
        assert reason_words(recorded) == recorded
        for language in ("zh_Hant", "en"):
            words = REASONS.say(code, language, reason="碎了{0}", file_name="a{b}.xlsx")
            assert reason_words(recorded, language) == words
            # Some are the same in traditional characters.
            assert words != source or language == "zh_Hant"
    assert reason_words("补卡：到期续发", "en") == "Replacement: Renewed at the end of its term"
    assert reason_words("补卡：碎了\n碎了", "zh_Hant") == "補卡：碎了\n碎了"
