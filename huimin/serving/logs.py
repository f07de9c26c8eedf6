"""The log of the server: one JSON object per line on standard error.

Tracebacks are plain: with the values of local variables they would put card codes, passwords and
names into the log.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure_commands() -> None:
    """What a command logs is for people and stands on standard error, out of its answer's way."""
    structlog.configure(logger_factory=_printing)


def _printing(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)


def configure() -> None:
    """Configure structlog for the server, once per process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_printing,
    )
