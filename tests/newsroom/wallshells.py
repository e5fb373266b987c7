# ruff: noqa: E501 - the markup stands as it is sent
"""What the made-up pages of walls have in common: the record, and the frame of a news site around them."""

import random
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from newsmonitor.records import Announced

TITLE = "Ministers agree on grain corridor after night of talks"


@dataclass(frozen=True, slots=True, kw_only=True)
class WallPage:
    """An answer to the request for an article, and the kind of wall it is; None for an ordinary page.

    url is where the redirects led. held: set aside while the rules were written.
    """

    name: str
    kind: str | None
    body: bytes = field(repr=False)
    url: str = "https://news.example/world/2026/08/grain-corridor-4711.html"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: Announced = Announced(
        url="https://news.example/world/2026/08/grain-corridor-4711.html",
        title=TITLE,
        text="Talks in the port city ended at dawn with a paper of nine points.",
    )
    held: bool = False


def announced(
    title: str, url: str = "https://news.example/world/2026/08/grain-corridor-4711.html"
) -> Announced:
    """What the feed said."""
    return Announced(url=url, title=title)


def blob(size: int, seed: int = 1) -> str:
    """What minified scripts and tokens look like, in so many characters."""
    return urlsafe_b64encode(random.Random(seed).randbytes(size)).decode()[:size]


def paragraphs(*sentences: str, count: int) -> str:
    """So many paragraphs that differ a little from each other."""
    made = (
        f"<p>{sentences[i % len(sentences)]} {_NUMBERS[i % 10].capitalize()}: {' '.join(sentences)}</p>"
        for i in range(count)
    )
    return "\n".join(made)


_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

# Per language: menu, account links, banner of cookies, newsletter, footer. Noise that is on every page.
_NOISE: Mapping[str, tuple[tuple[str, ...], str, str, str, str]] = {
    "en": (
        ("News", "World", "Politics", "Business", "Culture", "Sport", "Opinion"), "Log in|Subscribe",
        "We and our partners use cookies. You can accept all or manage your choices.",
        "Sign up to our newsletter: the morning in five minutes", "About us|Contact|Privacy policy|Terms",
    ),
    "de": (
        ("Nachrichten", "Politik", "Wirtschaft", "Kultur", "Sport", "Meinung"), "Anmelden|Abo",
        "Wir und unsere Partner verwenden Cookies. Alle akzeptieren oder Einstellungen.",
        "Newsletter abonnieren: der Morgen in fünf Minuten", "Impressum|Datenschutz|AGB|Kontakt",
    ),
    "fr": (
        ("Actualités", "Monde", "Politique", "Économie", "Culture", "Sport"), "Se connecter|S'abonner",
        "Nous et nos partenaires utilisons des cookies. Tout accepter ou paramétrer.",
        "Inscrivez-vous à la newsletter", "Mentions légales|Contact|Confidentialité",
    ),
    "es": (
        ("Noticias", "Internacional", "Política", "Economía", "Cultura", "Deportes"), "Iniciar sesión|Suscríbete",
        "Nosotros y nuestros socios usamos cookies. Aceptar todo o configurar.",
        "Suscríbete a nuestro boletín", "Aviso legal|Contacto|Privacidad",
    ),
    "it": (
        ("Cronaca", "Mondo", "Politica", "Economia", "Cultura", "Sport"), "Accedi|Abbonati",
        "Noi e i nostri partner usiamo i cookie. Accetta tutto o personalizza.",
        "Iscriviti alla newsletter", "Chi siamo|Contatti|Privacy",
    ),
    "nl": (
        ("Nieuws", "Buitenland", "Politiek", "Economie", "Cultuur", "Sport"), "Inloggen|Word abonnee",
        "Wij en onze partners gebruiken cookies. Alles accepteren of instellen.",
        "Meld u aan voor de nieuwsbrief", "Over ons|Contact|Privacy",
    ),
    "pl": (
        ("Wiadomości", "Świat", "Polityka", "Gospodarka", "Kultura", "Sport"), "Zaloguj się|Prenumerata",
        "My i nasi partnerzy używamy plików cookie. Zaakceptuj lub dostosuj.",
        "Zapisz się do newslettera", "O nas|Kontakt|Polityka prywatności",
    ),
    "pt": (
        ("Notícias", "Mundo", "Política", "Economia", "Cultura", "Esporte"), "Entrar|Assine",
        "Nós e nossos parceiros usamos cookies. Aceitar tudo ou configurar.",
        "Assine a nossa newsletter", "Quem somos|Contato|Privacidade",
    ),
    "ru": (
        ("Новости", "Мир", "Политика", "Экономика", "Культура", "Спорт"), "Войти|Подписка",
        "Мы используем файлы cookie. Продолжая, вы соглашаетесь с этим. Принять",
        "Подпишитесь на нашу рассылку", "О проекте|Контакты|Реклама",
    ),
    "uk": (
        ("Новини", "Світ", "Політика", "Економіка", "Культура", "Спорт"), "Увійти|Передплата",
        "Ми використовуємо файли cookie. Прийняти або налаштувати.",
        "Підпишіться на нашу розсилку", "Про нас|Контакти|Реклама",
    ),
    "be": (
        ("Навіны", "Свет", "Палітыка", "Эканоміка", "Культура", "Спорт"), "Увайсці|Падпіска",
        "Мы выкарыстоўваем файлы cookie. Прыняць", "Падпішыцеся на рассылку", "Пра нас|Кантакты|Рэклама",
    ),
    "bg": (
        ("Новини", "Свят", "Политика", "Икономика", "Култура", "Спорт"), "Вход|Абонамент",
        "Ние използваме бисквитки. Приемам", "Абонирайте се за бюлетина", "За нас|Контакти|Реклама",
    ),
    "cs": (
        ("Zprávy", "Svět", "Politika", "Ekonomika", "Kultura", "Sport"), "Přihlásit se|Předplatné",
        "My a naši partneři používáme cookies. Přijmout vše.", "Odebírejte náš newsletter", "O nás|Kontakt|Inzerce",
    ),
    "sv": (
        ("Nyheter", "Världen", "Politik", "Ekonomi", "Kultur", "Sport"), "Logga in|Prenumerera",
        "Vi och våra partner använder cookies. Godkänn alla.", "Få vårt nyhetsbrev", "Om oss|Kontakt|Integritet",
    ),
    "tr": (
        ("Haberler", "Dünya", "Siyaset", "Ekonomi", "Kültür", "Spor"), "Giriş Yap|Abone Ol",
        "Biz ve ortaklarımız çerez kullanıyoruz. Kabul et.", "Bültenimize abone olun", "Hakkımızda|İletişim|Gizlilik",
    ),
}  # fmt: skip


