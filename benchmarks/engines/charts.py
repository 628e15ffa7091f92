"""Charts as SVG, written by hand: one row for each engine, a mark at the median and a bar to the 99th percentile.

The scale is logarithmic, since the engines lie a hundredfold apart. Colours follow the reader's scheme, light or dark.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDTH, _LEFT, _RIGHT, _TOP, _ROW = 720, 120, 150, 64, 34
_NAMESPACE = "http://www.w3.org/2000/svg"
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .quiet { fill: #59636e; font-size: 12px; }
  .grid { stroke: #d1d9e0; }
  .bar { fill: #9bc1e6; } .mark { fill: #0b5cad; }
  .ours .bar { fill: #f0b37e; } .ours .mark { fill: #b04a00; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .quiet { fill: #9198a1; } .grid { stroke: #3d444d; }
    .bar { fill: #2f5d8c; } .mark { fill: #79b8ff; }
    .ours .bar { fill: #8a4b1c; } .ours .mark { fill: #ffa657; }
  }
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One engine: its median and its 99th percentile (the same where there is one figure). `ours` stands out."""

    label: str
    low: float
    high: float
    ours: bool = False


@dataclass(frozen=True, slots=True)
class _Scale:
    """A logarithmic scale over whole powers of ten."""

    first: int
    last: int

    @classmethod
    def over(cls, values: Sequence[float]) -> _Scale:
        logs = [math.log10(value) for value in values if value > 0] or [0.0]
        first = math.floor(min(logs))
        return cls(first, max(math.ceil(max(logs)), first + 1))

    def place(self, value: float) -> float:
        """Where a value lies, from the left edge of the picture; what is nothing lies at the beginning."""
        part = (math.log10(value) - self.first) / (self.last - self.first) if value > 0 else 0.0
        return _LEFT + part * (_WIDTH - _LEFT - _RIGHT)


def chart(title: str, description: str, unit: str, rows: Sequence[Row]) -> str:
    """The picture. `title` and `description` are read out to those who do not see it."""
    scale = _Scale.over([value for row in rows for value in (row.low, row.high)])
    height = _TOP + _ROW * len(rows) + 40
    parts = [
        f'<svg xmlns="{_NAMESPACE}" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(description)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="16" y="28">{escape(title)}</text>',
        *_grid(scale, unit, height),
        *(_row(row, scale, _TOP + _ROW * place) for place, row in enumerate(rows)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _grid(scale: _Scale, unit: str, height: int) -> list[str]:
    parts = []
    for power in range(scale.first, scale.last + 1):
        x, label = scale.place(10.0**power), f"{10.0**power:g}"
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{_TOP - 12}" x2="{x:.1f}" y2="{height - 32}"/>')
        parts.append(f'<text class="quiet" x="{x:.1f}" y="{height - 14}" text-anchor="middle">{label}</text>')
    parts.append(f'<text class="quiet" x="{_WIDTH - 16}" y="{height - 14}" text-anchor="end">{escape(unit)}</text>')
    return parts


def _row(row: Row, scale: _Scale, y: int) -> str:
    low, high = scale.place(row.low), scale.place(row.high)
    figures = shown(row.low) if row.high == row.low else f"{shown(row.low)} – {shown(row.high)}"
    return (
        f'<g class="{"ours" if row.ours else "peer"}">'
        f'<text x="{_LEFT - 12}" y="{y + 14}" text-anchor="end">{escape(row.label)}</text>'
        f'<rect class="bar" x="{low:.1f}" y="{y + 4}" width="{max(high - low, 0):.1f}" height="12"/>'
        f'<rect class="mark" x="{low - 3:.1f}" y="{y}" width="6" height="20" rx="2"/>'
        f'<text x="{max(low, high) + 12:.1f}" y="{y + 14}">{figures}</text></g>'
    )


def shown(value: float) -> str:
    """A figure with as many digits as it is worth."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
