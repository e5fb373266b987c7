# ruff: noqa: E501 - the markup stands as it is sent
"""Made-up answers that are no walls, though much in them looks like one."""

from newsmonitor.records import Announced
from newsroom.wallshells import TITLE, WallPage, announced, blob, paragraphs, site

_URL = "https://news.example/tech/2026/08/behind-the-wall-4712.html"
_LONG = paragraphs(
    "The outage began shortly after nine in the morning, and for two hours a tenth of the web could not be reached.",
    "Engineers said that a rule meant to keep out robots had been sent to every data centre at once.",
    "Readers saw a page that asked them to verify that they are human, and then asked again.",
    count=14,
)
_FLASH = (
    "<p>ODESA — The first ship left the port on Tuesday at noon, the ministry said. It carries 26,000 tonnes of maize.</p>"
    "<p>The crew is well.</p>"
)


def _ordinary(
    name, title, main, *, lang="en", feed=None, url=_URL, feed_url=None, head="", size=40_000, **more
):
    body = site(
        lang, f"{title} | Example News", f"<article><h1>{title}</h1>{main}</article>", head=head, size=size
    )
    said = announced(feed or title, feed_url or url)
    return WallPage(name=name, kind=None, body=body, url=url, announced=said, **more)


def _small(name, title, main, extra):
    """A page without the frame of a site, small and almost without links, as text-only and amp pages are."""
    body = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>{main}{extra}</body></html>"
    return WallPage(name=name, kind=None, body=body.encode(), url=_URL, announced=announced(title, _URL))


_LOGIN_BOX = '<form class="header-login" action="/login"><input name="user"><input type="password" name="password"><button>Log in</button></form>'
_LINKED = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"%s","isAccessibleForFree":%s,"articleBody":"%s"}</script>'
_CARDS = "".join(
    f'<div class="card"><h3>Analysis {i}</h3><span>For subscribers</span><span>Exclusivo para suscriptores</span></div>'
    for i in range(8)
)

