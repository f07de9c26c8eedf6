"""Which window a test is for, when it is not for both."""

from __future__ import annotations

import pytest

at_desk = pytest.mark.parametrize("visit", ["desk"], indirect=True)
on_phone = pytest.mark.parametrize("visit", ["phone"], indirect=True)
