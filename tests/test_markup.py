"""Plain text through services that read markup: what a stranger wrote arrives as the letters that it is made of."""

import html
import json
import re
import unicodedata
from contextlib import ExitStack
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from newsmonitor import markup
from newsmonitor.messages import Address, Message
from newsmonitor.notify import Notifier
from newsroom import Site
from newsroom.certificates import authority
from newsroom.tunnel import Tunnel

STRANGE = (
    "*x* _x_ ~~s~~ `c` <b>b</b> [a](http://evil.example) <http://evil.example|click> @everyone <!channel> "
    "||sp|| :smile: &lt; $$t$$"
)
LINES = f"{STRANGE}\n# head\n> quote\n- item\n1. one\n===\nhttps://desk.example.org/a_b-c.d?x=1&y=*2*"
SIGNS = st.sampled_from(
    [*"\\*_~`|<>[]()#+-=.:&!@$ \n1a", "http://a.b/c_d ", "&lt;", "**", "```", "![x](", "](http://e.e) "]
)
CODE = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def letters(text: str) -> str:
    """What a text comes to for the eye: blanks and breaks as one."""
    return " ".join(text.replace("\u200b", "").split())


def rendered(text: str) -> tuple[str, set[str]]:
    """The letters and the kinds of token that CommonMark makes of a text."""
    shown, kinds = [], set()
    for block in CODE.parse(text):
        for token in block.children or [block]:
            kinds.add(token.type)
            shown.append("\n" if token.type in ("softbreak", "hardbreak") else token.content)
        shown.append("\n")
    return letters("".join(shown)), kinds


@given(st.lists(SIGNS, max_size=25).map("".join))
def test_after_backslashes_commonmark_shows_the_letters_and_makes_nothing_of_them(text):
    shown, kinds = rendered(markup.backslashes(text).replace("http://a.b/c_d", "ADDRESS"))

    assert shown == letters(text).replace("http://a.b/c_d", "ADDRESS")
    assert kinds <= {
        "text",
        "text_special",
        "softbreak",
        "hardbreak",
        "paragraph_open",
        "paragraph_close",
        "inline",
    }


@given(st.lists(SIGNS, max_size=25).map("".join))
def test_after_cards_the_only_links_are_addresses_that_show_themselves(text):
    for block in CODE.parse(markup.cards(text)):
        children = block.children or []
        kinds = {token.type for token in children}
        assert kinds <= {"text", "text_special", "softbreak", "hardbreak", "link_open", "link_close"}
        for at, token in enumerate(children):
            if token.type == "link_open":
                label = ""
                for inner in children[at + 1 :]:
                    if inner.type == "link_close":
                        break
                    label += inner.content
                assert (
                    CODE.normalizeLink(label.replace("(", "%28").replace(")", "%29")) == token.attrs["href"]
                )


@given(st.lists(SIGNS, max_size=25).map("".join))
def test_entities_are_the_letters_again_and_leave_no_sign_of_markup(text):
    done = markup.entities(text)

    assert letters(html.unescape(done)) == letters(text)
    assert not re.search(r"[*~`<>\[\]$|]", re.sub(r"https?://\S*", "", done))


@given(st.lists(SIGNS, max_size=25).map("".join))
def test_full_width_letters_are_twins_of_those_that_were_there(text):
    done = markup.full_width(text)

    assert letters(unicodedata.normalize("NFKC", done)) == letters(text)
    assert not re.search(r"[*_~`<>\[\]|]", re.sub(r"https?://\S*", "", done))


def test_an_exclamation_before_an_address_makes_no_picture_of_it():
    assert markup.cards("Look!https://a.example/x") == r"Look\![https://a.example/x](https://a.example/x)"


def test_a_time_of_day_and_a_web_address_stay_as_they_are():
    text = "At 12:30:45 (UTC) - see https://example.org/a_b/(c)?d=*e* now"

    assert markup.backslashes(text) == text
    assert markup.entities(text) == text
    assert markup.full_width(text) == text


