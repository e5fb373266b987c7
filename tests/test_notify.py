"""Messages to channels: taken once, or refused with a reason; nothing of a secret anywhere, nothing of a stranger's."""

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Barrier, Thread
from time import monotonic
from urllib.parse import quote

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor import answers
from newsmonitor.errors import DeliveryFailed, InputError
from newsmonitor.messages import Address, Message
from newsmonitor.notify import Notifier, _harmless, _harmless_title, _masked, default_addresses, default_names
from newsroom import Exchange, Site, faults

SECRET = "hunter22-sesame"


def to(*urls: str, **more: float) -> Notifier:
    return Notifier(default_addresses(urls), **more)


def a_notifier(site: Site, query: str = "", **more: float) -> Notifier:
    return to(f"json://desk:{SECRET}@127.0.0.1:{site.port}/hook{query}", **more)


def send(
    notifier: Notifier, *, title: str = "Headline", body: str = "Body", key: str = "key-1", **more: str
) -> None:
    notifier.send(notifier.channels[0].name, Message(title=title, body=body, **more), key=key)


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


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "status, said, wait",
    [
        (429, "7", 7.0),
        (503, "120", 120.0),
        (429, format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90.0),
        (503, format_datetime(NOON - timedelta(hours=1), usegmt=True), 0.0),
        (429, "0", 0.0),
        (429, "1.5", 1.5),
        (429, "9" * 5000, 86_400.0),
        (429, "999999", 86_400.0),
        (429, "Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        (429, "-5", None),
        (429, "soon", None),
        (429, "Tue, 99 Nov 2026 12:00:00 GMT", None),
        (500, "7", None),
        (404, "7", None),
    ],
)
def test_the_time_to_wait_of_a_header_is_handed_on_and_bounded(site, status, said, wait):
    site.page("/hook", b"no", status=status, Retry_After=said, Date=format_datetime(NOON, usegmt=True))

    assert refusal(a_notifier(site)).retry_after == wait


def test_of_a_header_and_a_body_the_longer_wait_counts(site):
    site.page("/hook", b'{"retry_after": 40}', status=429, Retry_After="30")

    assert refusal(a_notifier(site)).retry_after == 40


def test_the_wait_of_a_body_is_bounded_too(site):
    site.page("/hook", b'{"retry_after": 999999}', status=429)

    assert refusal(a_notifier(site)).retry_after == 86_400


@given(st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40))
def test_any_retry_after_is_a_wait_of_a_day_at_most_or_none(text):
    wait = answers.retry_after(429, {"Retry-After": text})

    assert wait is None or 0 <= wait <= 86_400


def test_answers_to_others_are_none_of_this_threads(site):
    site.page("/mine", status=201)
    site.page("/theirs", b"whole", status=202, X_Name="kept")
    theirs = []

    with answers.listening() as heard:
        other = Thread(target=lambda: theirs.append(requests.get(site.url + "/theirs", timeout=5)))
        other.start()
        other.join()
        requests.get(site.url + "/mine", timeout=5)
    requests.get(site.url + "/mine", timeout=5)

    assert [answer.status for answer in heard] == [201]
    assert (theirs[0].status_code, theirs[0].content, theirs[0].headers["X-Name"]) == (202, b"whole", "kept")


