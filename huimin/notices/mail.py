"""Deliver a notice by mail: SMTP with STARTTLS or TLS, plain text and files, one message per
address."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from huimin.notices.attachments import attach
from huimin.notices.delivery_problem import DeliveryProblem
from huimin.settings import Settings

SECONDS_MAX = 15


def send_mail(
    settings: Settings, notice: Mapping[str, Any], delivery: Mapping[str, Any], now: datetime
) -> None:
    """Hand the message to the server. Raises DeliveryProblem, which names no address."""
    if not settings.smtp_host or not settings.smtp_from:
        raise DeliveryProblem("mail_unset")
    message = _message(settings.smtp_from, notice, delivery, now)
    attach(message, settings.folder, notice)
    try:
        with _connected(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password or "")
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({str(code) for code, _ in error.recipients.values()})
        raise DeliveryProblem("mail_refused", ", ".join(codes)) from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryProblem("mail_answer", error.smtp_code) from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryProblem("mail_unreachable", type(error).__name__) from error


def _connected(settings: Settings) -> smtplib.SMTP:
    # Without a local host name, smtplib would look up this machine's own on the network.
    name = settings.smtp_from.rpartition("@")[2] if settings.smtp_from else "localhost"
    options: dict[str, Any] = {"local_hostname": name, "timeout": SECONDS_MAX}
    host, port = settings.smtp_host or "", settings.smtp_port
    context = ssl.create_default_context()
    if settings.smtp_security == "ssl":
        return smtplib.SMTP_SSL(host, port, context=context, **options)
    server = smtplib.SMTP(host, port, **options)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _message(
    sender: str, notice: Mapping[str, Any], delivery: Mapping[str, Any], now: datetime
) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = notice["title"]
    message["From"] = Address(addr_spec=sender)
    message["To"] = Address(addr_spec=delivery["target"])
    message["Date"] = format_datetime(now)
    # The same in every attempt, so that a mailbox can drop a message that it already has.
    message["Message-ID"] = f"<{delivery['id']}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice["body"])
    return message
