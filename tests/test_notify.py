"""Messages to channels: taken once, or refused with a reason; nothing of a secret anywhere, nothing of a stranger's."""

import json
import logging
import subprocess
import sys
from time import monotonic
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.errors import DeliveryFailed, InputError
from newsmonitor.notify import Notifier, _harmless, _harmless_title, _reason
from newsroom import Exchange, Site, faults

SECRET = "hunter22-sesame"


def a_notifier(site: Site, query: str = "", **more: float) -> Notifier:
    return Notifier((f"json://desk:{SECRET}@127.0.0.1:{site.port}/hook{query}",), **more)


def send(notifier: Notifier, *, title: str = "Headline", body: str = "Body") -> None:
    notifier.send(notifier.channels[0].name, title=title, body=body)


def refusal(notifier: Notifier) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        send(notifier)
    assert caught.value.channel == notifier.channels[0].name
    assert SECRET not in f"{caught.value} {caught.value!r} {caught.value.reason}"
    return caught.value


def taken(site: Site) -> list[dict]:
    return [json.loads(request.body) for request in site.asked("/hook")]


def test_a_message_arrives_once_with_title_and_body(site):
    site.page("/hook")

    send(a_notifier(site), title="Kursk region: evacuation", body="First line.\n\nhttps://example.org/a?b=1")

    [message] = taken(site)
    assert message["title"] == "Kursk region: evacuation"
    assert message["message"] == "First line.\n\nhttps://example.org/a?b=1"
    assert message["attachments"] == []


@pytest.mark.parametrize(
    "status, said", [(500, "error=500"), (429, "error=429"), (401, "error=401"), (404, "error=404")]
)
def test_a_channel_that_answers_with_an_error_has_not_taken_it(site, status, said):
    site.page("/hook", status=status, Retry_After="7")

    failure = refusal(a_notifier(site))

    assert said in failure.reason
    assert len(site.asked("/hook")) == 1


def test_the_time_to_wait_that_an_answer_names_is_handed_on(site):
    site.page("/hook", b'{"message": "You are being rate limited.", "retry_after": 1.5}', status=429)
    assert refusal(a_notifier(site)).retry_after == 1.5

    site.page("/hook", b"no", status=429)
    assert refusal(a_notifier(site)).retry_after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_refusal_for_the_message_would_not_go_with_it(site, status):
    site.page("/hook", status=status, Location=site.page("/elsewhere"))

    assert f"error={status}" in refusal(a_notifier(site)).reason
    assert site.asked("/elsewhere") == []


def test_a_channel_that_is_not_there_is_told_by_its_cause():
    with Site() as site:
        notifier = a_notifier(site)

    assert "Connection refused" in refusal(notifier).reason


def test_a_channel_that_breaks_off_has_not_taken_it(site):
    site.reply("/hook", faults.reset)

    assert "reset by peer" in refusal(a_notifier(site)).reason


def test_a_channel_that_hangs_is_left_after_its_time(site):
    site.reply("/hook", faults.hang)

    assert "timed out" in refusal(a_notifier(site, "?rto=0.2")).reason


@pytest.mark.parametrize("reply", [faults.drip, faults.drip_headers, faults.hang])
def test_a_channel_that_drips_is_left_after_its_time_too(site, reply):
    site.reply("/hook", reply)
    start = monotonic()

    failure = refusal(a_notifier(site, seconds=0.3))

    assert failure.reason == "no answer within 0.3 seconds"
    assert monotonic() - start < 3


def test_a_channel_that_hangs_holds_up_no_end_of_the_process(site):
    site.reply("/hook", faults.drip)
    code = f"""
from newsmonitor.errors import DeliveryFailed
from newsmonitor.notify import Notifier
notifier = Notifier(("json://127.0.0.1:{site.port}/hook",), seconds=0.2)
try:
    notifier.send(notifier.channels[0].name, title="t", body="b")
except DeliveryFailed as failure:
    print(failure.reason)
"""

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=20,
        env={"PYTHONPATH": ":".join(sys.path)},
        check=False,
    )

    assert (done.stdout, done.stderr) == ("no answer within 0.2 seconds\n", "")


def test_the_usual_limits_are_ours_and_a_url_may_set_its_own(site):
    assert a_notifier(site).channels[0]._service.request_timeout == (5.0, 15.0)
    assert a_notifier(site, "?cto=1&rto=2").channels[0]._service.request_timeout == (1.0, 2.0)


def test_a_message_too_long_for_the_channel_comes_in_parts_and_is_not_refused(site):
    site.page("/hook")
    body = " ".join(f"word{number}" for number in range(8000))

    send(a_notifier(site), body=body)

    parts = [message["message"] for message in taken(site)]
    assert len(parts) > 1
    assert "".join(parts).replace(" ", "") == body.replace(" ", "")


def test_optional_in_the_address_makes_no_success_of_a_failure(site):
    site.page("/hook", status=500)

    assert "error=500" in refusal(a_notifier(site, "?optional=yes")).reason


def test_a_name_that_is_no_channel_is_refused():
    with pytest.raises(DeliveryFailed, match="no channel of this name"):
        Notifier(()).send("json-00000000", title="t", body="b")


def test_a_channel_keeps_its_name_when_its_password_changes_and_no_longer():
    def name(url: str) -> str:
        return Notifier((url,)).channels[0].name

    first = name("json://desk:one@example.org/hook")

    assert first.startswith("json-")
    assert name("json://desk:two%40@example.org/hook") == first
    assert name("json://desk:one@example.org/other") != first
    assert name("jsons://desk:one@example.org/hook").startswith("jsons-")
    assert name("mailto://u:p@example.org?to=a@example.org&pass=one") == name(
        "mailto://u:p@example.org?to=a@example.org&pass=two"
    )