def test_threads_that_send_at_once_each_hear_of_their_own_channel_alone(site):
    logger, together = logging.getLogger("apprise"), Barrier(8, timeout=20)
    before = (logger.level, logger.propagate, list(logger.handlers))
    addresses = []
    for number in range(8):

        def reply(exchange: Exchange, number: int = number) -> None:
            together.wait()
            exchange.answer(b"no", status=429, headers={"Retry-After": str(number)})

        site.reply(f"/hook{number}", reply)
        url = f"json://127.0.0.1:{site.port}/hook{number}?+X-Number=secret{number}"
        addresses.append(Address(name=f"channel{number}", url=url, where="here"))
    notifier, failures = Notifier(addresses), {}

    def one(name: str) -> None:
        try:
            notifier.send(name, Message(title="t", body="b"), key="k")
        except DeliveryFailed as failure:
            failures[name] = failure

    threads = [Thread(target=one, args=(address.name,)) for address in addresses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {name: failure.retry_after for name, failure in failures.items()} == {
        f"channel{number}": number for number in range(8)
    }
    assert {failure.reason.count("error=429") for failure in failures.values()} == {1}
    assert (logger.level, logger.propagate, logger.handlers) == before


def test_a_repeat_has_the_key_of_the_first_and_another_message_another(site):
    site.page("/hook")
    notifier = a_notifier(site, "?+X-Desk=north")

    send(notifier, key="one")
    send(notifier, key="one")
    send(notifier, key="two words")
    send(notifier, key="long", body="word " * 9000)

    keys = [request.headers["Idempotency-Key"] for request in site.asked("/hook")]
    assert keys[:3] == ["one", "one", "two%20words"]
    # The parts of one message are no repeats of each other.
    assert set(keys[3:]) == {None}
    assert {request.headers["X-Desk"] for request in site.asked("/hook")} == {"north"}


def test_what_is_far_too_long_is_cut_at_a_line_and_says_so(site):
    site.page("/hook")
    body = "\n".join(f"line {number} of a very long digest" for number in range(9000))

    send(a_notifier(site), body=body)

    parts = [message["message"] for message in taken(site)]
    assert len(parts) <= 6
    assert parts[-1].endswith(f"… ({len(body)} letters are too many for this channel)")


def sms() -> str:
    return "twilio://AC" + "a" * 32 + ":" + "b" * 32 + "@12345678901/12345678902"


def test_a_pager_gets_the_short_form_and_others_the_plain_one_unless_it_is_said_otherwise(site):
    site.page("/hook")

    def channel(url: str, form: str | None = None) -> Notifier:
        return Notifier([Address(name="x", url=url, where="here", form=form)])

    assert channel(sms()).channels[0].form == "short"
    assert channel("mailto://u:p@example.org").channels[0].form == "html"
    assert channel("json://example.org/x").channels[0].form == "plain"
    url = f"json://127.0.0.1:{site.port}/hook"
    for form in (None, "plain", "short", "html"):
        send(channel(url, form), short="In a line.", html="<p>Page")
    assert [message["message"] for message in taken(site)] == ["Body", "Body", "In a line.", "<p>Page"]
    assert [message["title"] for message in taken(site)] == ["Headline", "Headline", "", "Headline"]


def test_no_picture_of_a_third_party_goes_along():
    [channel] = to("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js").channels

    assert channel._service.image_url("info") is None


def test_two_channels_of_one_name_are_told_with_their_place():
    addresses = [Address(name="x", url="json://example.org/", where=f"alerts.toml, line {n}") for n in (3, 9)]

    with pytest.raises(InputError, match=r"alerts\.toml, line 9: the channel x is there twice"):
        Notifier(addresses)


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
from newsmonitor.messages import Address, Message
from newsmonitor.notify import Notifier
notifier = Notifier([Address(name="x", url="json://127.0.0.1:{site.port}/hook", where="here")], seconds=0.2)
try:
    notifier.send("x", Message(title="t", body="b"), key="k")
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
        Notifier(()).send("json-00000000", Message(title="t", body="b"), key="k")


def test_a_channel_keeps_its_name_when_its_password_changes_and_no_longer():
    def name(url: str) -> str:
        [name] = default_names([url])
        assert to(url).channels[0].name == name
        return name

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
    names = [to(url).channels[0].name for url in urls]

    assert [channel.name for channel in to(*urls).channels] == names
    with pytest.raises(InputError) as caught:
        default_addresses((*urls, urls[0]))
    assert "URL number 3 is the same channel" in str(caught.value)


@pytest.mark.parametrize(
    "url", [f"nope://{SECRET}", f"slack://{SECRET}", f"json://:{SECRET}@", f"tgram://{SECRET}", SECRET, "://"]
)
def test_a_url_that_apprise_cannot_use_is_told_by_its_number_alone(url, capfd):
    with pytest.raises(InputError) as caught:
        default_addresses(("json://example.org/", url))

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
    [channel] = to(url).channels

    reason = _masked(f"No: {word.upper()} at example.org", channel._secrets)

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
            send(to(f"json://127.0.0.1:{site.port}/{quote('hook')}"), title=title, body=body)
        except DeliveryFailed:
            # A body of nothing but white space is no message.
            assert not _harmless(body).strip()
