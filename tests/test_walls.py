"""What stands in front of an article is told from the article; the pages are those of newsroom/wallpages.py."""

import gzip
import pickle
from dataclasses import replace
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor.errors import FetchError
from newsmonitor.extract import read_article
from newsmonitor.records import Announced
from newsmonitor.structured import read_structured
from newsmonitor.walls import Wall, wall_behind, wall_of
from newsroom.client import LIMIT, failure
from newsroom.wallpages import ORDINARY, WALLS, WallPage

KINDS = {"bot_check", "geo_block", "consent", "paywall", "login", "soft_404", "homepage", "script_only"}
LEAD = (
    "The first ship left the port on Tuesday at noon, the ministry said. It carries 26,000 tonnes of maize."
)
URL = "https://news.example/world/first-ship-4711.html"
NOTHING = read_structured("", (), URL, Announced())

OFFERS = """
This article is for subscribers only
Want to keep reading? Subscribe
You have reached your article limit
Dieser Artikel ist Teil von EX Plus. Jetzt testen und weiterlesen
Um diesen Artikel lesen zu können, benötigen Sie ein Abo
Pour lire l'intégralité de cet article, abonnez-vous
Para seguir leyendo, suscríbete
Leggi l'articolo completo abbonandoti
Lees verder met een abonnement
Chcesz przeczytać cały artykuł? Kup prenumeratę
Para ler esta notícia assine
Этот материал доступен только по подписке
Чтобы прочитать материал целиком, оформите подписку
Читайте далі за підпискою
Продовження доступне передплатникам
Матэрыял даступны толькі па падпісцы
За да прочетете статията, трябва да се абонирате
Pokračování článku je jen pro předplatitele
Läs hela artikeln – bli prenumerant
Yazının devamını okumak için abone olun
Fortsett å lese: kjøp tilgang for 1 kr
"""
NO_OFFERS = """
Subscribe to our newsletter and read the news first
Abonnieren Sie unseren Newsletter und lesen Sie mehr
Подпишитесь на наш телеграм-канал, чтобы читать новости первыми
Підписуйтесь на наш канал у Viber, щоб читати новини
Suivez-nous et abonnez-vous à notre chaîne YouTube pour lire les commentaires
Read more: Second ship leaves port
"""
MISSING = """
This is not the page you are looking for
Diese Seite wurde leider nicht gefunden
Cette page est introuvable
La página que buscas ya no está disponible
La pagina richiesta non è più disponibile
Deze pagina bestaat niet meer
Ups! Strona nie została znaleziona
A página que você procura não existe mais
Извините, страница удалена или никогда не существовала
Вибачте, але цієї сторінки не існує
Ой! Такой старонкі няма
Страницата, която търсите, не съществува
Stránka nebyla nalezena
Vi hittar tyvärr inte sidan du söker
Aradığınız sayfa bulunamadı
"""
CHECKS = """
Verify you are human by completing the action below
Bestätigen Sie, dass Sie ein Mensch sind
Vérification que vous êtes humain
Verifique que usted es un ser humano
Verifica di essere un essere umano
Verifieer dat u een mens bent
Potwierdź, że jesteś człowiekiem
Confirme que é humano
Подтвердите, что вы человек
Підтвердьте, що ви людина
Пацвердзіце, што вы чалавек
Потвърдете, че сте човек
Ověřte, že jste člověk
Bekräfta att du är människa
İnsan olduğunuzu doğrulayın
"""
PLACES = """
This content is not available in your country
Diese Website ist in Ihrem Land nicht verfügbar
Ce site n'est pas accessible depuis votre pays
Извините, этот контент недоступен в вашем регионе
На жаль, сайт недоступний у вашій країні
"""


def wall(page: WallPage) -> Wall | None:
    """As the pipeline looks at an answer: read where the status is 200, else only at what came."""
    if page.status != 200:
        return wall_of(page.body, page.headers, status=page.status)
    content_type = page.headers.get("content-type", "text/html; charset=utf-8")
    return read_article(
        page.body,
        url=page.url,
        content_type=content_type,
        headers=page.headers,
        announced=page.announced,
    ).wall


def behind(
    markup: str, text: str | None, *, is_free: bool | None = None, url: str = URL, **announced
) -> Wall | None:
    said = Announced(**{"url": URL, "title": "First ship leaves port", **announced})
    return wall_behind(markup, url=url, announced=said, stated=replace(NOTHING, is_free=is_free), text=text)


@pytest.mark.parametrize("page", WALLS, ids=lambda page: f"{page.kind}-{page.name}")
def test_a_wall_is_recognised(page):
    found = wall(page)

    assert found is not None
    assert found.kind == page.kind


@pytest.mark.parametrize("page", ORDINARY, ids=lambda page: page.name)
def test_what_looks_like_a_wall_is_none(page):
    assert wall(page) is None


def test_every_kind_has_its_pages_in_several_languages():
    assert {page.kind for page in WALLS} == KINDS
    assert len(WALLS) >= 45


