"""The words of judgements and complaints in the reader's language."""

from __future__ import annotations

from huimin.core import words
from huimin.web.words import OnPages

GIVEN_WORDS = OnPages(words.RATING_GIVEN)
STARS_WORDS = OnPages(words.RATING_STARS)
STATE_WORDS = OnPages(words.COMPLAINT_STATES)
RESULT_WORDS = OnPages(words.COMPLAINT_RESULTS)
STEP_WORDS = OnPages(words.COMPLAINT_STEPS)
