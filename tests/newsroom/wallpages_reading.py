# ruff: noqa: E501 - the markup stands as it is sent
"""Made-up pages of consent, paywall stubs and logins, after the real kinds in their languages."""

from newsroom.wallshells import TITLE, WallPage, announced, blob, site

_ARTICLE = "https://news.example/world/2026/08/grain-corridor-4711.html"


def _bare(lang, title, main, *, head="", script=12_000):
    """A page without the frame of the site."""
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}<style>{blob(script // 3, 1)}</style>'
        f'</head><body>{main}<script>{blob(script, 2)}</script></body></html>'
    ).encode()  # fmt: skip


def _page(kind, name, body, *, url=_ARTICLE, held=False, **more):
    return WallPage(name=name, kind=kind, body=body, url=url, held=held, **more)


_SP = '<script src="https://cdn.privacy-mgmt.com/unified/wrapperMessagingWithoutDetection.js"></script>'
_YAHOO = """<div id="consent-page" class="tos-consent"><div class="consent-container"><h1>Yahoo is part of the Yahoo family of brands</h1>
<p>When you use our sites and apps, we use cookies to: provide our sites and apps to you, authenticate users, apply security measures, and
prevent spam and abuse, and measure your use of our sites and apps. If you click 'Accept all', we and our partners, including 238 who are
part of the IAB Transparency &amp; Consent Framework, will also store and/or access information on a device (in other words, use cookies)
and use precise geolocation data and other personal data such as IP address and browsing and search data.</p>
<form method="post" class="consent-form"><button name="agree" value="agree">Accept all</button><button name="reject" value="reject">Reject
all</button><a href="/v2/partners">Manage privacy settings</a></form></div></div>"""
_GOOGLE = """<div role="main"><h1>Bevor Sie zu Google weitergehen</h1><p>Wir verwenden Cookies und Daten, um Google-Dienste anzubieten und zu
betreiben, Ausfälle zu prüfen und Maßnahmen gegen Spam, Betrug oder Missbrauch zu ergreifen.</p><p>Wenn Sie „Alle akzeptieren“ auswählen,
verwenden wir Cookies und Daten auch, um neue Dienste zu entwickeln.</p><form action="https://consent.google.com/save" method="POST"><input
type="submit" value="Alle ablehnen"></form><form action="https://consent.google.com/save" method="POST"><input type="submit"
value="Alle akzeptieren"></form></div>"""
_DPG = """<div class="pg-consent"><h1>Jouw privacy-instellingen</h1><p>De website maakt deel uit van DPG Media. Om je de beste ervaring te
bieden gebruiken wij en derden cookies en vergelijkbare technieken. Door op Akkoord te klikken ga je hiermee akkoord.</p><button
id="pg-accept-btn">Akkoord</button><button id="pg-configure-btn">Instellen</button></div>"""
_ZEIT = """<main class="consent"><h1>Lesen Sie news.example mit Werbung oder im Pur-Abo. Sie haben die Wahl.</h1><div class="option">
<h2>news.example mit Werbung</h2><p>Besuchen Sie news.example wie gewohnt mit Werbung und Tracking. Details zum Tracking finden Sie in der
Datenschutzerklärung und im Privacy Center.</p><button>Einverstanden</button></div><div class="option"><h2>news.example Pur-Abo</h2><p>Lesen
Sie news.example ohne Werbetracking im Pur-Abo für 1,99 € pro Woche.</p><a href="/pur">Zum Pur-Abo</a><p>Bereits Pur-Abonnent? Hier
anmelden.</p></div></main>"""
_GOLEM = """<article class="consent"><h1>Zustimmung erforderlich</h1><p>Besuchen Sie Example.de wie gewohnt mit Werbung und Tracking, indem Sie
der Nutzung aller Cookies zustimmen. Details zum Tracking finden Sie im Privacy Center.</p><button>Zustimmen und weiter</button><p>… oder
Example pur bestellen: Mit Example pur ab 3 Euro im Monat nutzen Sie die Seite ohne Analyse-Cookies, Banner- und Videowerbung.</p></article>"""
_STANDARD = """<div class="landing"><h1>Willkommen bei EXAMPLE</h1><p>Sie entscheiden darüber, wie Sie unsere Inhalte nutzen wollen. Ihr Gerät
erlaubt uns derzeit leider nicht, die entsprechenden Optionen anzuzeigen. Bitte deaktivieren Sie sämtliche Hard- und Software-Komponenten,
die in der Lage sind Teile unserer Website zu blockieren.</p><p>Sie haben ein PUR-Abo? Hier anmelden.</p></div>"""
_PUR_FR = """<div class="cmp-wall"><h1>Le respect de votre vie privée est notre priorité</h1><p>Avec votre accord, nos partenaires et nous
utilisons des cookies pour stocker et accéder à des informations personnelles. Vous pouvez accepter et accéder gratuitement au site, ou
refuser les cookies et vous abonner.</p><button>Accepter et continuer</button><button>Refuser et s'abonner</button><p>Déjà abonné ?
Connectez-vous</p></div>"""
_PUR_IT = """<div class="iubenda-wall"><h1>Gentile lettore, per continuare a leggere scegli</h1><p>Accetta i cookie di profilazione e continua
gratuitamente, oppure abbonati per leggere senza pubblicità. Noi e i nostri 840 partner archiviamo e accediamo a informazioni sul
dispositivo.</p><button>Accetta e continua</button><a href="/abbonati">Rifiuta e abbonati</a></div>"""
_PUR_ES = """<div id="didomi-notice"><h2>Tu privacy es importante para nosotros</h2><p>Con tu consentimiento, nosotros y nuestros 870 socios
usamos cookies o tecnologías similares para almacenar, acceder y procesar datos personales. Si prefieres no aceptar las cookies, puedes
suscribirte.</p><button>Aceptar y continuar</button><button>Rechazar y suscribirse</button></div>"""
_SEZNAM = """<div class="szn-cmp-dialog"><h1>Nastavení souhlasu s personalizací</h1><p>Na této stránce můžete udělit souhlas s využitím svých
osobních údajů. Díky Vašemu souhlasu budeme my a naši partneři moci zobrazovat obsah a reklamu podle Vašich zájmů.</p><button>Souhlasím
</button><button>Podrobné nastavení</button></div>"""
_WP_PL = """<div class="rodo"><h1>Szanujemy Twoją prywatność</h1><p>Klikając „Przejdź do serwisu”, zgadzasz się, aby my oraz nasi Zaufani Partnerzy
(IAB) przetwarzali Twoje dane osobowe w celach marketingowych, w tym do profilowania i analizy.</p><button>PRZEJDŹ DO SERWISU</button>
<button>Ustawienia zaawansowane</button></div>"""
_TRUSTE_BG = """<div class="wall"><h1>Вашата поверителност е важна за нас</h1><p>Ние и нашите партньори съхраняваме и осъществяваме достъп до
информация на устройство чрез бисквитки. За да продължите към сайта, моля, приемете.</p><button>Приемам и продължавам</button></div>"""

_CONSENT = (
    _page("consent", "yahoo", _bare("en", "Yahoo - a part of the Yahoo family of brands", _YAHOO),
          url="https://consent.yahoo.com/v2/collectConsent?sessionId=3_cc-session_x"),
    _page("consent", "google-de", _bare("de", "Bevor Sie zu Google weitergehen", _GOOGLE, script=40_000), held=True,
          url="https://consent.google.com/ml?continue=https://news.google.com/x&gl=DE"),
    _page("consent", "dpg-nl", _bare("nl", "DPG Media Privacy Gate", _DPG),
          url="https://myprivacy.dpgmedia.nl/consent?siteKey=x&callbackUrl=https%3A%2F%2Fnews.example%2Fprivacy-gate"),
    _page("consent", "zeit", _bare("de", "EXAMPLE ONLINE | Lesen Sie news.example mit Werbung oder im PUR-Abo. Sie haben die Wahl.", _ZEIT,
          head=_SP), url="https://www.zeit.example/zustimmung?url=https%3A%2F%2Fwww.zeit.example%2Fpolitik%2Fkorridor"),
    _page("consent", "golem", _bare("de", "Example.de: IT-News für Profis", _GOLEM, head=_SP), held=True,
          url="https://www.golem.example/sonstiges/zustimmung/auswahl.html?from=https%3A%2F%2Fwww.golem.example%2Fnews%2Fx.html"),
    _page("consent", "standard-at", _bare("de", "Willkommen bei EXAMPLE", _STANDARD, script=30_000),
          url="https://www.standard.example/consent/tcf/story/3000000231/korridor"),
    _page("consent", "cookie-wall-fr", _bare("fr", "Example.fr", _PUR_FR)),
    _page("consent", "cookie-wall-it", _bare("it", "Il Giornale di Example", _PUR_IT, script=50_000), held=True),
    _page("consent", "cookie-wall-es", site("es", "Diario Example", _PUR_ES, size=40_000, teasers=0)),
    _page("consent", "seznam-cs", _bare("cs", "Nastavení souhlasu s personalizací", _SEZNAM, script=20_000),
          url="https://cmp.seznam.example/nastaveni-souhlasu?service=novinky&return_url=https%3A%2F%2Fnews.example%2Fx"),
    _page("consent", "rodo-pl", _bare("pl", "Example Wiadomości", _WP_PL), held=True),
    _page("consent", "cookie-wall-bg", _bare("bg", "Вестник Пример", _TRUSTE_BG)),
    _page("consent", "ccpa-no-text", _bare("en", "Privacy settings",
          '<div id="app"></div><script src="https://app.usercentrics.eu/browser-ui/latest/loader.js" id="usercentrics-cmp"></script>'),
          url="https://consent.news.example/?return=https%3A%2F%2Fnews.example%2Fworld%2F4711", held=True),
)  # fmt: skip


def _linked(free):
    return (
        '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"' + TITLE
        + '","isAccessibleForFree":' + free + ',"hasPart":{"@type":"WebPageElement","isAccessibleForFree":' + free
        + ',"cssSelector":".paywall"}}</script>'
    )  # fmt: skip


def _stub(name, lang, title, lead, offer, *, stated=False, held=False, size=50_000, feed=None):
    main = f'<article><h1>{title}</h1><div class="body"><p>{lead}</p><div class="offer">{offer}</div></div></article>'
    head = _linked("false") if stated else ""
    return _page(
        "paywall",
        name,
        site(lang, f"{title} | Example", main, head=head, size=size),
        announced=announced(feed or title),
        held=held,
    )


_EN = (
    "ODESA — Talks in the port city ended at dawn with a paper of nine points, and with ministers who would not say which of them "
    "they had signed."
)
_DE = (
    "Die Gespräche in der Hafenstadt endeten im Morgengrauen mit einem Papier von neun Punkten. Welche davon gelten sollen, wollte "
    "keiner der Minister sagen."
)
_RU = "Переговоры в портовом городе завершились на рассвете документом из девяти пунктов. Какие из них подписаны, министры не сказали."
_UK = "Переговори в портовому місті завершилися на світанку документом із дев'яти пунктів. Які з них підписано, міністри не сказали."
_FR = "Les discussions dans la ville portuaire se sont achevées à l'aube sur un document de neuf points que personne n'a voulu commenter."
_ES = "Las conversaciones en la ciudad portuaria terminaron al amanecer con un documento de nueve puntos que nadie quiso comentar."
_PAYWALL = (
    _stub("stub-ld-en", "en", TITLE, _EN, "<p>This story is part of our premium coverage.</p>", stated=True),
    _stub("stub-phrase-en", "en", TITLE, _EN,
          "<h3>Subscribe to continue reading</h3><p>Get unlimited access for £1 a week.</p><p>Already a subscriber? Log in</p>"),
    _stub("stub-ft-en", "en", "Subscribe to read | Example Times", "Ministers agree on grain corridor",
          "<p>Try unlimited access. Only $1 for 4 weeks. Then $75 per month. Complete digital access to quality journalism on any device. "
          "Cancel anytime during your trial.</p><p>Explore our full range of subscriptions.</p>", held=True, feed=TITLE),
    _stub("stub-spiegel-de", "de", "Nacht der neun Punkte", _DE,
          "<h2>Weiterlesen mit EX+</h2><p>Mehr Perspektiven, mehr verstehen. Freier Zugang zu allen Artikeln. Jetzt Monatsabo für 1 € "
          "abschließen.</p><p>Sie haben bereits ein Abonnement? Hier anmelden</p>", stated=True),
    _stub("stub-faz-de", "de", "Nacht der neun Punkte", _DE, "<p>Jetzt weiterlesen. Mit dem passenden Abo haben Sie die wichtigsten "
          "Hintergründe immer im Blick. Dieser Artikel ist exklusiv für Abonnenten.</p>", held=True),
    _stub("stub-monde-fr", "fr", "La nuit des neuf points", _FR,
          "<p>Il vous reste 81.27% de cet article à lire. La suite est réservée aux abonnés.</p>"),
    _stub("stub-figaro-fr", "fr", "La nuit des neuf points", _FR, "<p>Cet article est réservé aux abonnés. Il vous reste 82 % à découvrir."
          "</p><p>Vous avez envie de lire la suite ? Débloquez tous les articles immédiatement.</p>", held=True),
    _stub("stub-ru", "ru", "Ночь девяти пунктов", _RU, "<p>Для чтения оформите подписку</p><p>Уже подписаны? Войти</p>"),
    _stub("stub-members-ru", "ru", "Ночь девяти пунктов", _RU,
          "<p>Полный текст доступен только подписчикам. Оформите подписку, чтобы читать дальше.</p>", held=True),
    _stub("stub-uk", "uk", "Ніч дев'яти пунктів", _UK, "<p>Щоб читати далі, передплатіть видання або увійдіть.</p>"),
    _stub("stub-members-uk", "uk", "Ніч дев'яти пунктів", _UK,
          "<p>Цей матеріал доступний лише для передплатників. Оформіть передплату від 99 грн на місяць.</p>", held=True),
    _stub("stub-be", "be", "Ноч дзевяці пунктаў", "Перамовы ў партовым горадзе скончыліся на світанні дакументам з дзевяці пунктаў.",
          "<p>Каб чытаць далей, аформіце падпіску.</p>"),
    _stub("stub-bg", "bg", "Нощта на деветте точки", "Преговорите в пристанищния град приключиха призори с документ от девет точки.",
          "<p>Тази статия е достъпна само за абонати. За да прочетете целия текст, абонирайте се.</p>"),
    _stub("stub-es", "es", "La noche de los nueve puntos", _ES, "<p>Suscríbete para seguir leyendo</p><p>¿Ya eres suscriptor? Inicia sesión</p>"),
    _stub("stub-exclusive-es", "es", "La noche de los nueve puntos", _ES, "<p>Contenido exclusivo para suscriptores. Lee sin límites por 1 € "
          "el primer mes.</p>", held=True),
    _stub("stub-it", "it", "La notte dei nove punti", "I colloqui nella città portuale sono finiti all'alba con un documento di nove punti.",
          "<p>Questo contenuto è riservato agli abbonati</p><p>Sei già abbonato? Accedi</p>"),
    _stub("stub-pl", "pl", "Noc dziewięciu punktów", "Rozmowy w portowym mieście skończyły się o świcie dokumentem z dziewięciu punktów.",
          "<p>Dalsza część artykułu jest dostępna tylko dla prenumeratorów. Pozostało jeszcze 87% artykułu.</p>"),
    _stub("stub-wyborcza-pl", "pl", "Noc dziewięciu punktów", "Rozmowy w portowym mieście skończyły się o świcie.",
          "<p>Czytaj ten tekst i setki innych dzięki prenumeracie. Masz już prenumeratę? Zaloguj się</p>", held=True),
    _stub("stub-nl", "nl", "De nacht van de negen punten", "De gesprekken in de havenstad eindigden bij zonsopgang met een document.",
          "<p>Verder lezen? Dit artikel is exclusief voor abonnees. Word abonnee vanaf € 1 per week.</p><p>Al abonnee? Inloggen</p>"),
    _stub("stub-sv", "sv", "Natten med nio punkter", "Samtalen i hamnstaden slutade i gryningen med ett papper i nio punkter.",
          "<p>Vill du läsa hela artikeln? Bli prenumerant för 1 kr första månaden. Redan prenumerant? Logga in</p>", held=True),
    _stub("stub-cs", "cs", "Noc devíti bodů", "Jednání v přístavním městě skončila za úsvitu dokumentem o devíti bodech.",
          "<p>Tento článek je dostupný pouze pro předplatitele. Zbývá vám přečíst 78 % článku.</p>"),
    _stub("stub-tr", "tr", "Dokuz maddelik gece", "Liman kentindeki görüşmeler şafakta dokuz maddelik bir belgeyle sona erdi.",
          "<p>Devamını okumak için abone olun. Zaten abone misiniz? Giriş yapın</p>", held=True),
    _stub("stub-pt", "pt", "A noite dos nove pontos", "As conversas na cidade portuária terminaram ao amanhecer com um documento.",
          "<p>Este conteúdo é exclusivo para assinantes. Já é assinante? Faça login</p>"),
    _stub("stub-no", "sv", "Natten med ni punkter", "Samtalene i havnebyen endte ved daggry med et papir på ni punkter.",
          "<p>Denne artikkelen er forbeholdt abonnenter. Kjøp abonnement for å lese videre.</p>"),
    _stub("stub-fi", "sv", "Yhdeksän kohdan yö", "Neuvottelut satamakaupungissa päättyivät aamunkoitteessa yhdeksän kohdan paperiin.",
          "<p>Tämä artikkeli on vain tilaajille. Tilaa ja jatka lukemista.</p>", held=True),
    _stub("stub-substack", "en", TITLE, _EN, "<h2>This post is for paid subscribers</h2><p>Already a paid subscriber? Sign in</p>"),
    _stub("stub-register-en", "en", TITLE, _EN, "<h2>Register for free to continue reading</h2><p>Create an account to read 3 articles a "
          "month.</p>", held=True),
)  # fmt: skip


def _form(user, password, button, *, has_password=True):
    field = (
        f'<label>{password}</label><input type="password" name="password" autocomplete="current-password">'
        if has_password
        else ""
    )
    return (
        f'<form method="post" action="/session"><label>{user}</label><input type="email" name="username" autocomplete="username">{field}'
        f'<button type="submit">{button}</button></form>'
    )  # fmt: skip


_LOGIN = (
    _page("login", "wordpress", _bare("en-US", "Log In &lsaquo; Example News &#8212; WordPress",
          '<div id="login"><h1><a href="https://wordpress.org/">Powered by WordPress</a></h1><form name="loginform" id="loginform" '
          'action="/wp-login.php" method="post"><label for="user_login">Username or Email Address</label><input type="text" name="log">'
          '<input type="password" name="pwd"><input type="submit" value="Log In"></form><p id="nav"><a href="#">Lost your password?</a></p>'
          "</div>", script=6_000), url="https://news.example/wp-login.php?redirect_to=https%3A%2F%2Fnews.example%2Fworld%2F4711"),
    _page("login", "site-en", site("en", "Sign in | Example Times", "<h1>Sign in to your account</h1>" + _form("Email", "Password", "Sign in")
          + '<p>New here? <a href="/register">Create an account</a>. <a href="/forgot">Forgot your password?</a></p>'),
          url="https://news.example/account/signin?return=/world/4711"),
    _page("login", "same-url-ru", site("ru", "Вход | Пример", "<h1>Вход на сайт</h1>" + _form("Электронная почта", "Пароль", "Войти")
          + "<p>Забыли пароль? Регистрация</p>"), announced=announced("Министры договорились о зерновом коридоре"), held=True),
    _page("login", "uk", site("uk", "Увійти — Приклад", "<h1>Вхід</h1>" + _form("Електронна пошта", "Пароль", "Увійти")),
          announced=announced("Міністри домовилися про зерновий коридор"), url="https://news.example/auth/login?next=%2Fworld%2F4711"),
    _page("login", "meine-de", _bare("de", "Anmelden | EXAMPLE ONLINE", "<h1>Anmelden</h1>" + _form("E-Mail-Adresse", "Passwort", "Anmelden")
          + "<p>Sie haben noch kein Konto? Jetzt registrieren. Passwort vergessen?</p>"),
          url="https://meine.news.example/anmelden?url=https%3A%2F%2Fnews.example%2Fx&entry_service=sonstige", held=True),
    _page("login", "two-steps-fr", _bare("fr", "Connexion - Example", "<h1>Se connecter</h1>" + _form("Adresse e-mail", "", "Continuer",
          has_password=False)), url="https://secure.news.example/sfuser/connexion?redirect=x"),
    _page("login", "auth0-nl", _bare("nl", "Inloggen", "<h1>Inloggen</h1>" + _form("E-mailadres", "", "Doorgaan", has_password=False),
          script=30_000), url="https://login.news.example/u/login/identifier?state=x", held=True),
    _page("login", "shell-only", _bare("en", "Sign in to your account", '<div id="root"></div>', script=60_000),
          url="https://login.microsoftonline.com/common/oauth2/authorize?client_id=x"),
    _page("login", "facebook", _bare("en", "Facebook – log in or sign up", "<h2>Example</h2><p>Log in to Facebook to start sharing and "
          "connecting with your friends.</p>" + _form("Email or phone", "Password", "Log in"), script=50_000),
          url="https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Fpage%2Fposts%2F1"),
    _page("login", "authwall", _bare("en", "Sign Up | LinkedIn", "<h1>Join LinkedIn</h1>" + _form("Email", "Password", "Agree & Join")),
          url="https://www.linkedin.com/authwall?trk=x&sessionRedirect=https%3A%2F%2Fx", held=True),
    _page("login", "pl", site("pl", "Logowanie - Example", "<h1>Zaloguj się</h1>" + _form("E-mail", "Hasło", "Zaloguj")),
          announced=announced("Ministrowie uzgodnili korytarz zbożowy"), url="https://konto.news.example/logowanie?ref=x"),
    _page("login", "sv", site("sv", "Logga in", "<h1>Logga in</h1>" + _form("E-post", "Lösenord", "Logga in")), held=True,
          announced=announced("Ministrarna enades om spannmålskorridor")),
    _page("login", "es", site("es", "Iniciar sesión | Example", "<h1>Inicia sesión</h1>" + _form("Correo", "Contraseña", "Entrar")),
          announced=announced("Acuerdo sobre el corredor"), url="https://news.example/usuarios/acceso?volver=/x"),
)  # fmt: skip

READING = (*_CONSENT, *_PAYWALL, *_LOGIN)
