"""Which story tells of its group by a rule, and what a rule asked for when a story was filed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsmonitor.alertrules import Version, filters_of, tellers, version_of, was_asked_for
from newsmonitor.alertspec import Candidate, Rule

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEVELS = (None, "mention", "main")


def candidate(story_id: str = "a", group_id: str = "g", *, at: int = 0, **values) -> Candidate:
    usual = {
        "story_id": story_id, "group_id": group_id, "outlet": "Ledger", "language": "en", "places": ("sudzha",),
        "filed_at": NOON + timedelta(minutes=at), "is_backlog": False, "levels": {"kursk": ("main", "main")},
    }  # fmt: skip
    return Candidate(**(usual | values))


def told(rule: Rule, *candidates: Candidate) -> dict[str, str]:
    return {group: each.story_id for group, each in tellers(rule, candidates).items()}


def test_the_first_that_has_what_the_rule_asks_for_tells():
    ru = candidate("b", language="ru", at=1)

    assert told(Rule(name="r"), candidate("a"), ru) == {"g": "a"}
    assert told(Rule(name="r", languages=("ru",)), candidate("a"), ru) == {"g": "b"}
    assert told(Rule(name="r", languages=("uk",)), candidate("a"), ru) == {}
    assert told(Rule(name="r", outlets=("Post",)), candidate("a"), candidate("c", outlet="Post")) == {
        "g": "c"
    }
    assert told(Rule(name="r", places=("rylsk", "sudzha")), candidate("a")) == {"g": "a"}
    assert told(Rule(name="r", places=("rylsk",)), candidate("a")) == {}


def test_a_topic_that_the_rule_does_not_ask_for_tells_nobody():
    mention = candidate(levels={"kursk": ("mention", "mention"), "npp": ("main", "main")})

    assert told(Rule(name="r"), mention) == {"g": "a"}
    assert told(Rule(name="r", topic="kursk"), mention) == {}
    assert told(Rule(name="r", topic="kursk", level="mention"), mention) == {"g": "a"}


def test_one_topic_must_have_had_the_level_and_have_it_still():
    crossed = candidate(levels={"kursk": ("main", None), "npp": (None, "main")})

    assert told(Rule(name="r"), crossed) == {}


def test_a_rule_remembers_what_it_asked_for():
    old = Rule(name="r", level="main", languages=("ru",))
    new = Rule(name="r", level="mention", per_hour=5, channels=("x",))

    version = version_of(new, filters_of(old), NOON)

    assert (version.asked.level, version.asked.languages) == ("main", ("ru",))
    assert version.asked.channels == ("x",)
    assert filters_of(version.asked) == filters_of(old)
    assert version_of(new, "{broken", NOON).asked == new
    assert version_of(new, None, NOON).asked == new


def test_what_was_filed_before_the_rule_or_before_it_asked_for_it_is_not_owed():
    first = Version(began_at=NOON, asked=Rule(name="r"))
    wider = Version(began_at=NOON + timedelta(hours=1), asked=Rule(name="r", level="mention"))
    mention = {"kursk": ("mention", "mention")}

    assert not was_asked_for((), candidate())
    assert not was_asked_for((first,), candidate(at=-1))
    assert was_asked_for((first,), candidate())
    assert not was_asked_for((first, wider), candidate(at=59, levels=mention))
    assert was_asked_for((first, wider), candidate(at=60, levels=mention))


candidates = st.lists(
    st.builds(
        lambda number, group, language, backlog, was, now: (number, group, language, backlog, was, now),
        st.integers(0, 999),
        st.sampled_from("gh"),
        st.sampled_from(["en", "ru"]),
        st.booleans(),
        st.sampled_from(LEVELS),
        st.sampled_from(LEVELS),
    ),
    max_size=8,
)


@given(candidates, st.sampled_from(["main", "mention"]), st.sampled_from([(), ("ru",)]))
def test_one_story_a_group_tells_and_never_of_what_was_known(drawn, level, languages):
    rule = Rule(name="r", level=level, languages=languages)
    rows = [
        candidate(
            f"{at}-{n}", group, at=n, language=language, is_backlog=backlog, levels={"kursk": (was, now)}
        )
        for n, (at, group, language, backlog, was, now) in enumerate(drawn)
    ]

    for group, teller in tellers(rule, rows).items():
        members = [row for row in rows if row.group_id == group]
        before = members[: members.index(teller)]
        was, now = teller.levels["kursk"]
        assert not teller.is_backlog
        assert rule.reaches(was)
        assert rule.reaches(now)
        for row in before:
            asked = rule.reaches(row.levels["kursk"][0]) and (not languages or row.language in languages)
            assert not (asked and (row.is_backlog or rule.reaches(row.levels["kursk"][1])))
