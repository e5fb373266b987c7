"""Charts as inline SVG: a timeline in columns, a map of places. Pure: numbers in, markup out.

Text is set for a phone and made smaller on a wide screen, so what does not overlap there overlaps nowhere. Each colour
has a word or a number beside it, and its own contrast of 3 to 1 or more to the page (WCAG 2.2, 1.4.11).
"""

import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import product

# Of a phone's 390 points a page leaves about 340: a text of 15 in a picture 480 wide is then read at 10.6.
WIDTH = 480
_FONT, _WIDE_FONT = 15, 12
_NEAR_KM_PER_DEGREE = 111.2
# (of light mode, of dark mode). The series: Okabe and Ito's blue, vermillion and green, Tol's purple, a grey for the
# rest; those of dark mode are the same hues, lighter.
PAPER, INK, FAINT, LINE = (
    ("#ffffff", "#1a1f26"), ("#1b1f24", "#e8ebef"), ("#57606a", "#a3adb9"), ("#d5dae1", "#3d4651"),
)  # fmt: skip
SERIES = (
    ("#0072b2", "#56b4e9"), ("#d55e00", "#f08c4a"), ("#00866a", "#34c6a0"), ("#aa4499", "#dc8fd0"),
    ("#757b84", "#9aa1ab"),
)  # fmt: skip
_MOST_SPOTS = 60
_MOST_LABEL = 26
# East and south of a dot, in the order in which its label is tried there.
_DIRECTIONS = (
    (1, 0), (-1, 0), (0, -1), (0, 1), (0.75, -0.75), (0.75, 0.75), (-0.75, -0.75), (-0.75, 0.75),
    (0.4, -0.9), (0.4, 0.9), (-0.4, -0.9), (-0.4, 0.9), (0.95, -0.4), (0.95, 0.4), (-0.95, -0.4), (-0.95, 0.4),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One step of a timeline: when it begins, in the zone that is shown, and how many of each kind."""

    start: datetime
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All kinds together."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place on a map (degrees, WGS 84) and the ids of the stories that name it."""

    name: str
    latitude: float
    longitude: float
    stories: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    width: float
    height: float

    def meets(self, other: "_Box") -> bool:
        beside = self.left < other.left + other.width and other.left < self.left + self.width
        return beside and self.top < other.top + other.height and other.top < self.top + self.height

    def lies_in(self, width: float, height: float) -> bool:
        right, bottom = self.left + self.width, self.top + self.height
        return self.left >= 2 and self.top >= 2 and right <= width - 2 and bottom <= height - 2


@dataclass(frozen=True, slots=True)
class _Dot:
    x: float
    y: float
    radius: float
    spots: tuple[Spot, ...]

    @property
    def count(self) -> int:
        return _count(self.spots)

    @property
    def box(self) -> _Box:
        return _Box(self.x - self.radius, self.y - self.radius, 2 * self.radius, 2 * self.radius)


def sheet() -> str:
    """The style sheet of all charts, to stand once in a page before the first: colours, text, dark mode.

    It stands inside an SVG element: where those are taken away, so is what shows the pictures.
    """
    looks = (
        ".picture{display:block!important}.chart{display:block;width:100%;height:auto}"
        f".chart text{{font:{_FONT}px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif}}"
        ".chart .bold,.chart tspan{font-weight:600}.chart .line,.chart .rule{fill:none}"
        ".chart .halo{stroke-width:3.5px;stroke-linejoin:round;paint-order:stroke}"
        ".chart circle{fill-opacity:.78;stroke-width:1.5px}"
        f"{_colours(0)}"
        f"@media (min-width:520px){{.chart text{{font-size:{_WIDE_FONT}px}}}}"
        f"@media (prefers-color-scheme:dark){{{_colours(1)}}}"
    )
    return f'<div style="display:none;mso-hide:all"><svg><style>{looks}</style></svg></div>'


def _colours(mode: int) -> str:
    series = "".join(f".chart .k{n}{{fill:{colours[mode]}}}" for n, colours in enumerate(SERIES))
    return (
        f"{series}.chart text{{fill:{INK[mode]}}}.chart .faint{{fill:{FAINT[mode]}}}"
        f".chart .line{{stroke:{LINE[mode]}}}.chart .rule{{stroke:{FAINT[mode]}}}"
        f".chart .halo,.chart circle{{stroke:{PAPER[mode]}}}"
    )


def framed(chart: str) -> str:
    """A chart as it may stand in an e-mail: hidden until the sheet of the page shows it.

    Gmail takes the tags of SVG away and leaves the words between them: these stay hidden, as they do in Outlook.
    """
    return f'<div class="picture" style="display:none;mso-hide:all">{chart}</div>'


def timeline(
    columns: Sequence[Column], kinds: Sequence[str], *, chart_id: str, title: str, desc: str, is_hourly: bool
) -> str:
    """An SVG element: a column for each step (one or more), the kinds, five at most, from below in the order given.

    chart_id is a word that no other element of the page has for an id.
    """
    legend, legend_height = _legend(kinds, columns)
    right, plot = 8.0, 130.0
    top = legend_height + 22
    base = top + plot
    highest = max(columns, key=lambda column: column.total)
    step = _nice_count(highest.total / 4)
    ceiling = max(step * math.ceil(highest.total / step), step)
    left = text_width(f"{ceiling}") + 14
    slot = (WIDTH - left - right) / len(columns)
    parts = [legend]
    for value in range(0, ceiling + 1, step):
        y = base - plot * value / ceiling
        kind = "line" if value else "rule"
        parts.append(f'<path class="{kind}" d="M{left:.1f} {y:.1f}H{WIDTH - right:g}"/>')
        parts.append(_text(left - 6, y + 5, f"{value}", anchor="end", kind="faint"))
    for number, column in enumerate(columns):
        x = left + slot * number
        parts.append(_column(column, kinds, x=x, slot=slot, base=base, unit=plot / ceiling))
        if column is highest and column.total:
            middle = min(max(x + slot / 2, left + 8), WIDTH - 12)
            y = base - plot * column.total / ceiling - 5
            parts.append(_text(middle, y, f"{column.total}", anchor="middle"))
    parts += _time_labels(columns, left=left, slot=slot, base=base, is_hourly=is_hourly)
    return _svg("".join(parts), base + 47, chart_id=chart_id, title=title, desc=desc)


def _legend(kinds: Sequence[str], columns: Sequence[Column]) -> tuple[str, float]:
    """The kinds with their sums, in as many lines as they need, and the height of those."""
    parts, x, y = [], 0.0, 16.0
    for number, kind in enumerate(kinds):
        words = f"{kind} {sum(column.counts.get(kind, 0) for column in columns):,}"
        width = 18 + text_width(words) + 16
        if x and x + width > WIDTH:
            x, y = 0.0, y + 22
        place = f'x="{x:.1f}" y="{y - 11:.1f}" width="12" height="12" rx="2"'
        parts.append(f'<rect class="k{number}" {place}/>')
        parts.append(_text(x + 18, y, words))
        x += width
    return "".join(parts), y + 6 if kinds else 0.0


def _column(column: Column, kinds: Sequence[str], *, x: float, slot: float, base: float, unit: float) -> str:
    width = max(min(slot * 0.76, 48), 1.5)
    parts, y = [], base
    for number, kind in enumerate(kinds):
        height = column.counts.get(kind, 0) * unit
        if not height:
            continue
        y -= height
        # A seam between two kinds, so that they are two without their colours.
        seam = 1 if height > 3 and y + height < base else 0
        parts.append(
            f'<rect class="k{number}" x="{x + (slot - width) / 2:.1f}" y="{y:.1f}" width="{width:.1f}" '
            f'height="{height - seam:.1f}"/>'
        )
    return "".join(parts)


def _time_labels(
    columns: Sequence[Column], *, left: float, slot: float, base: float, is_hourly: bool
) -> Iterator[str]:
    """Hours and, below them, the days; or days only."""
    if not is_hourly:
        every = math.ceil(62 / slot)
        for number in range(0, len(columns), every):
            x = min(max(left + slot * (number + 0.5), left + 14), WIDTH - 26)
            yield _text(x, base + 22, _day(columns[number].start), anchor="middle", kind="faint")
        return
    every = next((step for step in (1, 2, 3, 4, 6, 12) if step * slot >= 52), 24)
    day_ends_at = 0.0
    for number, column in enumerate(columns):
        x = left + slot * number
        hour = column.start.hour
        is_repeated = number and columns[number - 1].start.hour == hour
        if hour % every == 0 and not is_repeated:
            yield f'<path class="rule" d="M{x:.1f} {base:g}v5"/>'
            yield _text(min(x, WIDTH - 22), base + 22, f"{hour:02}:00", anchor="middle", kind="faint")
        is_new_day = number == 0 or columns[number - 1].start.date() != column.start.date()
        if is_new_day:
            until_next = next(
                (
                    n
                    for n in range(number + 1, len(columns))
                    if columns[n].start.date() != column.start.date()
                ),
                len(columns),
            )
            words = _day(column.start)
            room = min(slot * (until_next - number), WIDTH - x)
            if x >= day_ends_at and room >= text_width(words):
                anchor = "start" if number == 0 else "middle"
                yield _text(x if number else x - 18, base + 41, words, anchor=anchor, kind="bold")
                day_ends_at = x + text_width(words) + 8


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}"