def test_a_wall_says_by_what_sign_it_was_recognised():
    datadome = next(page for page in WALLS if page.name == "datadome-fr-200")
    f5 = next(page for page in WALLS if page.name == "f5-rejected")

    assert wall(datadome).words == (
        'bot check (DataDome: "captcha-delivery.com" is in the page, which is titled "lefigaro.example")'
    )
    assert wall(f5).words.startswith('bot check (F5: "the requested url was rejected. please consult" is')


# A paywall is what a page keeps back, not what it offers


@pytest.mark.parametrize(
    "is_free, count, kind",
    [(False, 1, "paywall"), (False, 30, None), (None, 1, None), (True, 1, None)],
)
def test_a_page_that_is_not_free_is_a_stub_only_where_it_is_short(is_free, count, kind):
    found = behind("<h1>First ship leaves port</h1>", "\n".join([LEAD] * count), is_free=is_free)

    assert (found.kind if found else None) == kind


def test_an_offer_right_after_a_short_text_makes_it_a_stub():
    offer = "<div class='x'>Keep reading for £1 a week</div>"

    assert behind(f"<p>{LEAD}</p>{offer}", LEAD).kind == "paywall"
    assert behind(f"<p>{LEAD}</p>{'<p>Teaser</p>' * 600}{offer}", LEAD) is None
    assert behind(f"<p>{LEAD}</p><div hidden>Keep reading for £1 a week</div>", LEAD) is None


def test_a_stub_that_counts_what_it_keeps_back_may_be_long():
    long = "\n".join([LEAD] * 30)

    assert behind("", long + "\nIl vous reste 57.09% de cet article à lire.").kind == "paywall"
    assert behind("", long + "\nSubscribe to continue reading.") is None


def test_a_short_text_that_breaks_off_before_an_offer_is_a_stub():
    cut = LEAD[:-10] + "…"

    assert behind(f"<p>{cut}</p><p>Subscribe</p>", cut).kind == "paywall"
    assert behind(f"<p>{cut}</p><p>Subscribe to our newsletter</p>", cut) is None
    assert behind(f"<p>{LEAD}</p><p>Subscribe</p>", LEAD) is None


@pytest.mark.parametrize("offer", OFFERS.strip().splitlines())
def test_an_offer_is_understood_in_its_language(offer):
    assert behind(f"<h1>First ship leaves port</h1><p>{LEAD}</p><p>{offer}</p>", LEAD).kind == "paywall"


@pytest.mark.parametrize("words", NO_OFFERS.strip().splitlines())
def test_what_is_asked_of_readers_elsewhere_is_no_offer(words):
    assert behind(f"<h1>First ship leaves port</h1><p>{LEAD}</p><p>{words}</p>", f"{LEAD}\n{words}") is None


@pytest.mark.parametrize("heading", MISSING.strip().splitlines())
def test_a_missing_page_is_understood_in_its_language(heading):
    menu = "\n".join(f"Section {number}" for number in range(80))

    assert behind(f"<title>News</title><h1>{heading}</h1>", menu).kind == "soft_404"


@pytest.mark.parametrize("words", CHECKS.strip().splitlines())
def test_a_bot_check_is_understood_in_its_language(words):
    page = f"<html><head><title>news.example</title></head><body><h1>{words}</h1></body></html>"

    assert wall_of(page.encode(), {"content-type": "text/html; charset=utf-8"}).kind == "bot_check"


@pytest.mark.parametrize("words", PLACES.strip().splitlines())
def test_a_refused_country_is_understood_in_its_language(words):
    page = f"<html><head><title>news.example</title></head><body><p>{words}</p></body></html>"

    assert wall_of(page.encode(), {"content-type": "text/html; charset=utf-8"}).kind == "geo_block"


# The title that the feed announced


def test_the_announced_title_tells_an_article_about_an_error_from_the_error():
    markup = "<title>Page not found | News</title><h1>Page not found</h1>"

    assert behind(markup, "The ministry took the page off its site.").kind == "soft_404"
    assert behind(markup, "The ministry took the page off its site.", title="Page not found") is None


def test_a_text_that_the_feed_announced_is_no_error_page_whatever_its_title():
    markup = "<title>Not found</title><h1>Page not found</h1>"

    said = Announced(url=URL, title="First ship leaves port", text=LEAD)

    assert wall_behind(markup, url=URL, announced=said, stated=NOTHING, text=LEAD) is None


def test_without_an_announced_title_one_sign_is_not_enough():
    assert behind("<h1>Page not found</h1>", LEAD, title=None) is None
    assert behind("<title>404</title><h1>Page not found</h1>", LEAD, title=None).kind == "soft_404"


