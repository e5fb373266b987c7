"""E-mail: handed to a real SMTP server, read back as a mail program reads it, and refused with the server's words."""

import logging
import socket
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor import mailing
from newsmonitor.errors import DeliveryFailed, InputError
from newsmonitor.messages import Address, Message
from newsmonitor.notify import Notifier
from newsroom.certificates import authority
from newsroom.mailhost import MailHost

SECRET = "hunter22-sesame"
TEXT = (
    "Evacuation near Sudzha.\n\n.a line that begins with a dot\nСуджа: эвакуация.\nСуджа: евакуація, їжа.\n"
    + "long " * 300
)
TEXT += "long " * 300
PAGE = "<!doctype html><html lang=ru><body><h1>Суджа</h1><p>Evacuation &amp; more.</p></body></html>"


@pytest.fixture
def host():
    with MailHost() as host:
        yield host


def a_url(host: MailHost, query: str = "") -> str:
    return f"mailto://desk:{SECRET}@example.org:{host.port}?smtp=127.0.0.1&to=editor@example.net{query}"


def a_notifier(url: str, form: str | None = None, **more: float) -> Notifier:
    address = Address(name="desk-mail", url=url, where="alerts.toml, line 7", form=form)
    return Notifier([address], **more)


def send(notifier: Notifier, *, key: str = "key-1", **more: str) -> None:
    notifier.send("desk-mail", Message(**{"title": "Headline", "body": TEXT, "html": PAGE, **more}), key=key)


def refusal(notifier: Notifier) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        send(notifier)
    assert SECRET not in f"{caught.value} {caught.value!r}"
    return caught.value


def lines(part: EmailMessage) -> str:
    # Text in base64 keeps the breaks of MIME (RFC 2045, section 6.8), which a mail program shows as its own.
    return part.get_content().replace("\r\n", "\n").rstrip("\n")


def test_a_letter_arrives_with_text_and_page_as_they_were(open_door):
    host, url = open_door

    send(a_notifier(url))

    [letter] = host.letters
    mail = letter.mail
    assert mail.get_content_type() == "multipart/alternative"
    text, page = mail.iter_parts()
    assert (text.get_content_type(), text.get_content_charset()) == ("text/plain", "utf-8")
    assert (page.get_content_type(), page.get_content_charset()) == ("text/html", "utf-8")
    assert lines(text) == TEXT.rstrip("\n")
    assert lines(page) == PAGE
    assert (letter.sender, letter.recipients) == ("desk@example.org", ("editor@example.net",))
    assert max(len(line) for line in letter.raw.split(b"\r\n")) <= 998
    assert letter.raw.isascii()
    assert mail.defects == []


def test_the_headers_say_who_writes_and_that_a_program_does(open_door):
    host, url = open_door

    send(
        a_notifier(
            url
            + "&name=North%20Desk&reply=chief@example.org&cc=a@example.net&bcc=b@example.net&%2BX-Team=one"
        )
    )

    [letter] = host.letters
    mail = letter.mail
    assert mail["From"].addresses[0].addr_spec == "desk@example.org"
    assert mail["From"].addresses[0].display_name == "North Desk"
    assert [each.addr_spec for each in mail["To"].addresses] == ["editor@example.net"]
    assert [each.addr_spec for each in mail["Cc"].addresses] == ["a@example.net"]
    assert mail["Bcc"] is None
    assert b"b@example.net" not in letter.raw
    assert mail["Reply-To"] == "chief@example.org"
    assert mail["X-Team"] == "one"
    assert mail["List-Id"] == "<desk-mail.newsmonitor.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert abs(parsedate_to_datetime(mail["Date"]) - datetime.now(UTC)) < timedelta(minutes=5)
    assert set(letter.recipients) == {"editor@example.net", "a@example.net", "b@example.net"}


def test_a_second_copy_has_the_message_id_of_the_first_and_another_message_another(open_door):
    host, url = open_door
    notifier = a_notifier(url)

    for key in ("one", "one", "two"):
        send(notifier, key=key)

    first, again, other = [letter.mail["Message-ID"] for letter in host.letters]
    assert first == again
    assert first != other
    assert first.startswith("<")
    assert first.endswith("@example.org>")


@pytest.mark.parametrize(
    "title",
    [
        "Kursk region: evacuation near Sudzha",
        "Курская область: эвакуация из района Суджи, где бои идут уже третью неделю подряд, сообщил губернатор",
        "Курська область: її мешканці їдуть; ґанок",
        "クルスク州：スジャ近郊の住民が避難",
        "=?utf-8?q?Not=20what=20it=20seems?=",
        "Emoji 🚒 and a very long word " + "x" * 180,
        'a, b; c: <d@e> "f" (g) \\',
    ],
)
def test_a_title_arrives_as_it_was(open_door, title):
    host, url = open_door

    send(a_notifier(url), title=title)

    assert host.letters[0].mail["Subject"].replace("\u200b", "") == title