def place_map(spots: Sequence[Spot], *, chart_id: str, title: str, desc: str) -> str:
    """An SVG element: a dot for each place, its area the number of stories; north up, with graticule and scale bar.

    Plate carrée, true at the middle latitude. Places whose dots would cover each other's points share one. spots must
    not be empty; the sixty with the most stories are drawn.
    """
    view = _View.around(spots)
    dots = _dots(view, spots)
    (bar, bar_box), (north, north_box) = _scale_bar(view), _north(view)
    taken = [bar_box, north_box]
    grid = _graticule(view, taken)
    labels = list(_place_labels(dots, taken, view))
    circles = (f'<circle class="k0" cx="{dot.x:.1f}" cy="{dot.y:.1f}" r="{dot.radius:.1f}"/>' for dot in dots)
    frame = f'<rect class="line" x=".5" y=".5" width="{WIDTH - 1}" height="{view.height - 1:.1f}"/>'
    inside = "".join([frame, grid, *circles, bar, north, *labels])
    return _svg(inside, view.height, chart_id=chart_id, title=title, desc=desc)


def crowd(spots: Sequence[Spot]) -> list[Spot]:
    """The places to be shown once more from nearer: those around the dot that most places share; [] where none do."""
    view = _View.around(spots)
    shared = max(_dots(view, spots), key=lambda dot: (len({_at(s) for s in dot.spots}), dot.count))
    if len({_at(spot) for spot in shared.spots}) < 2:
        return []
    near = [
        spot
        for spot in spots
        if math.hypot(view.x(spot.longitude) - shared.x, view.y(spot.latitude) - shared.y) <= WIDTH / 10
    ]
    return near if len(near) < len(spots) else []