SERVICES = {
    # name: URL ({port} is of a local site), host that it asks (None: the local site), path, answer, what arrives
    "discord": (
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "discord.com",
        "/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "{}",
        lambda said: ("", said["content"]),
    ),
    "slack": (
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
        "hooks.slack.com",
        "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "ok",
        lambda said: (said["attachments"][0]["title"], said["attachments"][0]["text"]),
    ),
    "telegram": (
        "tgram://123456789:abcdefg_hijklmnop/987654321",
        "api.telegram.org",
        "/bot123456789:abcdefg_hijklmnop/sendMessage",
        '{"ok": true}',
        lambda said: ("", said["text"]),
    ),
    "teams": (
        "workflow://teams.example.org:443/643e69f8c1c84f3c9a3e1e1e1e1e1e1e/signature_aaaa",
        "teams.example.org",
        "/workflows/643e69f8c1c84f3c9a3e1e1e1e1e1e1e/triggers/manual/paths/invoke",
        "{}",
        lambda said: tuple(block["text"] for block in said["attachments"][0]["content"]["body"]),
    ),
    "google chat": (
        "gchat://workspace/key/token",
        "chat.googleapis.com",
        "/v1/spaces/workspace/messages",
        "{}",
        lambda said: ("", said["text"]),
    ),
    "zulip": (
        "zulip://bot@desk/" + "a" * 32 + "/channel",
        "desk.zulipchat.com",
        "/api/v1/messages",
        "{}",
        lambda said: (said["topic"], said["content"]),
    ),
    "webex": (
        "wxteams://" + "a" * 80,
        "api.ciscospark.com",
        "/v1/webhooks/incoming//" + "a" * 80,
        "{}",
        lambda said: ("", said["text"]),
    ),
    "mattermost": (
        "mmost://127.0.0.1:{port}/" + "3" * 32,
        None,
        "/hooks/" + "3" * 32,
        "ok",
        lambda said: ("", said["text"]),
    ),
    "rocket.chat": (
        "rocket://" + "a" * 24 + "/" + "b" * 24 + "@127.0.0.1:{port}/#general",
        None,
        "/hooks/" + "a" * 24 + "/" + "b" * 24,
        "{}",
        lambda said: ("", said["text"]),
    ),
    "matrix": (
        "matrix://" + "t" * 64 + "@127.0.0.1:{port}?mode=matrix",
        None,
        "/api/v1/matrix/hook/" + "t" * 64,
        "{}",
        lambda said: ("", said["text"]),
    ),
    "ntfy": ("ntfy://127.0.0.1:{port}/topic", None, "/", "{}", lambda said: (said["title"], said["message"])),
    "gotify": (
        "gotify://127.0.0.1:{port}/token",
        None,
        "/message",
        "{}",
        lambda said: (said["title"], said["message"]),
    ),
}


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Sends a message to a service, the public ones by their own names, and gives what arrived there."""
    with ExitStack() as stack:
        far, trusted = {}, b""
        for host in {host for _, host, *_ in SERVICES.values() if host}:
            tls, certificate = authority(host)
            far[host] = stack.enter_context(Site(tls=tls))
            trusted += certificate
        near = stack.enter_context(Site())
        (tmp_path / "trusted.pem").write_bytes(trusted)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "trusted.pem"))
        monkeypatch.setenv("HTTPS_PROXY", stack.enter_context(Tunnel(far)).url)
        for name in ("NO_PROXY", "no_proxy", "https_proxy"):
            monkeypatch.delenv(name, raising=False)

        def arrived(name: str, message: Message) -> list[tuple[str, str]]:
            url, host, path, answer, parts = SERVICES[name]
            site = far[host] if host else near
            site.page(path, answer.encode())
            address = Address(name=name, url=url.format(port=site.port), where="test")
            Notifier([address]).send(name, message, key="key")
            return [
                parts(_read(request)) for request in site.requests if request.path.partition("?")[0] == path
            ]

        yield arrived


def _read(request):
    if request.headers["Content-Type"].startswith("application/x-www-form-urlencoded"):
        return {name: value for name, [value] in parse_qs(request.body.decode()).items()}
    return json.loads(request.body)


def literal(name: str, text: str) -> str:
    """What a service that shows letters makes of what arrived there: each by the rules of that service."""
    if name in ("slack", "telegram"):
        # Both know these three entities and, of the rest, nothing: Slack's mrkdwn is off, Telegram's mode is HTML.
        assert re.sub("</?b>", "", text).count("<") == 0
        return html.unescape(re.sub("</?b>", "", text))
    if name in ("discord", "mattermost", "teams"):
        return re.sub(r"\\([^a-zA-Z0-9\s])", r"\1", text)
    if name == "zulip":
        return html.unescape(text)
    if name in ("rocket.chat", "google chat"):
        return unicodedata.normalize("NFKC", text)
    return text


@pytest.mark.parametrize("name", SERVICES)
def test_a_strangers_words_arrive_as_letters(world, name):
    [(title, body)] = world(name, Message(title=STRANGE, body=LINES))

    # Zulip's title is the name of a topic, in which nothing is markup.
    shown = letters(
        literal(name, body) if name == "zulip" else f"{literal(name, title)} {literal(name, body)}"
    )
    if name in ("discord", "mattermost", "teams"):
        for text in (title, body):
            assert not re.search(r"(?<!\\)[*_~`\[<|]", re.sub(r"\[?https?://\S+", "", text))
    if name == "teams":
        shown = re.sub(r"\[(https?://[^\s\]]*)\]\(https?://\S*\)", r"\1", shown)
    assert shown.removeprefix("# ") == letters(LINES if name == "zulip" else f"{STRANGE} {LINES}")


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_of_a_strangers_words_mentions_anybody_or_hides_a_link(world, name):
    [(title, body)] = world(name, Message(title="Headline", body=LINES))

    assert not re.search(r"@everyone|<!channel>", f"{title} {body}")
    if name not in ("matrix", "ntfy", "gotify", "webex"):
        # To these four it is said that the text is plain.
        assert not re.search(r"(?<!\\)(<http|\[a\]\()", f"{title} {body}")


@pytest.mark.parametrize("name", SERVICES)
def test_our_own_link_arrives_whole(world, name):
    link = "https://desk.example.org/a_b-c.d?x=1"

    [(_, body)] = world(name, Message(title="Headline", body=f"Words.\n{link}"))

    assert f"[{link.replace('_', chr(92) + '_')}]({link})" in body if name == "teams" else link in body


@pytest.mark.parametrize("name, words", [("discord", 300), ("mattermost", 500)])
def test_a_long_text_full_of_signs_comes_in_parts_that_cut_no_sign_in_two(world, name, words):
    body = " ".join(f"*word{number}*" for number in range(words))

    parts = world(name, Message(title="Headline", body=body))

    assert len(parts) > 1
    shown = re.sub(r"Headline( \[\d/\d\])?", "", " ".join(literal(name, text) for _, text in parts))
    assert "".join(letters(shown).split()) == "".join(body.split())