def test_several_channels_keep_the_order_of_their_urls_and_one_that_is_there_twice_is_told():
    urls = ("json://a.example.org/x", "json://b.example.org/x")
    names = [Notifier((url,)).channels[0].name for url in urls]

    assert [channel.name for channel in Notifier(urls).channels] == names
    with pytest.raises(InputError) as caught:
        Notifier((*urls, urls[0]))
    assert "URL number 3 is the same channel" in str(caught.value)


@pytest.mark.parametrize(
    "url", [f"nope://{SECRET}", f"slack://{SECRET}", f"json://:{SECRET}@", f"tgram://{SECRET}", SECRET, "://"]
)
def test_a_url_that_apprise_cannot_use_is_told_by_its_number_alone(url, capfd):
    with pytest.raises(InputError) as caught:
        Notifier(("json://example.org/", url))

    assert str(caught.value).startswith("NEWSMONITOR_ALERT_URLS: URL number 2 is none")
    assert SECRET not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_no_secret_is_shown_by_any_representation(site):
    notifier = a_notifier(site)

    assert SECRET not in f"{notifier!r} {notifier.channels!r} {notifier.channels[0]}"


@pytest.mark.parametrize(
    "url, word",
    [
        (f"json://desk:{SECRET}@example.org/hook", SECRET),
        ("json://desk:p%40ss%2Fword@example.org/hook", "p@ss/word"),
        ("json://example.org/T0KEN-in-the-path", "T0KEN-in-the-path"),
        ("json://example.org/hook?+X-Key=k3y-in-a-header", "k3y-in-a-header"),
        ("tgram://123456789:abcdefg_hijklmnop/987654321", "123456789:abcdefg_hijklmnop"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general", "T1JJ3T3L2"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "JHMHI8qBe7bk2ZwO5U711o3dV_js"),
    ],
)
def test_a_reason_that_repeats_a_secret_is_masked(url, word):
    [channel] = Notifier((url,)).channels
    record = logging.LogRecord(
        "apprise", logging.WARNING, "", 0, "No: %s at example.org", (word.upper(),), None
    )

    reason = _reason([record], channel._secrets)

    assert word.lower() not in reason.lower()
    assert reason.startswith("No: ***")
    assert reason.endswith(" at example.org")
    assert word not in f"{channel!r}{channel.name}"


def test_apprise_says_nothing_on_the_terminal_and_its_logger_is_left_as_it_was(site, capfd, caplog):
    logger = logging.getLogger("apprise")
    before = (logger.level, logger.propagate, list(logger.handlers))
    site.page("/hook", status=500)

    refusal(a_notifier(site))

    assert (logger.level, logger.propagate, list(logger.handlers)) == before
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


@pytest.mark.parametrize(
    "words",
    [
        "@everyone",
        "x@EVERYONE",
        "@here now",
        "<!channel>",
        "<@123>",
        "<@&5>",
        "[Reuters](https://evil.example)",
        "@desk",
    ],
)
def test_words_of_a_page_mention_nobody_and_hide_no_link(site, words):
    site.page("/hook")

    send(a_notifier(site), title=words, body=words)

    [message] = taken(site)
    for text in (message["title"], message["message"]):
        assert text != words
        assert text.replace("\u200b", "") == words


def test_an_address_stays_one_and_so_does_an_e_mail_address():
    kept = "https://example.org/@desk/a_(b)?x=[y](z) write to desk@example.org"

    assert _harmless(kept) == kept
    assert _harmless("https://example.org/@everyone") == "https://example.org/%40everyone"


def test_a_title_is_one_line_without_control_characters():
    hostile = "One\r\nBcc: all@example.org\x00\x1b[31m\u202etwo\ud800 " + "x" * 400

    title = _harmless_title(hostile)

    assert title.startswith("One Bcc: all@example.org[31mtwo xxx")
    assert len(title) == 250
    assert title.endswith("…")


def test_a_body_keeps_its_lines(site):
    assert _harmless("a\n\nb\x07\tc") == "a\n\nb\tc"


def test_markup_arrives_as_the_letters_it_is_made_of(site):
    site.page("/hook")

    send(a_notifier(site, "?format=html"), body="<b>bold</b> & *stars*")

    [message] = taken(site)
    assert message["message"] in ("<b>bold</b> & *stars*", "&lt;b&gt;bold&lt;/b&gt;&nbsp;&amp;&nbsp;*stars*")


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_can_be_made_harmless(text):
    clean = _harmless(text)

    assert _harmless(clean).replace("\u200b", "") == clean.replace("\u200b", "")
    clean.encode()
    assert "@everyone" not in clean.lower()


@settings(max_examples=25, deadline=None)
@given(title=st.text(st.characters(exclude_categories=()), max_size=80), body=st.text(max_size=400))
def test_any_message_is_delivered_or_refused_and_nothing_else(title, body):
    with Site() as site:

        def take(exchange: Exchange) -> None:
            json.loads(exchange.request.body)
            exchange.answer(b"ok")

        site.reply("/hook", take)
        try:
            send(Notifier((f"json://127.0.0.1:{site.port}/{quote('hook')}",)), title=title, body=body)
        except DeliveryFailed:
            # A body of nothing but white space is no message.
            assert not _harmless(body).strip()
