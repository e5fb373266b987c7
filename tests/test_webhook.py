"""Our own webhook: signed so that the receiver can check it, and the same id at each try."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor import webhook
from newsmonitor.errors import DeliveryFailed, InputError
from newsmonitor.messages import Address, Message
from newsmonitor.notify import Notifier, default_addresses
from newsroom import Site, faults

KEY = bytes(range(32))
SECRET = "whsec_" + b64encode(KEY).decode()
STORY = {
    "story_id": "s1",
    "topics": [{"name": "kursk", "score": 1.5}],
    "published_at": None,
    "title": "Суджа",
}


def a_notifier(site: Site, query: str = f"?secret={SECRET}", **more: float) -> Notifier:
    url = f"webhook://127.0.0.1:{site.port}/hook{query}"
    return Notifier([Address(name="desk", url=url, where="alerts.toml, line 4")], **more)


def send(notifier: Notifier, key: str = "key-1", **more) -> None:
    notifier.send("desk", Message(**{"title": "Headline", "body": "Body", **more}), key=key)


def refusal(notifier: Notifier, **more) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        send(notifier, **more)
    assert SECRET not in f"{caught.value} {caught.value!r}"
    return caught.value


def verify(secret: str, request) -> dict:
    """The message of a request, checked as the specification says, by no code of the sender's."""
    name, moment = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    key = b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    signed = b".".join([name.encode(), moment.encode(), request.body])
    wanted = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    versions = dict(each.split(",", 1) for each in request.headers["webhook-signature"].split(" "))
    assert hmac.compare_digest(versions["v1"], wanted)
    assert abs(datetime.fromtimestamp(int(moment), UTC) - datetime.now(UTC)) < timedelta(minutes=5)
    return json.loads(request.body)


