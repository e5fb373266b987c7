# ruff: noqa: E501 - the markup stands as it is sent
"""Made-up pages that answer 200 where no article is: soft 404s, home pages, empty shells of applications."""

from newsmonitor.records import Announced
from newsroom.wallshells import TITLE, WallPage, announced, blob, site

_ARTICLE = "https://news.example/world/2026/08/grain-corridor-4711.html"


def _missing(
    name, lang, title, heading, words, *, held=False, size=50_000, feed=None, url=_ARTICLE, teasers=6
):
    main = f'<div class="error-page"><h1>{heading}</h1><p>{words}</p><a class="btn" href="/">⌂</a></div>'
    return WallPage(name=name, kind="soft_404", body=site(lang, title, main, size=size, teasers=teasers), url=url, held=held,
                    announced=announced(feed or TITLE))  # fmt: skip


_SOFT = (
    _missing("en-number", "en", "404 - Example News", "404", "The page you are looking for does not exist."),
    _missing("en-words", "en", "Page not found | Example News", "Page not found",
             "Sorry, we couldn't find the page you were looking for. It may have been moved or deleted."),
    _missing("en-oops", "en", "Example News", "Oops! That page can’t be found.",
             "It looks like nothing was found at this location. Maybe try a search?", held=True),
    _missing("en-removed", "en", "Article removed | Example News", "This article is no longer available",
             "The content you requested has expired or was removed.", held=True),
    _missing("de", "de", "Seite nicht gefunden – Beispiel", "Seite nicht gefunden",
             "Die von Ihnen gewünschte Seite existiert leider nicht (mehr).", feed="Minister einigen sich auf Korridor"),
    _missing("de-error", "de", "Fehler 404 | Beispiel", "Ups, da ist etwas schiefgelaufen",
             "Diese Seite konnte leider nicht gefunden werden.", held=True, feed="Minister einigen sich auf Korridor"),
    _missing("fr", "fr", "Page introuvable | Exemple", "Page introuvable", "La page que vous recherchez n'existe pas ou plus."),
    _missing("fr-error", "fr", "Erreur 404 - Exemple", "Oups !", "Cette page n'existe plus.", held=True),
    _missing("es", "es", "Página no encontrada - Ejemplo", "Lo sentimos", "La página que buscas no existe o ha cambiado de dirección."),
    _missing("it", "it", "Pagina non trovata | Esempio", "Pagina non trovata", "La pagina che stai cercando non esiste."),
    _missing("it-error", "it", "Esempio", "Errore 404: contenuto non disponibile", "Il contenuto è stato rimosso.", held=True),
    _missing("pl", "pl", "Nie znaleziono strony - Przykład", "Nie znaleziono strony", "Strona, której szukasz, nie istnieje."),
    _missing("nl", "nl", "Pagina niet gevonden | Voorbeeld", "Pagina niet gevonden", "De pagina die u zoekt bestaat niet (meer).", held=True),
    _missing("pt", "pt", "Página não encontrada - Exemplo", "Página não encontrada", "O conteúdo que procura não existe ou foi removido."),
    _missing("ru", "ru", "Страница не найдена — Пример", "Страница не найдена",
             "Возможно, она была удалена или вы ошиблись в адресе.", feed="Министры договорились о коридоре"),
    _missing("ru-error", "ru", "Ошибка 404 | Пример", "Такой страницы нет", "Запрашиваемая страница не существует или была удалена.",
             feed="Министры договорились о коридоре", held=True),
    _missing("ru-removed", "ru", "Материал удалён", "Материал не найден", "К сожалению, публикация удалена или перемещена.",
             feed="Министры договорились о коридоре"),
    _missing("uk", "uk", "Сторінку не знайдено | Приклад", "Сторінку не знайдено", "Можливо, її було видалено або адресу введено неправильно.",
             feed="Міністри домовилися про коридор"),
    _missing("uk-error", "uk", "Помилка 404", "На жаль, такої сторінки не існує", "Спробуйте скористатися пошуком.", held=True,
             feed="Міністри домовилися про коридор"),
    _missing("be", "be", "Старонка не знойдзена", "Старонка не знойдзена", "Магчыма, яна была выдаленая.", feed="Міністры дамовіліся"),
    _missing("bg", "bg", "Страницата не е намерена | Пример", "Страницата не е намерена", "Търсената от вас страница не съществува.",
             feed="Министрите се договориха", held=True),
    _missing("cs", "cs", "Stránka nenalezena | Příklad", "Stránka nenalezena", "Požadovaná stránka neexistuje nebo byla odstraněna.",
             feed="Ministři se dohodli"),
    _missing("sv", "sv", "Sidan kunde inte hittas | Exempel", "Sidan kunde inte hittas", "Sidan du söker finns inte längre.",
             feed="Ministrarna enades", held=True),
    _missing("tr", "tr", "Sayfa bulunamadı - Örnek", "Sayfa bulunamadı", "Aradığınız sayfa kaldırılmış veya taşınmış olabilir.",
             feed="Bakanlar anlaştı"),
    WallPage(name="bare-apache", kind="soft_404", url=_ARTICLE,
             body=b'<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n</head><body>\n'
             b"<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n"),
    WallPage(name="redirected-to-404", kind="soft_404", url="https://news.example/404?from=/world/4711", held=True,
             body=site("en", "Example News", "<p>Try one of these sections instead.</p>", size=40_000)),
)  # fmt: skip


