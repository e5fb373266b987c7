"""Bytes to text: what is declared, what is meant, and what no declaration helps with."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.decoding import decode

RU = "Власти области объявили об эвакуации жителей приграничных сёл"
UK = "Мешканців прикордонних сіл евакуюють, повідомили в області"
BE = "Жыхароў памежных вёсак эвакуіруюць, паведамілі ў вобласці"
BG = "Властите обявиха евакуация на жителите на граничните села"
SR = "Власти објавиле евакуацију становника пограничних села"
PL = "Żołnierze przekroczyli granicę w środę, źródła są zgodne"
CS = "Příští týden začnou žňové práce, řekl šéf svazu"
TR = "Sınır köylerinde yaşayanların tahliyesi açıklandı, dün değil bugün"
LT = "Pasienio kaimų gyventojai evakuojami, pranešė savivaldybė šį rytą"
EL = "Οι αρχές ανακοίνωσαν την εκκένωση των χωριών κοντά στα σύνορα"
HE = "הרשויות הודיעו על פינוי תושבי הכפרים הסמוכים לגבול"
AR = "أعلنت السلطات إجلاء سكان القرى الحدودية"
JA = "当局は国境の村の住民の避難を発表した"
ZH = "当局宣布疏散边境村庄的居民"
KO = "당국은 국경 마을 주민들의 대피를 발표했다"


def page(text, head="", tag="<html>"):
    return (
        f"<!doctype html>\n{tag}<head>{head}<title>{text}</title></head>\n<body><p>{text}.</p></body></html>"
    )


def meta(label):
    return f'<meta charset="{label}">'


@pytest.mark.parametrize(
    "label, encoding, text",
    [
        ("latin1", "cp1252", "“Über” – naïve"),
        ("ascii", "cp1252", "“Über” – naïve"),
        ("iso-8859-1", "cp1252", "“Über” – naïve"),
        ("iso8859-15", "iso8859-15", "5 € für Œuvre"),
        ("x-cp1251", "cp1251", RU),
        ("win-1251", "cp1251", RU),
        ("koi8_r", "koi8-r", RU),
        ("koi8-ru", "koi8-u", UK),
        ("cyrillic", "iso8859-5", BE),
        ("ibm866", "cp866", RU),
        ("x-mac-ukrainian", "mac-cyrillic", RU),
        ("latin2", "iso8859-2", CS),
        ("x-cp1250", "cp1250", PL),
        ("latin5", "cp1254", TR),
        ("windows-1257", "cp1257", LT),
        ("sun_eu_greek", "iso8859-7", EL),
        ("iso-8859-8-i", "iso8859-8", HE),
        ("windows-1256", "cp1256", AR),
        ("x-sjis", "cp932", JA),
        ("x-euc-jp", "euc_jp", JA),
        ("gb2312", "gb18030", ZH),
        ("x-x-big5", "big5hkscs", "當局宣布疏散邊境村莊的居民"),
        ("ks_c_5601-1987", "cp949", KO),
        ("ksc_5601", "cp949", KO),
    ],
)
def test_labels_mean_what_the_encoding_standard_says(label, encoding, text):
    by_page, by_server, by_xml = (
        page(text, meta(label)),
        page(text),
        f"<?xml version='1.0' encoding='{label}'?><a>{text}",
    )

    assert decode(by_page.encode(encoding), None) == by_page
    assert decode(by_page.encode(encoding), "text/html; charset=iso-8859-1") == by_page
    assert decode(by_page.encode(encoding), "text/html; charset=utf-8") == by_page
    assert decode(by_server.encode(encoding), f'text/html;Charset="{label}"') == by_server
    assert decode(by_xml.encode(encoding), "text/xml") == by_xml


@pytest.mark.parametrize(
    "label", ["utf-16", "utf-7", "hex", "unicode_escape", "idna", "hz-gb-2312", "", "no-such"]
)
def test_what_is_no_encoding_of_pages_is_not_believed(label):
    text = page(RU, f'{meta(label)}<meta name="x" content="+ADw- \\u0041 ~{{">')

    assert decode(text.encode(), f"text/html; charset={label}") == text
    assert decode(text.encode("cp1251"), f"text/html; charset={label}") == text


@pytest.mark.parametrize(
    "encoding, content_type, head",
    [
        ("utf-8-sig", "text/html; charset=windows-1251", meta("koi8-r")),
        ("utf-16", "text/html; charset=utf-8", meta("utf-8")),
        ("utf-8", "text/html; charset=windows-1251", meta("koi8-r")),
        # Mark, UTF-8, server, page: of two that name some other the server's counts.
        ("cp1250", "text/html; charset=windows-1250", meta("windows-1257")),
        ("cp1250", "text/html; charset=iso-8859-1", meta("windows-1250")),
        ("cp1250", None, f"<!-- {meta('windows-1257')} -->{meta('windows-1250')}"),
        ("cp1250", None, f'<meta name="description" content="charset=windows-1257">{meta("windows-1250")}'),
        ("cp1250", None, f"{meta('no-such')}{meta('windows-1250')}"),
        ("cp1250", None, "<META content='text/html;charset=windows-1250' HTTP-EQUIV=content-type>"),
        ("cp1250", None, "<script>" + " " * 5000 + "</script>" + meta("windows-1250")),
    ],
)
def test_who_is_believed_before_whom(encoding, content_type, head):
    text = page(PL, head)

    assert decode(text.encode(encoding), content_type) == text


@pytest.mark.parametrize("told", ["", "utf-8", "iso-8859-1", "windows-1251", "koi8-r"])
@pytest.mark.parametrize(
    "encoding, text",
    [
        ("cp1251", RU), ("koi8-r", RU), ("cp866", RU), ("iso8859-5", RU), ("cp1251", UK), ("koi8-u", UK),
        ("cp1251", BE), ("iso8859-5", BE), ("cp1251", BG), ("cp1251", SR), ("cp1251", "Хоть и блок, а надо"),
        ("cp1251", "Яблоко раздора: Юг и Юго-Восток"),
    ],
)  # fmt: skip
def test_cyrillic_is_read_by_its_letters_whatever_is_told(encoding, text, told):
    markup = page(text)

    assert decode(markup.encode(encoding), f"text/html; charset={told}" if told else None) == markup


def test_the_macintosh_is_known_by_the_place_of_one_letter():
    text = page(f"{RU}, заявлял вчера её глава. Эвакуация продолжается")

    assert decode(text.encode("mac-cyrillic"), None) == text


@pytest.mark.parametrize(
    "language, encoding, text",
    [
        ("pl", "cp1250", PL), ("pl-PL", "iso8859-2", PL), ("cs", "cp1250", CS), ("cs", "iso8859-2", CS),
        ("tr", "cp1254", TR), ("lt", "cp1257", LT), ("el", "cp1253", EL), ("el", "iso8859-7", EL), ("he", "cp1255", HE),
        ("ar", "cp1256", AR), ("ja", "cp932", JA), ("ja", "euc_jp", JA), ("ko", "cp949", KO), ("fr", "cp1252", "l’été"),
    ],
)  # fmt: skip
def test_undeclared_bytes_are_in_what_is_usual_for_the_language(language, encoding, text):
    markup = page(text, tag=f'<html class="x" lang="{language}">')
    feed = f"<rss><channel><language>{language}</language><title>{text}</title></channel></rss>"

    assert decode(markup.encode(encoding), None) == markup
    assert decode(feed.encode(encoding), "text/xml; charset=utf-8") == feed


@pytest.mark.parametrize(
    "encoding, text",
    [
        ("cp1252", "Über Bücher"), ("cp1252", "Ação e informações: São Paulo não pára"), ("cp1252", "“Quoted” – it’s"),
        ("cp1250", PL), ("cp949", KO), ("gb18030", ZH), ("cp1253", EL * 3), ("iso2022_jp", JA),
    ],
)  # fmt: skip
def test_undeclared_bytes_without_a_language_are_judged_by_statistics(encoding, text):
    assert decode(page(text).encode(encoding), None) == page(text)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["<html>x", "\n <rss>", "Plain words, no tags.", RU + " 1, 2"])
def test_utf_16_needs_no_mark(encoding, text):
    assert decode(text.encode(encoding), "text/html; charset=utf-8") == text


@pytest.mark.parametrize(
    "broken, whole",
    [
        ("Курск: X".encode().replace(b"X", b"\xd0"), "Курск: \ufffd"),
        ("Курск: X".encode().replace(b"X", "–".encode()[:2]), "Курск: \ufffd"),
        (RU.encode() * 9 + b" <!-- " + RU.encode("cp1251") + b" -->", RU * 9 + f" <!-- {RU} -->"),
        (RU.encode() * 9 + b" <!-- " + BG.encode("koi8-r") + b" -->", RU * 9 + f" <!-- {BG} -->"),
        (
            "Größe, Übermaß ".encode() * 3 + b"it\x92s caf\xe9 au lait",
            "Größe, Übermaß " * 3 + "it’s café au lait",
        ),
        (b"caf\xe9, na\xefve " + "– café".encode(), "café, naïve – café"),
    ],
)
def test_a_page_in_two_encodings_keeps_both_and_a_cut_letter_costs_itself(broken, whole):
    assert decode(broken, "text/html; charset=utf-8") == whole


@pytest.mark.parametrize("wrong", ["cp1251", "cp1252"])
def test_utf_8_that_was_made_utf_8_twice_is_taken_back(wrong):
    whole = f"<h1>Привет, мир</h1>\n<p title='«Курск» — {UK}'>It’s a café – тест</p><p>В</p>"
    twice = "".join(
        chr(byte)
        if 0x80 <= byte < 0xA0 and not bytes([byte]).decode(wrong, "ignore")
        else bytes([byte]).decode(wrong)
        for byte in whole.encode()
    )

    assert twice != whole
    assert decode(twice.encode(), None) == whole


@pytest.mark.parametrize(
    "text",
    [
        "Знак РџСЂРёРІРµС‚ — это слово «Привет» в чужой кодировке",
        "The letters Ã© stand for an “é” read wrongly",
        "«ДНР», «ЛНР» и СССР\u00a0— Р\u00a0Ф",
        "SÃO PAULO: NÃO É ASSIM",
        "Ð er bókstafur í íslensku",
        "20\u00a0°C – ½ µm",
        "Рё",
    ],
)
def test_what_only_looks_doubled_is_left_alone(text):
    assert decode(f"<p>{text}</p>".encode(), None) == f"<p>{text}</p>"


def test_what_no_text_has_is_left_out_and_line_ends_are_one():
    body = "\ufeffa\x00b\x07c\r\nd\re\ufeff\uffff\x7f f\x92s \x85".encode() + b"\xed\xa0\x80"

    assert decode(body, None).rstrip("\ufffd") == "abc\nd\ne f’s …"


TEXTS = {
    "windows-1251": RU + UK + BE + BG + SR, "koi8-r": RU, "koi8-u": UK, "ibm866": RU, "iso-8859-5": BE + SR,
    "windows-1250": PL + CS, "iso-8859-2": PL + CS, "windows-1254": TR, "windows-1257": LT, "windows-1253": EL,
    "windows-1255": HE, "windows-1256": AR, "shift_jis": JA, "euc-jp": JA, "gb18030": ZH + JA, "big5": "當局宣布",
    "euc-kr": KO, "utf-8": RU + ZH, "utf-16": RU,
}  # fmt: skip
WORDS = st.sampled_from(sorted(TEXTS)).flatmap(
    lambda label: st.tuples(
        st.just(label), st.lists(st.sampled_from(TEXTS[label].split()), min_size=3, max_size=9)
    )
)


@settings(deadline=None, max_examples=150)
@given(WORDS)
def test_words_come_back_from_every_encoding_that_is_declared(drawn):
    label, words = drawn
    text = page(f"News: {' '.join(words)}", meta(label))

    assert decode(text.encode(label), f"text/html; charset={label}") == text


@settings(deadline=None, max_examples=150)
@given(
    st.binary(max_size=400)
    | st.lists(
        st.sampled_from(
            [b"<html lang=", b"pl", b"<meta charset=", b"utf-16", b"<!--", b"-->", b"\x1b$B", b"\xff\xfe", b"\0",
             b"\xd0", b"\xed\xa0\x80", RU.encode("cp1251"), RU.encode(), ZH.encode("gb18030"), b"\r",
             b"\xc3\x90\xc2\xbf", b">"]
        ),
        max_size=30,
    ).map(b"".join),
    st.none() | st.text(max_size=30) | st.sampled_from(["; charset=utf-16", "x; charset=\ud800", "; charset=hex"]),
)  # fmt: skip
def test_any_bytes_are_some_text(body, content_type):
    found = decode(body, content_type)

    found.encode()
    assert not set(found) & {
        *map(chr, range(9)),
        *map(chr, range(0x0B, 0x20)),
        *map(chr, range(0x7F, 0xA0)),
        "\ufeff",
    }


@pytest.mark.parametrize(
    "piece",
    [
        b"<meta ",
        b"<!--",
        b"\x1b$B",
        b"\0",
        "Р°".encode(),
        "Ã©<".encode(),
        b"\xd0\xb0\xff",
        b"<html lang",
        b"\xfe",
    ],
)
def test_a_page_made_to_break_readers_is_read_in_one_pass(piece):
    body = piece * (500_000 // len(piece))

    assert len(decode(body, "text/html; charset=" + "x" * 10_000)) <= len(body)