def test_the_reckoning_is_that_of_the_specifications_example():
    # standard-webhooks.md, and the tests of its libraries.
    secret, name = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signed = f'{name}.1614265330.{{"test": 2432232314}}'.encode()
    key = b64decode(secret.removeprefix("whsec_"))

    assert webhook.parse(f"webhooks://example.org/?secret={secret}", "here").secret == key
    assert (
        b64encode(hmac.digest(key, signed, "sha256")).decode()
        == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_message_arrives_as_json_that_can_be_checked(site):
    site.page("/hook")

    send(a_notifier(site), payload=STORY, body="First.\n\nhttps://example.org/a?b=1")

    [request] = site.asked("/hook")
    event = verify(SECRET, request)
    assert request.method == "POST"
    assert request.headers["Content-Type"] == "application/json"
    assert event["data"] == {**STORY, "title": "Headline", "body": "First.\n\nhttps://example.org/a?b=1"}
    assert event["type"] == "newsmonitor.message"
    assert datetime.fromisoformat(event["timestamp"]).tzinfo is not None


def test_a_payload_says_its_own_type_and_time(site):
    site.page("/hook")
    payload = {"type": "newsmonitor.story", "timestamp": "2026-11-24T12:00:00Z"}

    send(a_notifier(site), payload=payload)

    event = verify(SECRET, site.asked("/hook")[0])
    assert (event["type"], event["timestamp"]) == ("newsmonitor.story", "2026-11-24T12:00:00Z")


def test_the_id_is_the_key_at_each_try_and_safe_in_a_header(site):
    site.page("/hook")
    notifier = a_notifier(site)

    for key in ("one", "one", "two.\r\nX: y", "ключ"):
        send(notifier, key)

    requests = site.asked("/hook")
    names = [request.headers["webhook-id"] for request in requests]
    assert names[:2] == ["one", "one"]
    assert len(set(names)) == 3
    assert names == [request.headers["Idempotency-Key"] for request in requests]
    assert all(name.isascii() and name.isalnum() for name in names)
    for request in requests:
        verify(SECRET, request)


@pytest.mark.parametrize(
    "secret", ["a plain text of 2 words", "пароль & more?", "+/==", "whsec_" + "ab/+" * 8]
)
def test_any_text_is_a_secret(site, secret):
    site.page("/hook?a=1")

    send(a_notifier(site, f"?a=1&secret={quote(secret, safe='+/=')}"))

    [request] = site.asked("/hook?a=1")
    verify(secret, request)


def test_without_a_secret_nothing_is_signed(site):
    site.page("/hook")

    send(a_notifier(site, ""))

    [request] = site.asked("/hook")
    assert request.headers["webhook-signature"] is None
    assert request.headers["webhook-id"] == "key-1"


def test_a_user_and_password_go_along_as_such(site):
    site.page("/hook")
    url = f"webhook://desk:p%40ss@127.0.0.1:{site.port}/hook"

    Notifier([Address(name="desk", url=url, where="here")]).send(
        "desk", Message(title="t", body="b"), key="k"
    )

    [request] = site.asked("/hook")
    assert request.headers["Authorization"] == "Basic " + b64encode(b"desk:p@ss").decode()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_refusal(site, status):
    site.page("/hook", status=status, Location=site.page("/elsewhere"))

    assert refusal(a_notifier(site)).reason == f"HTTP {status}"
    assert site.asked("/elsewhere") == []


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_a_refusal_says_its_status_and_the_first_words(site, status):
    site.page("/hook", b"bad \x1b[31m\n signature " + b"x" * 9000, status=status, Content_Type="text/plain")

    reason = refusal(a_notifier(site)).reason

    assert reason.startswith(f"HTTP {status}: bad [31m signature xxx")
    assert len(reason) < 200


def test_a_page_for_people_is_not_shown(site):
    site.page("/hook", b"<html>much", status=500, Content_Type="text/html")

    assert refusal(a_notifier(site)).reason == "HTTP 500"


def test_a_secret_that_the_answer_repeats_is_masked(site):
    site.page("/hook", f"no such secret: {SECRET}".encode(), status=403, Content_Type="text/plain")

    assert "***" in refusal(a_notifier(site)).reason


def test_the_time_to_wait_is_handed_on(site):
    site.page("/hook", status=429, Retry_After="17")

    assert refusal(a_notifier(site)).retry_after == 17


def test_what_never_answers_never_ends_or_breaks_off_has_not_taken_it(site):
    for reply, reason in [
        (faults.reset, "Connection reset by peer"),
        (faults.hang, "no answer within 0.3 seconds"),
        (faults.drip_headers, "no answer within 0.3 seconds"),
    ]:
        site.reply("/hook", reply)
        assert refusal(a_notifier(site, seconds=0.3)).reason == reason


def test_an_endless_answer_to_a_message_that_was_taken_is_not_waited_for(site):
    site.reply("/hook", faults.endless)

    send(a_notifier(site))


def test_an_endless_refusal_is_not_read_to_its_end(site):
    def reply(exchange):
        exchange.send(b"HTTP/1.1 500 No\r\nContent-Type: text/plain\r\n\r\n" + b"n" * 100_000)
        exchange.wait_for_client()

    site.reply("/hook", reply)

    assert refusal(a_notifier(site)).reason.startswith("HTTP 500: nnn")


def test_a_receiver_that_is_not_there_is_told_by_its_cause():
    with Site() as site:
        notifier = a_notifier(site)

    assert refusal(notifier).reason == "Connection refused"


def test_a_payload_that_is_no_json_is_a_failure_of_this_message_alone(site):
    assert "cannot be written as JSON" in refusal(a_notifier(site), payload={"at": object()}).reason
    assert "cannot be written as JSON" in refusal(a_notifier(site), payload={"score": float("nan")}).reason


def test_half_a_letter_of_a_broken_page_stops_nothing(site):
    site.page("/hook")

    send(a_notifier(site), payload={"title": "a\ud800b"})

    assert verify(SECRET, site.asked("/hook")[0])["data"]["title"] == "Headline"


@pytest.mark.parametrize(
    "url, problem",
    [
        ("webhooks://", "is no webhook address"),
        ("webhooks:///path?secret=abc", "is no webhook address"),
        ("webhooks://example.org:99999/", "is no webhook address"),
        ("webhooks://[::1/", "is no webhook address"),
        ("webhooks://example.org/?secret=", "its secret is empty"),
        ("webhooks://example.org/?secret=whsec_", "its secret is empty"),
        ("webhooks://example.org/?secret=whsec_s3sam!", "its secret begins with whsec_ and is no base64"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_and_not_shown(url, problem):
    with pytest.raises(InputError) as caught:
        Notifier([Address(name="desk", url=url, where="alerts.toml, line 4")])

    assert str(caught.value).startswith(f"alerts.toml, line 4: {problem}; ")
    assert "s3sam" not in str(caught.value)


def test_its_name_outlives_its_secret():
    [one, two, other] = default_addresses(
        (
            "webhooks://example.org/a?secret=one",
            "webhooks://example.org/b?secret=one",
            "webhooks://example.org/a?b=2",
        )
    )

    assert one.name.startswith("webhooks-")
    assert len({one.name, two.name, other.name}) == 3
    assert default_addresses(("webhooks://example.org/a?secret=two",))[0].name == one.name
    assert "one" not in repr(webhook.parse("webhooks://example.org/a?secret=one", "here"))


def test_the_secret_is_taken_out_of_the_address_and_the_rest_stays():
    hook = webhook.parse("webhooks://example.org:8443/a%2Fb?x=1&secret=s%26t&y=a+b", "here")

    assert (hook.url, hook.secret) == ("https://example.org:8443/a%2Fb?x=1&y=a+b", b"s&t")
    assert webhook.parse("webhook://[::1]:80/", "here").url == "http://[::1]:80/"


@given(st.text(max_size=40))
def test_any_address_is_a_webhook_or_refused(text):
    try:
        hook = webhook.parse(f"webhooks://{text}", "here")
    except InputError:
        return
    assert hook.url.startswith("https://")