@dataclass(frozen=True, slots=True)
class _View:
    """Which part of the world a map shows, and where on it a point lies."""

    west: float
    inset: float
    north: float
    per_degree: float
    squeeze: float
    height: float

    @classmethod
    def around(cls, spots: Sequence[Spot]) -> "_View":
        latitudes = [spot.latitude for spot in spots]
        middle = (min(latitudes) + max(latitudes)) / 2
        squeeze = max(math.cos(math.radians(middle)), 0.2)
        west, span = _narrowest([spot.longitude for spot in spots])
        # One village alone is shown with about twenty kilometres around it.
        wide, high = max(span * squeeze, 0.12), max(max(latitudes) - min(latitudes), 0.08)
        side, above = 78, 44
        height = min(max((WIDTH - 2 * side) * high / wide + 2 * above, 280), 420)
        per_degree = min((WIDTH - 2 * side) / wide, (height - 2 * above) / high)
        return cls(
            west=west,
            inset=(WIDTH - span * per_degree * squeeze) / 2,
            north=middle + height / 2 / per_degree,
            per_degree=per_degree,
            squeeze=squeeze,
            height=height,
        )

    def x(self, longitude: float) -> float:
        return self.inset + (round(longitude, 6) - self.west) % 360 * self.squeeze * self.per_degree

    def y(self, latitude: float) -> float:
        return (self.north - latitude) * self.per_degree


def _narrowest(longitudes: Sequence[float]) -> tuple[float, float]:
    """The western edge of the narrowest band that holds them all, and its width; it may cross the antimeridian."""
    ring = sorted({round(longitude, 6) % 360 for longitude in longitudes})
    following = [*ring[1:], ring[0]]
    gap, west = max(((west - east) % 360 or 360, west) for east, west in zip(ring, following, strict=True))
    return west, 360 - gap