def test_only_another_address_than_the_announced_one_is_a_front_page():
    front = "https://news.example/"

    assert behind("<h1>News</h1>", LEAD, url=front).kind == "homepage"
    assert behind("<h1>News</h1>", LEAD, url=front, title=None).kind == "homepage"
    assert behind("<h1>News</h1>", LEAD, url="https://news.example/?p=4711") is None
    assert behind("<h1>News</h1>", LEAD, url=front, **{"title": None}).kind == "homepage"
    assert wall_behind("", url=front, announced=Announced(url=front), stated=NOTHING, text=LEAD) is None


@pytest.mark.parametrize("url", ["http://[", "", "https://news.example:x/", "//", "https://[::1]/login"])
def test_an_address_that_is_none_is_no_wall(url):
    assert behind("<h1>First ship leaves port</h1>", LEAD, url=url) is None


# Refused answers


def test_a_refused_answer_brings_its_challenge_along(site):
    challenge = next(page.body for page in WALLS if page.name == "cloudflare-blocked")
    url = site.page("/a", gzip.compress(challenge), status=403, Content_Encoding="gzip", CF_Ray="8f1b-FRA")

    error = failure(url)

    assert error.body == challenge
    assert ("cf-ray", "8f1b-FRA") in error.headers
    assert wall_of(error.body, dict(error.headers), status=error.status).kind == "bot_check"


@pytest.mark.parametrize("status", [202, 401, 402, 404, 410, 429, 451, 503])
def test_whatever_the_status_the_body_arrives(site, status):
    error = failure(site.page("/a", b"<p>no</p>", status=status))

    assert (error.status, error.body) == (status, b"<p>no</p>")


@pytest.mark.parametrize(
    "body, headers",
    [
        (gzip.compress(b"<p>no</p>", mtime=0)[:-4], {"Content_Encoding": "gzip"}),
        (b"no gzip", {"Content_Encoding": "gzip"}),
        (b"<p>no</p>", {"Content_Encoding": "made-up"}),
        (gzip.compress(bytes(2_000_000), mtime=0), {"Content_Encoding": "gzip"}),
    ],
)
def test_a_refused_body_that_cannot_be_unpacked_is_none(site, body, headers):
    error = failure(site.page("/a", body, status=403, **headers))

    assert (error.status, error.body) == (403, b"")


@pytest.mark.parametrize("coding", [None, "gzip"])
def test_of_a_large_refused_body_the_beginning_is_kept(site, coding):
    body = b"<p>no</p>" + b" " * (LIMIT * 2)
    headers = {"Content_Encoding": coding} if coding else {}

    error = failure(site.page("/a", gzip.compress(body) if coding else body, status=403, **headers))

    assert error.body == body[: 64 << 10]


def test_a_redirect_to_nowhere_brings_no_body(site):
    assert failure(site.page("/a", b"<p>moved</p>", status=302)).body == b""


def test_an_error_crosses_processes_with_its_answer():
    error = FetchError(
        URL,
        "HTTP 403",
        failure_class="http_4xx",
        transient=False,
        status=403,
        headers=(("server", "x"),),
        body=b"<p>",
    )

    again = pickle.loads(pickle.dumps(error))

    assert vars(again) == vars(error)
    assert (str(again), again.headers, again.body) == (f"{URL}: HTTP 403", (("server", "x"),), b"<p>")


def test_an_error_without_an_answer_has_an_empty_one():
    error = FetchError(URL, "no such name", failure_class="dns", transient=False)

    assert (error.headers, error.body) == ((), b"")


# Strangers' bytes

PIECES = st.sampled_from(
    """<title> </title> <h1> </h1> <div_id=root> <noscript> 404 not_found page cookie . &# login type="password"
    subscribe_to_read <script> <!-- < > " страница % 残り""".replace("_", " ").split()
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=40).map("".join), st.booleans())
def test_nothing_is_raised_whatever_the_page(markup, is_announced):
    said = Announced(url=URL, title="First ship") if is_announced else Announced()

    wall_of(markup.encode("utf-8", "replace"), {"content-type": "text/html"}, status=403)
    wall_behind(markup, url=URL, announced=said, stated=replace(NOTHING, heading=markup), text=markup)


@given(
    st.binary(max_size=200),
    st.dictionaries(st.sampled_from(["server", "set-cookie", "content-type"]), st.text()),
)
def test_nothing_is_raised_whatever_the_bytes(body, headers):
    wall_of(body, headers, status=403)


SLOW = """<|<title|<h1>|<noscript>|<head |<div hidden|<div id=|<meta og:type|<link rel=canonical|<style>|<input type|
a |page |not found |article for |read the |verify |your country |il vous reste 1|&#|<p |<!--|<script>|страница |<i>"""


@pytest.mark.parametrize("piece", SLOW.replace("\n", "").split("|"))
def test_no_page_takes_long(piece):
    began = monotonic()

    for size in (50_000, 400_000):
        page = piece * (size // len(piece))
        wall_of(page.encode(), {}, status=403)
        for text in (None, page[:190], page[:1_100], page[:2_900]):
            wall_behind(page, url=URL, announced=Announced(url=URL, title="x"), stated=NOTHING, text=text)

    assert monotonic() - began < 1
