"""The pictures of a digest: what they show is where the numbers say, and nothing lies upon anything else."""

import math
import re
from datetime import UTC, datetime, timedelta
from itertools import combinations
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.charts import (
    FAINT,
    INK,
    PAPER,
    SERIES,
    WIDTH,
    Column,
    Spot,
    crowd,
    framed,
    place_map,
    sheet,
    text_width,
    timeline,
)

SVG = "{http://www.w3.org/2000/svg}"
MIDNIGHT = datetime(2026, 11, 23, 21, tzinfo=UTC).astimezone(ZoneInfo("Europe/Moscow"))
SUDZHA, RYLSK, LGOV = (51.191, 35.271), (51.57141, 34.68324), (51.68925, 35.28449)


def hours(*counts, start=MIDNIGHT):
    return [Column(start=start + timedelta(hours=n), counts=each) for n, each in enumerate(counts)]


def drawn(columns, kinds=("ru", "en"), *, is_hourly=True):
    svg = timeline(columns, kinds, chart_id="t", title="Stories", desc="Most: 3", is_hourly=is_hourly)
    return ElementTree.fromstring(svg)


def spot(name, at, *stories):
    return Spot(name=name, latitude=at[0], longitude=at[1], stories=frozenset(stories or (name,)))


def mapped(*spots):
    return ElementTree.fromstring(place_map(spots, chart_id="m", title="Places", desc="North is up."))


def bars(svg):
    """The rectangles of the columns, not the keys of the legend."""
    return [each for each in svg.iter(f"{SVG}rect") if each.get("rx") is None and each.get("class") != "line"]


def texts(svg, kind=None):
    return [each for each in svg.iter(f"{SVG}text") if kind in (None, each.get("class", "ink"))]


def words(text):
    return "".join(text.itertext())


def box(text):
    """Left, top, right, bottom of a text as it is set for a phone."""
    width, x, y = text_width(words(text)), float(text.get("x")), float(text.get("y"))
    left = x - {"end": width, "middle": width / 2}.get(text.get("text-anchor"), 0)
    return left, y - 13, left + width, y + 3


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def leaders(svg):
    """The lines that lead to labels, as their two ends."""
    found = (
        re.fullmatch(r"M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)", each.get("d"))
        for each in svg.iter(f"{SVG}path")
    )
    return [((float(m[1]), float(m[2])), (float(m[3]), float(m[4]))) for m in found if m]


def cross(one, other):
    def side(line, point):
        (ax, ay), (bx, by) = line
        return (bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)

    return side(one, other[0]) * side(one, other[1]) < 0 and side(other, one[0]) * side(other, one[1]) < 0


def dots(svg):
    return [(float(c.get("cx")), float(c.get("cy")), float(c.get("r"))) for c in svg.iter(f"{SVG}circle")]


def test_a_column_is_as_high_as_its_stories_are_many():
    svg = drawn(hours({"ru": 2, "en": 1}, {}, {"en": 3}))

    high = {
        name: [float(b.get("height")) for b in bars(svg) if b.get("class") == name] for name in ("k0", "k1")
    }
    # A seam of one is left between two kinds.
    assert high["k0"] == pytest.approx([2 / 3 * 130], abs=0.1)
    assert high["k1"] == pytest.approx([1 / 3 * 130 - 1, 130], abs=0.1)


def test_the_kinds_of_a_column_stand_on_each_other():
    lower, upper = bars(drawn(hours({"ru": 2, "en": 1})))

    assert (lower.get("class"), upper.get("class")) == ("k0", "k1")
    assert float(upper.get("y")) + float(upper.get("height")) + 1 == pytest.approx(
        float(lower.get("y")), abs=0.2
    )


def test_the_axis_has_round_numbers_and_the_legend_the_sums():
    svg = drawn(hours({"ru": 7}, {"ru": 3, "en": 4}, {"en": 13}))

    axis = [words(text) for text in texts(svg, "faint") if text.get("text-anchor") == "end"]
    assert axis == ["0", "5", "10", "15"]
    assert {"ru 10", "en 17", "13"} <= {words(text) for text in texts(svg, "ink")}


def test_hours_are_those_of_the_zone_and_each_day_is_named_once():
    svg = drawn(hours(*[{"ru": 1}] * 24, start=MIDNIGHT - timedelta(hours=9)))

    assert [words(t) for t in texts(svg, "faint") if ":" in words(t)] == [
        "15:00", "18:00", "21:00", "00:00", "03:00", "06:00", "09:00", "12:00",
    ]  # fmt: skip
    assert [words(text) for text in texts(svg, "bold")] == ["23 Nov", "24 Nov"]


