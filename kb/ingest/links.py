"""Addresses cleaned of what word processors, trackers and quotation marks did to them."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit, urlunsplit

from bs4 import Tag

from kb.ingest.wording import clean, host

_DEBRIS = '"“”„‟″′‘’`´ \t\n'
_ENCODED_DEBRIS = re.compile(r"(?:%E2%80%(?:9[89CDEF]|B[23])|%22|&quot;?|&#82(?:20|21|43);?)+$", re.IGNORECASE)
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|mc_[ce]id|igshid|ref_src|_hs(?:enc|mi)|share|source|CMP|cmpid)$", re.IGNORECASE
)
_ADDTHIS = re.compile(r"^\.[\w-]{8,}(?:\.\w+)?$")
_SAFE = "/:?#[]@!$&'*+,;=%~-._"
#: Hosts that only pass a reader on, and the parameter that holds the address.
_REDIRECTORS = (
    ("safelinks.protection.outlook.com", "url"),
    ("google.com", "q"),
    ("google.com", "url"),
    ("l.facebook.com", "u"),
)


def clean_url(raw: str, base: str = "") -> str | None:
    """A working absolute address (http, https, mailto, tel), or None where there is none in `raw`.

    Quotes left at its ends are removed, dashes and multiplication signs that typography made are turned back,
    passing-on addresses (safelinks) are opened, relative ones joined to `base`.
    """
    text = _ENCODED_DEBRIS.sub("", re.sub(r"[\t\n]", "", clean(raw)).strip(_DEBRIS)).strip(_DEBRIS)
    text = (
        re.sub(r"(?<=\d)×(?=\d)", "x", text).replace("–", "--").replace("—", "---").replace("…", "...").replace("″", "")
    )
    if not text or text.startswith("#"):
        return None
    if re.match(r"(?i)(?:mailto|tel):\S+$", text):
        return quote(text, safe=_SAFE)
    if text.startswith("www."):
        text = f"https://{text}"
    text = re.sub(r"^(https?:)/*(?:https?:)?/+", r"\1//", re.sub(r"\s+(?=\S*$)", "%20", text), flags=re.IGNORECASE)
    try:
        joined = urljoin(base, text) if base else text
        parts = urlsplit(joined)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "." not in parts.hostname:
            return None
        return _opened(quote(urlunsplit(parts), safe=_SAFE), base)
    except ValueError:
        return None


def _opened(url: str, base: str) -> str | None:
    parts = urlsplit(url)
    for redirector, parameter in _REDIRECTORS:
        if (
            host(url).endswith(redirector)
            and (found := parse_qs(parts.query).get(parameter))
            and found[0].startswith("http")
        ):
            return clean_url(found[0], base) if found[0] != url else url
    return url


def source_url(url: str) -> str:
    """An address as a citation gives it: without tracking parameters and without the fragment."""
    parts = urlsplit(url)
    kept = [part for part in parts.query.split("&") if part and not _TRACKING.match(part.partition("=")[0])]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(kept), ""))


def address_key(url: str) -> str:
    """What two addresses of one page have in common, whatever their scheme, `www.`, end slash and tracking."""
    try:
        parts = urlsplit(source_url(url))
    except ValueError:
        return url
    return f"{host(url)}{unquote(parts.path).rstrip('/').lower()}?{parts.query}"


def url_slug(url: str) -> str:
    """The last telling segment of the path, without its ending: `…/2019/08/14/mass-surveillance/` gives its name."""
    try:
        segments = [segment for segment in unquote(urlsplit(url).path).split("/") if segment]
    except ValueError:
        return ""
    named = [segment for segment in segments if re.search(r"[A-Za-z]{3}", segment)]
    last = named[-1] if named else ""
    return re.sub(r"^\d{3,}-|\.(?:html?|php|aspx?|shtml?)$", "", last, flags=re.IGNORECASE)


def image_source(image: Tag) -> str:
    """The address of an image element, also where a script was to load it later; empty where there is none."""
    values = (str(image.get(name) or "") for name in ("src", "data-src", "data-lazy-src"))
    return next((value for value in values if value.startswith(("http", "/"))), "")