def _front(
    name,
    lang,
    url,
    *,
    title="Example News: the news of the day",
    head="",
    held=False,
    feed=TITLE,
    feed_url=_ARTICLE,
    teasers=40,
):
    main = "<h1 class='sr'>Example</h1><section class='top'><p>Breaking news, analysis and pictures from all over the region.</p></section>"
    body = site(lang, title, main, head=head, size=50_000, teasers=teasers)
    return WallPage(
        name=name,
        kind="homepage",
        body=body,
        url=url,
        held=held,
        announced=Announced(url=feed_url, title=feed),
    )


_ROOT = '<link rel="canonical" href="https://news.example/"><meta property="og:url" content="https://news.example/"><meta property="og:type" content="website">'
_HOME = (
    _front("redirected-to-root", "en", "https://news.example/"),
    _front("redirected-to-language-root", "uk", "https://news.example/uk/", title="Новини дня", feed="Міністри домовилися про коридор"),
    _front("redirected-with-query", "de", "https://www.news.example/?utm_source=rss", title="Beispiel – Nachrichten", held=True,
           feed="Minister einigen sich auf Korridor"),
    _front("redirected-to-section", "en", "https://news.example/world/", title="World news - Example News"),
    _front("redirected-to-index", "ru", "https://news.example/index.php", title="Новости дня", feed="Министры договорились", held=True),
    _front("canonical-root", "fr", _ARTICLE, title="Exemple : toute l'actualité", head=_ROOT, feed="La nuit des neuf points"),
    _front("canonical-root-ru", "ru", _ARTICLE, title="Пример - новости", head=_ROOT, feed="Министры договорились о зерновом коридоре",
           held=True),
    _front("other-host-root", "es", "https://www.group.example/", title="Grupo Example", feed="La noche de los nueve puntos", held=True),
)  # fmt: skip


def _shell(name, body, *, held=False):
    page = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Example News</title><script defer src="/static/js/main.{blob(8)}.js"></script><link href="/static/css/main.css" rel="stylesheet"></head><body>{body}</body></html>'
    return WallPage(name=name, kind="script_only", body=page.encode(), url=_ARTICLE, held=held)


_SCRIPT_ONLY = (
    _shell("react", '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>'),
    _shell("vue", "<noscript><strong>We're sorry but news doesn't work properly without JavaScript enabled. Please enable it to "
           f'continue.</strong></noscript><div id=app></div><script>{blob(4000)}</script>', held=True),
    _shell("angular", f"<app-root></app-root><script>{blob(9000)}</script>"),
    _shell("nuxt", f'<div id="__nuxt"></div><script>window.__NUXT__={{}};{blob(30000)}</script>', held=True),
    _shell("x-like", '<div id="react-root"></div><noscript><div class="errorContainer"><h1>JavaScript is not available.</h1><p>We’ve detected '
           "that JavaScript is disabled in this browser. Please enable JavaScript or switch to a supported browser.</p></div></noscript>"),
    _shell("ru-app", '<div id="app"></div><noscript>Для работы сайта необходимо включить JavaScript.</noscript>', held=True),
)  # fmt: skip

MISSING = (*_SOFT, *_HOME, *_SCRIPT_ONLY)