def site(
    lang: str, title: str, main: str, *, head: str = "", size: int = 40_000, teasers: int = 6, seed: int = 1
) -> bytes:
    """A page of a news site of about this size: menu, login link, cookie banner, teasers, newsletter, scripts."""
    menu, account, cookies, newsletter, footer = _NOISE[lang]
    log_in, subscribe = account.split("|")
    script = f'<script>window.__cfg=JSON.parse(\'{{"k":"{blob(size // 3, seed)}"}}\');</script>'
    items = "".join(f'<li><a href="/{i}/{name.lower()}">{name}</a></li>' for i, name in enumerate(menu))
    cards = "".join(
        f'<article class="card"><a href="/{i}/teaser-{blob(8, i)}"><img src="/i/{i}.jpg" alt=""><h3>{menu[i % len(menu)]}: '
        f"{menu[(i + 2) % len(menu)]} &amp; {menu[(i + 3) % len(menu)]} {2020 + i}</h3></a></article>"
        for i in range(teasers)
    )
    foot = "".join(f'<a href="/f/{i}">{name}</a>' for i, name in enumerate(footer.split("|")))
    page = f"""<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}
<script src="https://cdn.cookielaw.org/scripttemplates/otSDKStub.js" data-domain-script="x"></script>
<style>{".c-" + blob(size // 6, seed + 1)}{{color:#111}}</style>{script}</head>
<body class="site"><header><a class="logo" href="/"><img src="/logo.svg" alt="Example News"></a>
<nav><ul>{items}</ul></nav><div class="user"><a href="/login">{log_in}</a> <a href="/subscribe">{subscribe}</a></div>
<form class="search" action="/search"><input type="search" name="q"></form></header>
<main>{main}</main>
<aside class="most-read">{cards}</aside>
<section class="newsletter"><h2>{newsletter}</h2><form><input type="email" name="mail"><button>OK</button></form></section>
<footer>{foot}<p>© 2026 Example News</p></footer>
<div id="onetrust-banner-sdk" class="cookie-banner"><p>{cookies}</p></div>
<script>{blob(size // 3, seed + 2)}</script></body></html>"""
    return page.encode()
