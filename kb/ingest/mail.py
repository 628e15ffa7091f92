"""Mails and saved web archives (.eml, .mht) opened: the page within, its subject and its date."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from kb.ingest.report import Log
from kb.ingest.wording import clean, squash

_NAMES = (
    "From|To|Cc|Subject|Date|Sent|Reply-To|Received|MIME-Version|Return-Path|Message-ID|Delivered-To"
    r"|X-[\w-]+|Content-[\w-]+"
)
_HEADERS = re.compile(rf"\A\s*(?:(?:{_NAMES})\s*:.*\n(?:[ \t]+\S.*\n)*){{2,}}", re.IGNORECASE)
_REPLY = re.compile(r"^(?:(?:re|fwd?|aw|tr)\s*:\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mail:
    """The page or text of a mail. `title` and `date` are empty where the text is no mail."""

    text: str
    title: str = ""
    date: str = ""


def unwrap(text: str, log: Log) -> Mail:
    """The page within a mail or a web archive; any other text as it is."""
    if not _HEADERS.match(text):
        return Mail(text)
    message = email.message_from_string(text.lstrip(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # what the policy makes; the library's types know only the old class
    title = _REPLY.sub("", squash(_header(message, "Subject")))
    log.add("mail", "the source is a mail; its subject and date were read", title)
    return Mail(clean(_content(message)) or text, title, _day(_header(message, "Date") or _header(message, "Sent")))


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except (ValueError, IndexError, AttributeError, TypeError):  # malformed headers break the parser of the library
        return ""


def _day(value: str) -> str:
    try:
        return parsedate_to_datetime(value).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return value


def _content(message: EmailMessage) -> str:
    try:
        part = message.get_body(preferencelist=("html", "plain")) or message
        if part.is_multipart():
            return ""
        payload = part.get_payload(decode=True)
        charset = part.get_content_charset() or "utf-8"
        if not isinstance(payload, bytes):
            return ""
        return (
            payload.decode(charset, errors="replace")
            if part.get("Content-Transfer-Encoding")
            else str(part.get_payload())
        )
    except (LookupError, ValueError, AttributeError, IndexError, TypeError):
        return str(message.get_payload())