def _dots(view: _View, spots: Sequence[Spot]) -> list[_Dot]:
    """The dots, the biggest first; a place whose point another's dot would cover shares that."""
    ranked = sorted(spots, key=lambda spot: (-len(spot.stories), spot.name))[:_MOST_SPOTS]
    most = max((len(spot.stories) for spot in ranked), default=1) or 1
    shared: list[list[Spot]] = []
    for spot in ranked:
        for group in shared:
            first = group[0]
            far = math.hypot(
                view.x(spot.longitude) - view.x(first.longitude),
                view.y(spot.latitude) - view.y(first.latitude),
            )
            if far < max(_radius(len(first.stories), most), 7):
                group.append(spot)
                break
        else:
            shared.append([spot])
    most = max((_count(group) for group in shared), default=1)
    dots = [
        _Dot(
            view.x(group[0].longitude), view.y(group[0].latitude), _radius(_count(group), most), tuple(group)
        )
        for group in shared
    ]
    return sorted(dots, key=lambda dot: -dot.radius)


def _radius(count: int, most: int) -> float:
    return max(15 * math.sqrt(count / most), 4)


def _count(spots: Sequence[Spot]) -> int:
    return len(frozenset[str]().union(*(spot.stories for spot in spots)))


def _at(spot: Spot) -> tuple[float, float]:
    return spot.latitude, spot.longitude


def _place_labels(dots: Sequence[_Dot], taken: list[_Box], view: _View) -> Iterator[str]:
    """A label for each dot, the biggest first, where there is room; those without any stand in the table only."""
    for dot in dots:
        found = _free_place(dot, [each.box for each in dots if each is not dot], taken, view)
        if found is None:
            continue
        name, box, anchor, line = found
        taken += [box, *line]
        if line:
            start, end = line[0], line[-1]
            ends = f"M{start.left + 2:.1f} {start.top + 2:.1f}L{end.left + 2:.1f} {end.top + 2:.1f}"
            yield f'<path class="rule" d="{ends}"/>'
        x = box.left + {"start": 3, "middle": box.width / 2, "end": box.width - 3}[anchor]
        y = box.top + box.height - 5
        yield _text(x, y, name, anchor=anchor, kind="halo", more=f" {dot.count:,}")


def _wordings(dot: _Dot) -> Iterator[str]:
    """What a dot may be called, the longest first."""
    names = [_cut(spot.name) for spot in dot.spots]
    rest = len(names) - 1
    if rest == 1:
        yield f"{names[0]}, {names[1]}"
    yield f"{names[0]}{f' and {rest} near' if rest else ''}"


def _cut(name: str) -> str:
    return name if len(name) <= _MOST_LABEL else name[: _MOST_LABEL - 1].rstrip() + "…"


def _free_place(
    dot: _Dot, dots: Sequence[_Box], taken: Sequence[_Box], view: _View
) -> tuple[str, _Box, str, list[_Box]] | None:
    """What a dot is called, where that meets nothing, how it is set there, and the line that leads to it from afar."""
    high, obstacles = _FONT + 4.0, [*dots, *taken]
    for away, name, (east, south) in product((3, 16, 32, 50, 70), _wordings(dot), _DIRECTIONS):
        wide, reach = text_width(f"{name} {dot.count:,}") + 8, dot.radius + away
        left = dot.x + east * reach - (wide if east < 0 else 0 if east else wide / 2)
        top = dot.y + south * reach - (high if south < 0 else 0 if south else high / 2)
        box = _Box(left, top, wide, high)
        if not box.lies_in(WIDTH, view.height) or any(box.meets(other) for other in obstacles):
            continue
        line = _leader(dot, box) if away > 3 else []
        if not any(point.meets(other) for point in line for other in obstacles):
            return name, box, "end" if east < 0 else "start" if east else "middle", line
    return None


def _leader(dot: _Dot, box: _Box) -> list[_Box]:
    """The line from the edge of a dot to the nearest point of its label, as spots around points of it."""
    x = min(max(dot.x, box.left), box.left + box.width)
    y = min(max(dot.y, box.top + 2), box.top + box.height - 2)
    share = dot.radius / (math.hypot(x - dot.x, y - dot.y) or 1)
    steps = [share + (1 - share) * n / 16 for n in range(17)]
    # So thick that no other line slips through between two of them.
    return [_Box(dot.x + (x - dot.x) * at - 2, dot.y + (y - dot.y) * at - 2, 4, 4) for at in steps]