def test_by_the_day_the_axis_has_days():
    columns = [Column(start=MIDNIGHT + timedelta(days=n), counts={"ru": n}) for n in range(30)]

    svg = drawn(columns, is_hourly=False)

    days = [words(text) for text in texts(svg, "faint") if text.get("text-anchor") == "middle"]
    assert days[:3] == ["24 Nov", "29 Nov", "4 Dec"]


@pytest.mark.parametrize("is_hourly", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3, 6, 7, 24, 25, 49, 93])
@pytest.mark.parametrize("most", [0, 1, 9, 4321])
def test_no_label_of_a_timeline_lies_on_another_or_outside(is_hourly, count, most):
    step = timedelta(hours=1) if is_hourly else timedelta(days=1)
    columns = [
        Column(start=MIDNIGHT + 17 * step + n * step, counts={"English": most, "language unknown": n % 2})
        for n in range(count)
    ]

    svg = drawn(
        columns, ("English", "language unknown", "Ukrainian", "Azerbaijani", "other"), is_hourly=is_hourly
    )

    boxes = [box(text) for text in texts(svg)]
    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]
    assert all(left >= -1 and right <= WIDTH + 1 for left, _, right, _ in boxes)


def test_an_hour_that_comes_twice_is_labelled_once():
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    zone = ZoneInfo("Europe/London")
    columns = [
        Column(start=(start + timedelta(hours=n)).astimezone(zone), counts={"en": 1}) for n in range(6)
    ]

    svg = drawn(columns, ("en",))

    labels = [words(text) for text in texts(svg, "faint") if ":" in words(text)]
    assert labels == ["23:00", "00:00", "01:00", "02:00", "03:00"]


def test_north_is_up_and_east_is_right():
    svg = mapped(spot("Sudzha", SUDZHA, 1, 2, 3), spot("Rylsk", RYLSK, 1, 2), spot("Lgov", LGOV, 1))

    (sudzha_x, sudzha_y, _), (rylsk_x, rylsk_y, _), (lgov_x, lgov_y, _) = dots(svg)
    assert lgov_y < rylsk_y < sudzha_y
    assert rylsk_x < sudzha_x < lgov_x


def test_a_kilometre_is_as_long_to_the_east_as_to_the_north_and_as_the_scale_says():
    # At 60 degrees north, two degrees to the east are as far as one to the north.
    svg = mapped(
        spot("a", (59.75, 30.0), 1, 2, 3), spot("b", (60.25, 30.0), 1, 2), spot("c", (59.75, 31.0), 1)
    )

    (x, y, _), (_, north, _), (east, _, _) = dots(svg)
    per_km = (y - north) / (0.5 * 111.2)
    assert (east - x) / (1.0 * 111.32 * math.cos(math.radians(60))) == pytest.approx(per_km, rel=0.01)
    bar = next(each for each in svg.iter(f"{SVG}path") if "v5h" in each.get("d"))
    km = next(float(words(t).split()[0]) for t in texts(svg, "faint") if words(t).endswith(" km"))
    assert float(re.search(r"h([\d.]+)", bar.get("d"))[1]) / per_km == pytest.approx(km, rel=0.01)


def test_the_graticule_stands_where_it_says():
    svg = mapped(spot("a", (51.0, 34.0), 1, 2, 3), spot("b", (52.0, 36.0), 1, 2))

    (x, y, _), (east, north, _) = dots(svg)
    lines = [each.get("d") for each in svg.iter(f"{SVG}path") if each.get("class") == "line"]
    half = next(
        line
        for line in lines
        if float(line.split()[1].split("H")[0]) == pytest.approx((y + north) / 2, abs=0.2)
    )
    assert half.startswith("M0 ")
    assert any(line.startswith(f"M{(x + east) / 2:.1f} 0V") for line in lines)
    assert {"51°30′N", "35°E"} <= {words(text) for text in texts(svg, "faint")}


def test_the_area_of_a_dot_is_its_stories():
    four, one = (radius for *_, radius in dots(mapped(spot("a", SUDZHA, *range(4)), spot("b", RYLSK, 9))))

    assert four**2 / one**2 == pytest.approx(4, rel=0.02)


