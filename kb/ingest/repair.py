"""Text as it was pasted or saved, made into HTML that a parser reads as its author meant it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from kb.ingest.plaintext import paragraphs
from kb.ingest.report import Log
from kb.ingest.scanner import KNOWN_TAGS, Scanner, Token

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
#: Elements that a parser closes by itself: they do not nest, however often they are opened.
_CLOSED_BY_ITSELF = frozenset(
    ["p", "li", "dt", "dd", "tr", "td", "th", "option", "thead", "tbody", "tfoot", "body", "html", "head"]
)
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdo",
        "big",
        "br",
        "cite",
        "code",
        "del",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
    ]
)
MAX_DEPTH = 80
_ALTERNATIVES = "|".join(sorted(KNOWN_TAGS, key=len, reverse=True))
_ESCAPED = re.compile(
    rf"<(?P<keep>code|pre)\b.*?</(?P=keep)>|&lt;(?P<tag>/?(?:{_ALTERNATIVES})(?=[\s/&])(?:(?!&lt;|&gt;)[^<]|<br\s*/?>)*?|"
    r"!\s?(?:--|-|[–—]|&#821[12];|&[mn]dash;)(?:(?!&lt;|&gt;)[^<])*?)&gt;",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPED_TWICE = re.compile(rf"&amp;lt;/?(?:{_ALTERNATIVES})\b", re.IGNORECASE)
_ENTITY_TWICE = re.compile(r"&amp;(#\d{2,6}|#x[\da-fA-F]{2,5}|nbsp|amp|quot|apos|[lr][ds]quo|[mn]dash|hellip);")
#: What WordPress makes of line ends and blank lines (its function wpautop).
_PAGE_BREAK = re.compile(r"<br\s*/?>\n?", re.IGNORECASE)
_PAGE_PARAGRAPH = re.compile(r"</?p>\n?", re.IGNORECASE)
_BRACES = re.compile(r"\{\$\w*\}?|\{\{[^{}\n]{0,200}\}\}|\{%[^{}\n]{0,200}%\}|<\?php.{0,500}?\?>", re.DOTALL)
_SHORTCODE = re.compile(
    r"\[/?(?:caption|gallery|embed|audio|video|playlist|vc_\w+|et_pb_\w+|su_\w+|fusion_\w+|addtoany|wp_\w+"
    r"|sociable|contact-form[\w-]*)\b[^\]\n]{0,2000}\]"
)
_BLANK_LINE = re.compile(r"\n[ \t\u00a0]*\n\s*")
#: What the syndicator's comments mark (ILW.COM and the sites that paste its articles).
_MARKS = {
    "ARTICLE TITLE START": ("title", True), "END ARTICLE TITLE": ("title", False),
    "ARTICLE TITLE END": ("title", False),
    "AUTHOR NAME START": ("author", True), "END AUTHOR NAME": ("author", False), "AUTHOR NAME END": ("author", False),
    "AUTHOR BIO START": ("bio", True), "END AUTHOR BIO": ("bio", False), "AUTHOR BIO END": ("bio", False),
}  # fmt: skip
MARK = "data-kb-mark"


@dataclass(frozen=True, slots=True)
class Repaired:
    """`html` is a whole document; `loose` where the source was a fragment or plain text; `json_ld` its linked data."""

    html: str
    loose: bool
    json_ld: tuple[str, ...] = ()


def repair(text: str, log: Log) -> Repaired:
    """Any text as HTML: escaped markup unescaped, quotes and comments mended, loose lines made paragraphs."""
    source = _drop_braces(unescape_markup(text, log), log)
    scanner = Scanner(source)
    tokens = list(scanner.tokens())
    if scanner.repaired:
        log.add(
            "markup",
            "attributes with curly, prime or missing quotes mended",
            scanner.first_repaired,
            count=scanner.repaired,
        )
    if scanner.unclosed:
        log.add("markup", "comments, scripts or styles that never end were closed", count=scanner.unclosed)
    loose = not any(token.kind == "open" and token.name in ("html", "body", "head") for token in tokens)
    writer = _Writer(loose, _balanced_marks(tokens), log)
    body = _write_loose(tokens, writer) if loose else "".join(writer.write(token) for token in tokens)
    if writer.flattened:
        what = f"markup nested more than {MAX_DEPTH} deep was flattened"
        log.add("markup", what, level="warning", count=writer.flattened)
    return Repaired(f"<html><body>{body}</body></html>" if loose else body, loose, tuple(writer.json_ld))


def unescape_markup(text: str, log: Log) -> str:
    """Markup that stands in the text as entities (`&lt;p&gt;`, also escaped twice) turned back into markup."""
    for _ in range(3):
        if len(_ESCAPED_TWICE.findall(text)) < 2:
            break
        log.add("markup", "markup that was escaped twice was unescaped", "&amp;lt;")
        text = text.replace("&amp;", "&")
    tags = [found for found in _ESCAPED.finditer(text) if found["tag"]]
    if len(tags) < 2:
        return text
    log.add("markup", "markup that stood in the text as entities was unescaped", tags[0][0], count=len(tags))
    start, end = tags[0].start(), tags[-1].end()
    region = text[start:end]
    if any(found["tag"].lower() == "p" for found in tags):  # then the page's own breaks are the editor's line ends
        region = _PAGE_PARAGRAPH.sub("\n\n", _PAGE_BREAK.sub("\n", region))
    return text[:start] + _ESCAPED.sub(_unescape, region) + text[end:]


def _unescape(found: re.Match[str]) -> str:
    if not found["tag"]:
        return found[0]
    return "<" + html.unescape(re.sub(r"<br\s*/?>", " ", found["tag"])) + ">"


def _drop_braces(text: str, log: Log) -> str:
    for pattern, what in ((_BRACES, "stray template braces were dropped"), (_SHORTCODE, "shortcodes were dropped")):
        if found := pattern.findall(text):
            log.add("dropped", what, found[0], count=len(found))
            text = pattern.sub("", text)
    return text


def _balanced_marks(tokens: list[Token]) -> dict[int, str]:
    """Start of each marking comment whose pair encloses balanced markup, and what stands for it in the HTML."""
    marks: dict[int, str] = {}
    opened: dict[str, tuple[int, list[str]]] = {}
    for token in tokens:
        for _, stack in opened.values():
            _follow(token, stack)
        if token.kind != "comment" or token.text.upper() not in _MARKS:
            continue
        name, is_start = _MARKS[token.text.upper()]
        if is_start:
            opened[name] = (token.start, [])
        elif name in opened and not (begun := opened.pop(name))[1]:
            element = "section" if name == "bio" else "span"
            marks[begun[0]], marks[token.start] = f'<{element} {MARK}="{name}">', f"</{element}>"
    return marks


def _follow(token: Token, stack: list[str]) -> None:
    if token.kind == "open" and token.name not in _VOID and token.name not in _CLOSED_BY_ITSELF:
        stack.append(token.name)
    elif token.kind == "close" and token.name not in _CLOSED_BY_ITSELF and token.name not in _VOID:
        if stack and stack[-1] == token.name:
            stack.pop()
        else:
            stack.append(f"/{token.name}")  # closes what was opened before the mark


@dataclass(slots=True)
class _Writer:
    """Writes tokens as clean HTML and keeps the nesting within what parsers take."""

    loose: bool
    marks: dict[int, str]
    log: Log
    json_ld: list[str] = field(default_factory=list)
    flattened: int = 0
    _depth: int = 0
    _skipped: int = 0
    _in_pre: int = 0

    def write(self, token: Token) -> str:
        """One token as HTML."""
        if token.kind == "text":
            return self._text(token.text)
        if token.kind == "comment":
            return self.marks.get(token.start, "")
        if token.kind == "raw":
            return self._raw(token)
        if token.kind == "link":
            address = html.escape(token.text)
            return f'<a href="{address}">{address}</a>'
        return self._open(token) if token.kind == "open" else self._close(token)

    def _text(self, text: str) -> str:
        text = _ENTITY_TWICE.sub(r"&\1;", text).replace("<", "&lt;")
        if self.loose and not self._in_pre and text.strip():
            text = _BLANK_LINE.sub("<br><br>", text)
        return text

    def _raw(self, token: Token) -> str:
        if ("type", "application/ld+json") in token.attributes:
            self.json_ld.append(token.text)
        else:
            self.log.add("dropped", f"a {token.name} was dropped", token.text)
        return ""

    def _open(self, token: Token) -> str:
        if token.name not in _VOID and token.name not in _CLOSED_BY_ITSELF:
            if self._depth >= MAX_DEPTH:
                self._skipped += 1
                self.flattened += 1
                return ""
            self._depth += 1
            self._in_pre += token.name == "pre"
        attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in token.attributes if _is_name(name))
        return f"<{token.name}{attributes}>"

    def _close(self, token: Token) -> str:
        if token.name in _VOID or (token.name == "p" and self._skipped):
            return "<br>" if token.name == "br" else ""
        if token.name not in _CLOSED_BY_ITSELF:
            if self._skipped:
                self._skipped -= 1
                return ""
            self._depth = max(0, self._depth - 1)
            self._in_pre = max(0, self._in_pre - (token.name == "pre"))
        return f"</{token.name}>"


def _is_name(name: str) -> bool:
    return re.fullmatch(r"[a-z_:][\w:.-]{0,80}", name, re.ASCII) is not None


def _write_loose(tokens: list[Token], writer: _Writer) -> str:
    """A fragment: what stands before the first block and after the last one is lines of text."""
    blocks = [n for n, token in enumerate(tokens) if token.kind in ("open", "close") and token.name not in _INLINE]
    first, last = (blocks[0], blocks[-1] + 1) if blocks else (len(tokens), len(tokens))
    parts = (
        _lines(tokens[:first], writer),
        [writer.write(token) for token in tokens[first:last]],
        _lines(tokens[last:], writer),
    )
    return "".join(piece for part in parts for piece in part)


def _lines(tokens: list[Token], writer: _Writer) -> list[str]:
    text = "".join(
        _ENTITY_TWICE.sub(r"&\1;", token.text).replace("<", "&lt;") if token.kind == "text" else writer.write(token)
        for token in tokens
    )
    return paragraphs(text)