def _graticule(view: _View, taken: list[_Box]) -> str:
    """Meridians and parallels at round degrees or minutes; what labels they have is added to `taken`."""
    parts = []
    step = _nice_minutes(100 / view.per_degree * 60)
    south = view.north - view.height / view.per_degree
    for minutes in range(math.ceil(south * 60 / step) * step, int(view.north * 60) + 1, step):
        y = view.y(minutes / 60)
        if abs(minutes) <= 90 * 60 and 24 < y < view.height - 34:
            parts.append(f'<path class="line" d="M0 {y:.1f}H{WIDTH}"/>')
            words = _degrees(minutes, "N", "S")
            parts.append(_text(4, y - 4, words, kind="faint"))
            taken.append(_Box(2, y - _FONT - 4, text_width(words) + 4, _FONT + 4))
    step = _nice_minutes(130 / view.per_degree / view.squeeze * 60)
    west = view.west - view.inset / view.per_degree / view.squeeze
    east = west + WIDTH / view.per_degree / view.squeeze
    for minutes in range(math.ceil(west * 60 / step) * step, int(east * 60) + 1, step):
        x = (minutes / 60 - west) * view.squeeze * view.per_degree
        words = _degrees((minutes + 180 * 60) % (360 * 60) - 180 * 60, "E", "W")
        if 60 < x < WIDTH - text_width(words) - 8:
            parts.append(f'<path class="line" d="M{x:.1f} 0V{view.height:.1f}"/>')
            parts.append(_text(x + 4, 16, words, kind="faint"))
            taken.append(_Box(x + 2, 2, text_width(words) + 4, _FONT + 3))
    return "".join(parts)


def _degrees(minutes: int, positive: str, negative: str) -> str:
    whole, rest = divmod(abs(minutes), 60)
    side = "" if minutes == 0 else positive if minutes > 0 else negative
    return f"{whole}°{f'{rest:02}′' if rest else ''}{side}"


def _scale_bar(view: _View) -> tuple[str, _Box]:
    """A bar of a round number of kilometres at the lower left, and what room it takes."""
    per_km = view.per_degree / _NEAR_KM_PER_DEGREE
    lengths = [n * 10**power for power in range(-1, 5) for n in (1, 2, 5)]
    km = max((length for length in lengths if length * per_km <= 130), default=0.1)
    length, y = km * per_km, view.height - 10
    words = f"{km:g} km"
    line = f'<path class="rule" d="M10 {y - 5:.1f}v5h{length:.1f}v-5"/>'
    room = _Box(4, y - 30, max(length, text_width(words)) + 14, 38)
    return line + _text(12, y - 8, words, kind="faint"), room


def _north(view: _View) -> tuple[str, _Box]:
    x, y = WIDTH - 18.0, view.height - 10
    arrow = f'<path class="faint" d="M{x:g} {y - 34:.1f}l5 12h-10z"/>'
    return arrow + _text(x, y - 4, "N", anchor="middle", kind="faint"), _Box(x - 12, y - 38, 28, 46)


def _nice_count(least: float) -> int:
    """The next round whole number: 1, 2, 5, 10, 20 ..."""
    return next(n * int(10**power) for power in range(12) for n in (1, 2, 5) if n * 10**power >= least)


def _nice_minutes(least: float) -> int:
    """The next round number of minutes of arc, up to ninety degrees."""
    steps = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 2700, 5400)
    return next((step for step in steps if step >= least), steps[-1])


def text_width(text: str, size: float = _FONT) -> float:
    """About how wide a text is in a sans-serif typeface of this size, rather more than less."""
    return sum(_advance(character) for character in text) * size


def _advance(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    category = unicodedata.category(character)
    if category in ("Mn", "Cf"):
        return 0
    if category == "Lu" or character in "mwMWмшщжюфы—…":
        return 0.74
    return 0.3 if character in " ,.'′iljtfI·:" else 0.58


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", kind: str | None = None, more: str = ""
) -> str:
    name = f' class="{kind}"' if kind else ""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    after = f"<tspan>{escape(more)}</tspan>" if more else ""
    return f'<text{name} x="{x:.1f}" y="{y:.1f}"{place}>{escape(words)}{after}</text>'


def _svg(inside: str, height: float, *, chart_id: str, title: str, desc: str) -> str:
    return (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-labelledby="{chart_id}-title {chart_id}-desc"><title id="{chart_id}-title">{escape(title)}</title>'
        f'<desc id="{chart_id}-desc">{escape(desc)}</desc>{inside}</svg>'
    )