ORDINARY = (
    _ordinary("about-cloudflare", "Just a moment: Cloudflare outage takes a tenth of the web", _LONG),
    _ordinary("about-access", "Access denied: why reporters cannot enter the city", _LONG),
    _ordinary("access-flash", "Access denied – reporters turned away at the border", _FLASH),
    _small("access-flash-small", "Access denied: reporters turned away at the border", _FLASH, ""),
    _ordinary("about-captcha", "Are you a robot? How captchas took over the web",
              _LONG + "<p>Most of them come from captcha-delivery.com, or show a px-captcha.</p>"),
    _ordinary("about-paywalls", "“Subscribe to continue reading”: what paywalls did to news", _LONG
              + "<p>“Already a subscriber? Log in”, says the box below.</p>"),
    _ordinary("about-login-walls", "Sign in: the login wall is back", _LONG, url="https://news.example/tech/login-walls"),
    _ordinary("about-404", "404: how an error became a word", _LONG),
    _ordinary("about-404-flash", "Page not found: ministry takes report off the web",
              "<p>The ministry took the report off its site on Monday. Who opens the link reads “page not found”.</p>"),
    _ordinary("about-404-flash-ru", "«Страница не найдена»: министерство удалило отчёт",
              "<p>Министерство в понедельник удалило отчёт со своего сайта. По ссылке открывается «страница не найдена».</p>", lang="ru"),
    _ordinary("about-block-flash-ru", "Доступ к сайту ограничен: Роскомнадзор заблокировал издание",
              "<p>Роскомнадзор заблокировал сайт издания в понедельник. Издание недоступно в стране без VPN.</p>", lang="ru"),
    _ordinary("about-consent", "Cookie banners: regulator says that “accept all” is not consent",
              "<p>The regulator said that a button “accept all” beside a hidden “reject” is no consent. We asked the partners of the "
              "framework how they store personal data on a device; none would say.</p>" + _LONG),
    _ordinary("about-consent-flash", "Court: pay or consent is legal",
              "<p>Publishers may ask readers to accept cookies or to subscribe, a court said on Monday.</p><p>The case was about advertising "
              "and tracking.</p>", url="https://news.example/law/consent-ruling"),
    _ordinary("consent-decree", "Police and city sign consent decree", _FLASH, url="https://news.example/us/consent-decree-police"),
    _ordinary("flash", "First ship leaves port", _FLASH),
    _ordinary("flash-subscribers-box", "First ship leaves port", _FLASH + "<aside>Already a subscriber? Log in</aside>"),
    _ordinary("flash-cards", "First ship leaves port", _FLASH + _CARDS),
    _ordinary("flash-de", "Erstes Schiff verlässt den Hafen", "<p>Das erste Schiff hat am Dienstag den Hafen verlassen.</p>"
              "<p>An Bord sind 26.000 Tonnen Mais.</p>", lang="de"),
    _ordinary("flash-uk", "Перше судно вийшло з порту", "<p>Перше судно вийшло з порту у вівторок опівдні, повідомило міністерство. "
              "На борту 26 тисяч тонн кукурудзи.</p>", lang="uk"),
    _ordinary("paid-but-whole", TITLE, _LONG + "<div class='offer'>Subscribe to continue reading</div>",
              head=_LINKED % (TITLE, "false", "")),
    _ordinary("paid-but-whole-in-ld", TITLE, "<p>Talks ended at dawn.</p>",
              head=_LINKED % (TITLE, "false", "The talks in the port city ended at dawn with a paper of nine points. " * 40)),
    _ordinary("free-with-hidden-offer", TITLE, _FLASH + "<div hidden>Subscribe to continue reading</div>", head=_LINKED % (TITLE, "true", "")),
    _ordinary("login-box", TITLE, _LOGIN_BOX + _LONG),
    _ordinary("login-box-flash", "First ship leaves port", _LOGIN_BOX + _FLASH),
    _ordinary("comment-captcha", "First ship leaves port", _FLASH + '<form class="comment"><textarea></textarea><div class="g-recaptcha" '
              'data-sitekey="x"></div></form><script src="https://www.google.com/recaptcha/api.js"></script>'),
    _small("cloudflare-jsd", "First ship leaves port", _FLASH, "<script>(function(){window.__CF$cv$params={r:'8f',t:'MTcy'};var a="
           "document.createElement('script');a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js';})();</script>"),
    _small("incapsula-sensor", "First ship leaves port", _FLASH,
           '<script type="text/javascript" src="/_Incapsula_Resource?SWJIYLWA=719d34d31c8e3a6e6fffd425f7e032f3&ns=2&cb=1" async></script>'),
    _small("f5-sensor", "First ship leaves port", _FLASH, f'<script type="text/javascript" src="/TSPD/08d1a5a2beab2000{blob(40)}?type=18"></script>'),
    _small("perimeterx-sensor", "First ship leaves port", _FLASH, "<script>window._pxAppId='PXabc';</script>"),
    _small("datadome-sensor", "First ship leaves port", _FLASH,
           "<script>window.ddjskey='x';</script><script src='https://js.datadome.co/tags.js'></script>"),
    _small("waf-sdk", "First ship leaves port", _FLASH, "<script src='https://9b7d.edge.sdk.awswaf.com/9b7d/x/challenge.compact.js'></script>"),
    _small("turnstile-comments", "First ship leaves port", _FLASH, "<form><textarea></textarea><div class='cf-turnstile'></div></form>"
           "<script src='https://challenges.cloudflare.com/turnstile/v0/api.js'></script>"),
    _small("access-headline-small", "Access denied: reporters turned away at the border for a third day in a row",
           "<p>The ministry spoke of suspicious activity.</p>", ""),
    _small("small-ddos-flash-ru", "Сайт банка подвергся DDoS-атаке", "<p>Сайт банка в понедельник подвергся DDoS-атаке и был недоступен.</p>", ""),
    _small("small-captcha-flash", "Captcha maker sold", "<p>The maker of a captcha that asks if you are human was sold on Monday.</p>", ""),
    _small("small-country-flash", "Ministry blocks app", "<p>The app is no longer available in the country. Its maker says access was restricted.</p>", ""),
    _ordinary("subscription-flash", "Newspaper raises price of its subscription", "<p>Readers will pay 12 euros a month to read the paper from May."
              "</p><p>A subscription to read on Sundays costs 3 euros more.</p>"),
    _ordinary("telegram-flash-ru", "Судно вышло из порта", "<p>Первое судно вышло из порта во вторник.</p><p>Подпишитесь на наш телеграм-канал, "
              "чтобы читать новости первыми</p>", lang="ru"),
    _ordinary("newsletter-flash-de", "Schiff verlässt Hafen", "<p>Das erste Schiff hat am Dienstag den Hafen verlassen.</p><p>Abonnieren Sie "
              "unseren Newsletter und lesen Sie mehr</p>", lang="de"),
    _ordinary("rewritten-headline", "Grain leaves the port again", _FLASH, feed="First ship since July"),
    _ordinary("named-404-media", "Phone makers share data", _LONG, head='<meta property="og:site_name" content="404 Media">'),
    _ordinary("video", "Ship leaves port – video", "<video src='/v.mp4'></video><p>The first ship leaves.</p>"),
    _ordinary("gallery", "In pictures: the port at dawn", "<figure><img src='/1.jpg'><figcaption>The port.</figcaption></figure>" * 6),
    _ordinary("moved-address", "First ship leaves port", _FLASH, url="https://news.example/2026/08/06/first-ship-leaves-port",
              feed_url="https://feeds.example/~r/news/~3/AbC123/"),
    _ordinary("short-address", "First ship leaves port", _FLASH, url="https://news.example/ships",
              feed_url="https://news.example/ships/2026/08/first-ship-leaves-port-4711"),
    _ordinary("address-in-query", "First ship leaves port", _FLASH, url="https://news.example/?p=4711"),
    _ordinary("canonical-root-by-mistake", "First ship leaves port", _LONG,
              head='<link rel="canonical" href="https://news.example/"><meta property="og:type" content="website">'),
    _ordinary("live-post", "Ship leaves: live", _LONG, feed="Minister: we shall see", url="https://news.example/live/port",
              feed_url="https://news.example/live/port/2026-08-06-1423", head='<meta property="og:type" content="article">'),
    _ordinary("app-with-linked-data", TITLE, "", head=_LINKED % (TITLE, "true", "The talks ended at dawn with nine points. " * 30)),
    _ordinary("region-flash", "Not available in your region: US sites still shut out Europe",
              "<p>Eight years after the regulation many American papers still answer readers in the European Union with a refusal.</p>"),
    WallPage(name="nothing-announced", kind=None, announced=Announced(), url=_URL,
             body=site("en", "Access denied | Example News", "<article><h1>Access denied</h1>" + _LONG + "</article>")),
    WallPage(name="front-page-asked-for", kind=None, announced=Announced(), url="https://news.example/",
             body=site("en", "Example News", "<h1>Example News</h1>", teasers=60)),
    WallPage(name="empty", kind=None, body=b""),
    WallPage(name="not-html", kind=None, body=b"%PDF-1.7\n" + bytes(range(256)) * 40, headers={"content-type": "application/pdf"}),
    WallPage(name="a-feed", kind=None, body=b"<?xml version='1.0'?><rss version='2.0'><channel><title>Just a moment</title></channel></rss>"),
    WallPage(name="nginx-403", kind=None, status=403, headers={"server": "nginx"}, body=b"<html><head><title>403 Forbidden</title></head>"
             b"<body><center><h1>403 Forbidden</h1></center><hr><center>nginx</center></body></html>"),
    WallPage(name="nginx-404", kind=None, status=404, headers={"server": "cloudflare", "cf-ray": "8f"}, body=b"<html><head><title>404 Not "
             b"Found</title></head><body><center><h1>404 Not Found</h1></center><hr><center>nginx</center></body></html>"),
    WallPage(name="cloudflare-522", kind=None, status=522, headers={"server": "cloudflare"}, body=b"<!DOCTYPE html><html><head><title>"
             b"news.example | 522: Connection timed out</title></head><body><div id='cf-wrapper'><div id='cf-error-details'><h1>Connection "
             b"timed out <span>Error code 522</span></h1><p>Visit cloudflare.com for more information.</p></div></div></body></html>"),
    WallPage(name="maintenance-503", kind=None, status=503, body=b"<html><head><title>We'll be back soon</title></head><body><h1>Down for "
             b"maintenance</h1><p>Please try again in a few minutes.</p></body></html>"),
    WallPage(name="api-error", kind=None, status=403, headers={"content-type": "application/json"}, body=b'{"error":"forbidden"}'),
)  # fmt: skip