def test_a_title_begins_no_header_of_its_own(open_door):
    host, url = open_door

    send(a_notifier(url), title="One\r\nBcc: all@example.org\n\nBody")

    mail = host.letters[0].mail
    assert mail["Subject"].replace("\u200b", "") == "One Bcc: all@example.org Body"
    assert mail["Bcc"] is None


BOX = mailing.Mailbox(
    host="h",
    port=25,
    security="insecure",
    sender=('Desk, "North"', "d@example.org"),
    to=(("Ред", "e@example.org"),),
)


@given(title=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120))
def test_any_title_can_be_written_and_read(title):
    letter = mailing.letter(BOX, "desk", Message(title=title, body="b"), key="k", has_html=False)

    mail = message_from_bytes(letter.as_bytes(), policy=policy.default)

    assert " ".join(mail["Subject"].replace("\u200b", "").split()) == " ".join(
        title.replace("\u200b", "").split()
    )
    assert mail["To"].addresses[0].display_name == "Ред"
    assert mail["From"].addresses[0].display_name == 'Desk, "North"'
    assert set(mail.keys()) >= {"Message-ID", "Date", "List-Id", "Auto-Submitted", "From", "To"}


@pytest.mark.parametrize(
    "form, more, kinds, text",
    [
        ("plain", {}, ["text/plain"], TEXT),
        (None, {"html": None}, ["text/plain"], TEXT),
        ("short", {"short": "In a line."}, ["text/plain"], "In a line."),
        ("short", {}, ["text/plain"], TEXT),
        ("html", {}, ["text/plain", "text/html"], TEXT),
    ],
)
def test_the_form_is_the_channels(open_door, form, more, kinds, text):
    host, url = open_door

    send(a_notifier(url, form), **more)

    parts = [part for part in host.letters[0].mail.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in parts] == kinds
    assert lines(parts[0]) == text.rstrip("\n")