def test_places_too_near_for_two_dots_share_one_with_each_story_counted_once():
    near = (SUDZHA[0] + 0.001, SUDZHA[1])
    svg = mapped(spot("Sudzha", SUDZHA, 1, 2), spot("its district", near, 2, 3), spot("Lgov", LGOV, 1))

    assert len(dots(svg)) == 2
    assert {words(text) for text in texts(svg, "halo")} == {"Sudzha, its district 3", "Lgov 1"}


def test_a_crowd_is_shown_from_nearer_and_only_where_there_is_one():
    close = [spot(f"village {n}", (51.191 + n / 100, 35.27)) for n in range(4)]
    far = [spot("Zheleznogorsk", (52.342, 35.359)), spot("Oboyan", (51.212, 36.278))]

    assert crowd([*close, *far]) == close
    assert crowd(far) == []
    assert crowd(close) == []
    assert crowd([spot("Rylsk", RYLSK), spot("Rylsky District", RYLSK), *far]) == []


def test_a_map_may_cross_the_antimeridian():
    svg = mapped(spot("Taveuni", (-16.8, 179.9), 1, 2), spot("Rabi", (-16.5, -179.9), 1))

    (west, *_), (east, *_) = dots(svg)
    assert 0 < west < east < WIDTH
    assert any("°" in words(text) for text in texts(svg, "faint"))


PLACES = st.lists(
    st.tuples(
        st.floats(-89, 89),
        st.floats(-180, 180),
        st.text(st.characters(exclude_categories=["Cs", "Cc", "Mn", "Me", "Cf"]), min_size=1, max_size=40),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=70,
)
NEAR_PLACES = PLACES.map(lambda rows: [(51 + a / 200, 35 + b / 200, name, n) for a, b, name, n in rows])


@settings(deadline=None)
@given(st.one_of(PLACES, NEAR_PLACES))
def test_whatever_the_places_no_label_meets_another_or_a_dot_or_leaves_the_map(rows):
    spots = [spot(name, (a, b), *range(count)) for a, b, name, count in rows]

    svg = mapped(*spots)

    height = float(svg.get("viewBox").split()[3])
    labels = [box(text) for text in texts(svg, "halo")]
    assert not [pair for pair in combinations([*labels, *map(box, texts(svg, "faint"))], 2) if overlap(*pair)]
    circles = [(x - 0.7 * r, y - 0.7 * r, x + 0.7 * r, y + 0.7 * r) for x, y, r in dots(svg)]
    assert not [1 for label in labels for circle in circles if overlap(label, circle)]
    assert all(b[0] >= 0 and b[2] <= WIDTH and b[1] >= 0 and b[3] <= height for b in labels)
    assert all(0 <= x <= WIDTH and 0 <= y <= height for x, y, _ in dots(svg))
    assert len(dots(svg)) <= 60
    assert not [pair for pair in combinations(leaders(svg), 2) if cross(*pair)]


def test_a_name_is_words_and_no_markup():
    svg = place_map([spot("<script>&'\"", SUDZHA)], chart_id="m", title="<b>", desc="&")

    assert "<script" not in svg
    assert "<b>" not in svg
    assert [words(text) for text in texts(ElementTree.fromstring(svg), "halo")] == ["<script>&'\" 1"]


@pytest.mark.parametrize("chart", [drawn(hours({"ru": 1})), mapped(spot("Sudzha", SUDZHA))])
def test_a_chart_says_what_it_is_to_those_who_do_not_see_it(chart):
    named = [chart.find(f"{SVG}{name}") for name in ("title", "desc")]

    assert chart.get("role") == "img"
    assert chart.get("aria-labelledby").split() == [each.get("id") for each in named]
    assert all(each.text for each in named)


def test_a_chart_shows_itself_and_stays_hidden_where_its_tags_are_taken_away():
    chart = framed(place_map([spot("Sudzha", SUDZHA)], chart_id="m", title="Places", desc="North is up."))

    assert chart.startswith('<div class="picture" style="display:none')
    assert re.search(r"<svg><style>.*\.picture\{display:block!important\}.*</style></svg>", sheet())


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG 2.2, contrast ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", [0, 1])
def test_colours_stand_out_from_the_page_in_light_and_dark_mode(mode):
    assert min(contrast(colours[mode], PAPER[mode]) for colours in SERIES) >= 3
    assert min(contrast(colours[mode], PAPER[mode]) for colours in (INK, FAINT)) >= 4.5
