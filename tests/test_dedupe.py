"""Copies: the same address, the same text, a text of the seed corpus."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from newsmonitor.dedupe import Register, hash_seeds, normalise, text_hash

ROOT = Path(__file__).resolve().parents[1]
LONG = "Силы обороны сообщили в среду о боях у города Суджа в Курской области. " * 8


def test_the_first_story_is_no_copy_and_the_second_with_its_text_is():
    register = Register()

    first = register.judge("a", url_key="x/1", text_sha256=text_hash(LONG))
    second = register.judge("b", url_key="y/2", text_sha256=text_hash(LONG.upper() + "…"))

    assert (first.group_id, first.copy_of, first.copy_kind) == ("a", None, None)
    assert (second.group_id, second.copy_of, second.copy_kind, second.similarity) == ("a", "a", "exact", 1.0)


def test_a_copy_of_a_copy_is_in_the_group_of_the_first():
    register = Register(urls={"x/1": "root"})

    copy = register.judge("b", url_key="x/1", text_sha256=text_hash(LONG))
    again = register.judge("c", url_key="z/3", text_sha256=text_hash(LONG))

    assert (copy.copy_kind, copy.group_id) == ("url", "root")
    assert (again.copy_kind, again.group_id) == ("exact", "root")


def test_the_seed_article_is_known_before_the_first_run():
    seed = (ROOT / "seeds" / "corpus" / "kursk-counterattack.txt").read_text()
    register = Register(seeds=hash_seeds([("seed:kursk-counterattack", seed, None)]))

    verdict = register.judge(
        "a", url_key="x/1", text_sha256=text_hash(seed.replace("\n", "\n\n"), "Any headline")
    )

    assert (verdict.copy_of, verdict.copy_kind) == ("seed:kursk-counterattack", "seed")


def test_a_text_of_a_few_words_proves_nothing():
    assert text_hash("Read more at our site") is None
    assert text_hash(None) is None


def test_a_flash_is_a_copy_only_under_the_same_headline():
    flash = "An explosion was heard in the city, the mayor says, more follows."

    assert text_hash(flash, "Explosion in Kursk") != text_hash(flash, "Explosion in Sumy")
    assert text_hash(flash, "Explosion in Kursk") == text_hash(flash.upper(), "EXPLOSION IN KURSK!")


@given(st.text())
def test_normalising_twice_changes_nothing_more_and_never_fails(text):
    once = normalise(text)

    assert normalise(once) == once
    assert once == once.strip()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=30))
def test_every_copy_names_a_story_that_is_none(pairs):
    register, roots = Register(), set()

    for number, (url, text) in enumerate(pairs):
        verdict = register.judge(f"s{number}", url_key=f"u{url}", text_sha256=f"t{text}")
        if verdict.copy_of is None:
            assert verdict.group_id == f"s{number}"
            roots.add(verdict.group_id)
        else:
            assert verdict.copy_of == verdict.group_id
            assert verdict.copy_of in roots
