"""Bytes read as text: UTF-8, the declared character set, Windows-1252; binary files are refused."""

from __future__ import annotations

import codecs
import re

from kb.errors import SourceError
from kb.ingest.report import Log

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MAGIC = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\xd0\xcf\x11\xe0",
    b"\x7fELF",
    b"\x1f\x8b",
    b"{\\rtf",
)
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\x0c\x0b\x1b")
_DECLARED = re.compile(
    rb"""charset\s*=\s*["']?\s*([\w.:-]{2,30})|<\?xml[^>]{0,80}encoding=["']([\w.:-]{2,30})""", re.IGNORECASE
)
#: Declared character sets that are texts (Python also has "codecs" such as zip and rot13).
_TEXT_CODECS = re.compile(
    r"iso-?8859|latin|windows-?\d|cp\d|ascii|mac|koi8|shift_?jis|euc|gb|big5|utf-?16", re.IGNORECASE
)
#: What Windows-1252 shows for the bytes of UTF-8 punctuation and accented letters.
_MOJIBAKE = re.compile("(?:[\xc2-\xc3][\x80-\xbf]|â(?:€|\x80)[\x80-\xbf\u2010-\u2122\u0152-\u0178\u02c6\u02dc])+")

#: A closing quote whose last byte Windows-1252 does not have.
_LOST_QUOTE = re.compile("â€\x9d?")


def decode(data: bytes, log: Log) -> str:
    """The text of a file. Raises SourceError for what is not text; guesses are noted in `log`."""
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, errors="replace")
    _refuse_binary(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _without_utf8(data, error.start, log)


def _refuse_binary(data: bytes) -> None:
    controls = len(data) - len(data.translate(None, _CONTROL))
    if data.startswith(_MAGIC) or data.count(0) * 1000 > len(data) or controls * 100 > len(data):
        raise SourceError("is a binary file; save the page as HTML or text and import that")


def _without_utf8(data: bytes, position: int, log: Log) -> str:
    declared = _DECLARED.search(data[:4096])
    codec = (declared[1] or declared[2]).decode("ascii") if declared else ""
    if not _TEXT_CODECS.match(codec) or not _known(codec):
        codec = "windows-1252"
    elif re.match(r"(?i)iso-?8859-?1$|latin-?1$|us-ascii$|ascii$", codec):
        codec = "windows-1252"  # as every browser reads it: https://encoding.spec.whatwg.org/#names-and-labels
    text = data.decode(codec, errors="replace")
    around = text[max(0, position - 20) : position + 20]
    log.add("encoding", f"is not UTF-8, read as {codec}", around)
    if lost := text.count("\ufffd"):
        log.add("encoding", "characters that cannot be read", around, level="problem", count=lost)
    return text


def _known(codec: str) -> bool:
    try:
        return bool(codecs.lookup(codec))
    except LookupError:
        return False


def mend_mojibake(text: str, log: Log) -> str:
    """UTF-8 that was once read as Windows-1252 (`â€™` for `’`) read rightly; what was mended is noted."""

    def mend(found: re.Match[str]) -> str:
        raw = b"".join(_byte(char) for char in found[0])
        try:
            mended = raw.decode("utf-8")
        except UnicodeDecodeError:
            return found[0]
        log.add("encoding", "characters read twice in the wrong encoding, mended", f"{found[0]} → {mended}")
        return mended

    return _LOST_QUOTE.sub("”", _MOJIBAKE.sub(mend, text))


def _byte(char: str) -> bytes:
    try:
        return char.encode("windows-1252")
    except UnicodeEncodeError:
        return char.encode("latin-1", errors="replace")