# What aiosmtpd has to say to a server that takes passwords without TLS, which is what is tried here.
OPEN_PASSWORD = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@OPEN_PASSWORD
@pytest.mark.parametrize("mode", ["starttls", "insecure"])
def test_a_server_that_asks_for_a_password_gets_it_and_over_tls_where_the_url_says_so(
    mode, tmp_path, monkeypatch
):
    tls, certificate = authority("localhost")
    (tmp_path / "trusted.pem").write_bytes(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    is_tls = mode == "starttls"
    with MailHost(tls=tls if is_tls else None, password=SECRET) as host:
        scheme = "mailtos" if is_tls else "mailto"
        url = f"{scheme}://desk:{SECRET}@example.org:{host.port}?smtp=localhost&to=e@example.net&mode={mode}"

        send(a_notifier(url))

        [letter] = host.letters
        assert (letter.is_encrypted, letter.user) == (is_tls, "desk")


def test_a_certificate_that_nobody_vouches_for_is_a_refusal_and_no_password_is_sent(tmp_path, monkeypatch):
    tls, _ = authority("localhost")
    (tmp_path / "trusted.pem").write_bytes(authority("other.test")[1])
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    with MailHost(tls=tls, password=SECRET) as host:
        url = f"mailtos://desk:{SECRET}@example.org:{host.port}?smtp=localhost&to=e@example.net"

        assert "certificate verify failed" in refusal(a_notifier(url)).reason
        assert host.letters == []


@OPEN_PASSWORD
def test_a_wrong_password_is_a_refusal():
    with MailHost(password="another") as host:
        assert refusal(a_notifier(a_url(host))).reason.startswith("535 ")
        assert host.letters == []


@pytest.mark.parametrize(
    "said",
    [
        "550 5.1.1 No such user here",
        "451 4.7.1 Greylisted, come again in 300 seconds",
        "421 4.3.2 Shutting down",
    ],
)
def test_a_refused_recipient_is_told_in_the_servers_words(open_door, said):
    host, url = open_door
    host.refusals["editor@example.net"] = said

    assert said in refusal(a_notifier(url)).reason
    assert host.letters == []


def test_a_greylist_takes_the_same_letter_later(open_door):
    host, url = open_door
    notifier = a_notifier(url)
    host.refusals["*"] = "451 4.7.1 Greylisted"
    refusal(notifier)
    host.refusals.clear()

    send(notifier)

    assert (host.tries, len(host.letters)) == (2, 1)


def test_one_address_that_is_gone_keeps_the_letter_from_no_other(open_door, caplog):
    host, url = open_door
    host.refusals["gone@example.net"] = "550 5.1.1 No such user"

    with caplog.at_level(logging.WARNING):
        send(a_notifier(url + ",gone@example.net"))

    assert [letter.recipients for letter in host.letters] == [("editor@example.net",)]
    assert caplog.messages == [
        "desk-mail: the e-mail was taken, but not for gone@example.net: 550 5.1.1 No such user"
    ]


def test_one_address_that_is_to_wait_makes_all_wait_and_nobody_is_told_twice(open_door):
    host, url = open_door
    host.refusals["late@example.net"] = "452 4.2.2 Mailbox full"
    notifier = a_notifier(url + ",late@example.net")

    assert "late@example.net: 452 4.2.2 Mailbox full" in refusal(notifier).reason
    assert host.letters == []

    host.refusals.clear()
    send(notifier)
    assert [set(letter.recipients) for letter in host.letters] == [{"editor@example.net", "late@example.net"}]


@pytest.mark.parametrize(
    "said", ["554 5.7.1 Looks like spam", "452 4.3.1 Disk full", "550 bad \x1b[31m letter"]
)
def test_a_letter_refused_as_a_whole_is_told_in_the_servers_words(open_door, said):
    host, url = open_door
    host.answer = said

    assert refusal(a_notifier(url)).reason == said.replace("\x1b", "")


def test_a_refused_sender_is_told_in_the_servers_words(open_door):
    host, url = open_door
    host.sender_refusal = "553 5.7.1 Not your address"

    assert refusal(a_notifier(url)).reason == "553 5.7.1 Not your address"


def test_a_server_that_breaks_off_after_the_letter_may_have_it_and_the_id_says_so(open_door):
    host, url = open_door
    notifier = a_notifier(url)
    host.is_dropping = True

    assert "it may have arrived" in refusal(notifier).reason

    host.is_dropping = False
    send(notifier)
    first, again = host.letters
    assert first.mail["Message-ID"] == again.mail["Message-ID"]


def test_a_server_that_says_no_good_bye_has_taken_the_letter(open_door):
    host, url = open_door
    host.is_rude = True

    send(a_notifier(url))

    assert len(host.letters) == 1


def test_a_server_that_closes_is_asked_for_no_more(open_door):
    host, url = open_door
    host.refusals["*"] = "421 4.3.2 Shutting down"

    assert refusal(a_notifier(url + ",a@example.net")).reason == "editor@example.net: 421 4.3.2 Shutting down"


def test_a_short_text_in_cyrillic_needs_no_eight_bits_either(open_door):
    host, url = open_door

    send(a_notifier(url, "plain"), body="Суджа: эвакуация.")

    [letter] = host.letters
    assert letter.raw.isascii()
    assert lines(letter.mail) == "Суджа: эвакуация."


def test_a_server_that_says_nothing_is_left_after_its_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"mailto://desk:{SECRET}@example.org:{port}?smtp=127.0.0.1&to=e@example.net"

        assert refusal(a_notifier(url, seconds=0.3)).reason == "no answer within 0.3 seconds"
        assert refusal(a_notifier(url + "&cto=0.2")).reason == "no connection (timed out)"


def test_a_server_that_is_not_there_is_told_by_its_cause():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    url = f"mailto://desk:{SECRET}@example.org:{port}?smtp=127.0.0.1&to=e@example.net"

    assert refusal(a_notifier(url)).reason == "no connection (Connection refused)"


def test_a_url_without_an_address_to_send_to_is_told():
    with pytest.raises(InputError, match="line 7: names no e-mail address"):
        a_notifier(f"mailto://desk:{SECRET}@example.org?to=nobody")


@pytest.mark.parametrize(
    "url, host, port, security, user",
    [
        ("mailto://desk:pw@gmail.com", "smtp.gmail.com", 587, "starttls", "desk@gmail.com"),
        ("mailto://desk:pw@fastmail.com", "smtp.fastmail.com", 465, "ssl", "desk@fastmail.com"),
        ("mailto://desk:pw@example.org", "example.org", 25, "insecure", "desk"),
        ("mailtos://desk:pw@example.org", "example.org", 587, "starttls", "desk"),
        ("mailtos://desk:pw@example.org?mode=ssl", "example.org", 465, "ssl", "desk"),
        (
            "mailtos://_?user=a@example.org&pass=b&smtp=mx.example.org",
            "mx.example.org",
            587,
            "starttls",
            "a@example.org",
        ),
    ],
)
def test_what_apprise_knows_of_providers_is_what_is_used(url, host, port, security, user):
    [channel] = a_notifier(url).channels
    mailbox = channel._take.args[0]

    assert (mailbox.host, mailbox.port, mailbox.security, mailbox.user) == (host, port, security, user)


def test_a_letter_to_be_encrypted_is_left_to_apprise():
    [channel] = a_notifier("mailto://desk:pw@example.org?pgp=encrypt").channels

    assert not any(isinstance(part, mailing.Mailbox) for part in channel._take.args)


@pytest.fixture
def open_door(host):
    """A server that asks for no password, and the URL of a mailbox on it."""
    return host, a_url(host).replace(f":{SECRET}", "")
