"""The log: one JSON object per line on standard error.

Tracebacks are plain: with the values of local variables they would put card codes, passwords and
names into the log.
"""

from __future__ import annotations

import logging
import sys

import structlog


def configure() -> None:
    """Configure structlog, once per process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
