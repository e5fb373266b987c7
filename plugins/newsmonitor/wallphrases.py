"""In what words walls speak, language by language. Pure: patterns over folded text, all of them linear.

Folded means as `folded` makes it: small letters, one kind of apostrophe, single spaces. Where a phrase could
stand in an article as well, it is the caller who asks only titles, short texts and the ends of texts for it.
"""

import re

# Not str.translate: on text that is not ASCII it takes ten times as long.
# The last is what casefold leaves of a Turkish capital I with a dot.
_ALIKE = (("’", "'"), ("ʼ", "'"), ("‘", "'"), ("ё", "е"), ("…", "..."), ("\u0307", ""))
_SENTENCE = re.compile(r"[.!…](?=\s|$)|\s[|•]\s|\n")
# An offer, a refusal, a request is a short sentence.
_LONGEST = 220
_PARTS = re.compile(r"\s[|\-–—:·•»›‹>/~]\s|\s?[|»›‹:]\s?|\s[–—]|\.\.\.$")


def folded(text: str | None) -> str:
    """The text as the patterns here expect it."""
    found = (text or "").casefold()
    for letter, usual in _ALIKE:
        found = found.replace(letter, usual)
    return " ".join(found.split())


def parts(title: str) -> list[str]:
    """A folded title as the pieces that sites put into one: "log in", "example news"."""
    return [part.strip(" .!?-–—") for part in _PARTS.split(title) if part.strip(" .!?-–—")]


def said_together(text: str, *kinds: re.Pattern[str]) -> str | None:
    """The first sentence of a folded text in which each of these is found: phrases differ, their words do not."""
    for sentence in _SENTENCE.split(text):
        if len(sentence) <= _LONGEST and all(kind.search(sentence) for kind in kinds):
            return sentence.strip()[:80]
    return None


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


# A title, or a piece of one, that is nothing but this.
CHECK_TITLES = _any(
    r"just a moment|(?:einen|nur einen) (?:moment|augenblick)(?:,? bitte)?|un (?:momento|instant|attimo)|"
    r"um momento",
    r"(?:eén|een) moment(?: geduld)?|chwileczk[eę]|jeszcze chwila|один момент|одну (?:минут|секунд|"
    r"хвилин)\w{1,3}",
    r"зачекайте|подождите|почакайте|хвилинку|секундочку|пожалуйста,? подождите|будь ласка,? зачекайте|"
    r"моля,? изчакайте",
    r"bir (?:dakika|saniye)(?: lütfen)?|lütfen bekleyin|okamžik,? prosím|chvilku strpení|ett ögonblick|vänta",
    r"(?:one|just one) moment,? please|please wait|please stand by|hold on|loading|загрузка",
    r"attention required!?|access (?:to this page )?(?:has been |is )?(?:denied|blocked|restricted)|blocked",
    r"zugriff (?:verweigert|gesperrt)|acc[eè]s (?:refus[eé]|interdit|bloqu[eé])|acceso (?:denegado|"
    r"bloqueado)",
    r"accesso (?:negato|bloccato)|acesso (?:negado|bloqueado)|toegang geweigerd|odmowa dost[eę]pu|"
    r"przystup odepřen",
    r"доступ (?:запрещ[её]н|заборонено|забаронены|заблокирован|заблоковано)|достъпът е (?:отказан|забранен)",
    r"přístup (?:odepřen|zamítnut|odmítnut)|åtkomst nekad|erişim (?:engellendi|reddedildi)|adgang n[eæ]g?tet",
    r"are you a (?:robot|human)|pardon our interruption|(?:human|bot|security|browser|"
    r"client) (?:verification|challenge|check)",
    r"challenge validation|verify(?:ing)? (?:that )?you are (?:a )?human|you are being redirected|"
    r"ddos-guard|radware captcha page",
    r"making sure you're not a bot|robot challenge screen|checking your browser|security checkpoint|"
    r"vercel security checkpoint|captcha|robot check",
    r"request (?:rejected|blocked)|the request could not be satisfied|(?:error|http) ?(?:403|429|1020|"
    r"1015)|403 forbidden|forbidden",
    r"too many requests|rate limit(?:ed| exceeded)|pagina de verificacion|bot or not",
    r"sicherheits(?:abfrage|überprüfung|prüfung|check)|v[eé]rification de s[eé]curit[eé]|"
    r"v[eé]rification(?: en cours)?",
    r"verificaci[oó]n de seguridad|verifica di sicurezza|verifica(?:ção|cao) de segurança|"
    r"beveiligingscontrole",
    r"weryfikacja(?: bezpieczeństwa)?|bezpečnostní (?:kontrola|ověření)|säkerhetskontroll|"
    r"güvenlik (?:doğrulaması|kontrolü)",
    r"провер(?:ка|яем)(?: вашего| ваш)? (?:браузера?|безопасности)|перевір(?:ка|яємо)(?: вашого|"
    r" ваш)? (?:браузера?|безпеки)",
    r"праверка(?: вашага)? браўзера|проверка(?:та)? на (?:браузъра|сигурността)|"
    r"проверка,? что вы не робот|вы не робот|ви не робот",
    r"(?:подождите, )?идет проверка|(?:зачекайте, )?триває перевірка|(?:это )?не робот|антибот|antibot|"
    r"stormwall ddos protection",
)
# What such a page asks or says. It speaks to its reader; an article that quotes it has more words than that.
CHECK_WORDS = _any(
    r"(?:verify|verifying|confirm|prove|make sure|let us know|check(?:ing)? (?:if|"
    r"that)?)\s?(?:that )?you(?:'re| are) (?:not a (?:ro)?bot|(?:a )?human|real)",
    r"you are (?:not )?a (?:ro)?bot|not a robot|made us think (?:that )?you (?:are|were) a bot|"
    r"are you a (?:robot|human)",
    r"check(?:ing)? your browser|verifying your browser|browser (?:check|verification)|security (?:check|"
    r"verification|service)",
    r"enable (?:javascript|js) and (?:cookies|disable)|(?:javascript und cookies|"
    r"javascript et (?:les cookies|désactiver)|javascript y (?:cookies|las cookies)) ",
    r"unusual (?:traffic|activity|requests) (?:from|in|coming)|you (?:have been|were|"
    r"are) (?:temporarily )?(?:blocked|rate limited)",
    r"complete the (?:security|challenge)|press (?:&|and) hold|the request is blocked|"
    r"(?:access to this (?:page|site)|your access) (?:has been|is) (?:denied|blocked|limited)",
    r"your request is being verified|part of this site couldn't load|this process is automatic|"
    r"protect itself from online attacks",
    r"(?:kein|keine) (?:ro)?boter? (?:sind|bist)|sie (?:ein|kein) (?:mensch|roboter)|"
    r"ihre[nr]? browser (?:wird|überprüf)|ungewöhnliche(?:r|n)? (?:datenverkehr|aktivität)",
    r"(?:pas|êtes) (?:un|humain)\w{0,4} ?robot|trafic inhabituel|êtes humain",
    r"no eres un robot|eres humano|no es un robot|tr[aá]fico inusual|actividad inusual",
    r"non sei un robot|sei (?:un )?uman|traffico (?:insolito|anomalo)|não é um robô|você é humano|"
    r"tráfego incomum",
    r"geen robot|een mens bent|ongebruikelijk verkeer|nie jeste[sś] robotem|jesteś człowiekiem|"
    r"nietypowy ruch",
    r"не робот|не бот|вы человек|ви людина|необычн\w+ (?:много )?(?:запрос|трафик|активност)|"
    r"незвичн\w+ (?:трафік|активн|запит)",
    r"провер\w+ (?:вашего |ваш |на |безопасности )?(?:браузер|подключени|соединени)|"
    r"перевір\w+ (?:вашого |ваш )?(?:браузер|з'єднан)|похожи на автоматическ",
    r"защит[аыу] (?:сайта )?от (?:ddos|бот)|захист\w* (?:сайту )?від (?:ddos|бот)",
    r"не сте робот|сте човек|nejste robot|jste člověk|neobvykl\w+ provoz|inte (?:är )?en robot|"
    r"är (?:en )?människa|ovanlig trafik",
    r"robot olmadığınızı|insan olduğunuzu|olağan ?dışı (?:trafik|etkinlik)|tarayıcınız\w* (?:kontrol|"
    r"doğrula)",
)
# What a refusal says as well as an article about one: only beside another sign.
CHECK_HINTS = _any(
    r"automat(?:ed|ion) (?:tools|requests|traffic|access)|suspicious activity|unusual (?:traffic|"
    r"activity)|too many requests|request (?:is )?blocked",
    r"(?:ray|incident|support|reference|block|request|event) ?(?:id|#|number)|reference\W{0,3}#|"
    r"permission to access|error code 10\d\d|your ip|ваш\w* ip",
    r"access (?:has been |is )?(?:denied|blocked|limited)|ddos|captcha|java ?script|\benable js\b|"
    r"джаваскрипт",
    r"(?:reference|référence|referencia|código|riferimento|referentie|"
    r"referenz)\w*\W{1,3}(?:de referencia |code )?#?\d",
)
# Challenges ask for it, and so does every application that is written in it.
SCRIPT_WORDS = re.compile(r"java ?script|\benable js\b|джаваскрипт")
# What a page that refuses a place says; the plainer ones stand in articles, too, so ask only pages of few words.
PLACE_WORDS = _any(
    r"(?:not|un)[ -]?available (?:in|from|for|to) (?:your (?:country|region|location|area)|(?:readers|"
    r"visitors|users) (?:in|from|outside)|most european)",
    r"(?:country|region|location) (?:or region )?(?:your ip address is in|is (?:blocked|not (?:supported|"
    r"allowed)))|access from your (?:country|region|area|location)",
    r"unavailable (?:due to|for) legal reasons|european economic area|general data protection regulation|"
    r"currently unavailable in (?:most|the) (?:european|eu)",
    r"(?:outside|within) (?:of )?(?:the )?(?:european union|eea|eu|uk|united states)[^.]{0,60}(?:access|"
    r"available|view)",
    r"(?:in|aus) (?:ihrem land|ihrer region|deinem land) nicht (?:verfügbar|zugänglich|erreichbar)|"
    r"(?:pas|plus|non) (?:disponible|accessible) dans votre (?:pays|r[eé]gion)",
    r"no (?:est[aá] )?disponible en (?:tu|su) (?:pa[ií]s|regi[oó]n)|non (?:è )?disponibile nel (?:tuo|"
    r"vostro|suo) paese|não (?:está )?disponível (?:em|no) (?:sua|seu) (?:região|país)",
    r"niet beschikbaar in (?:uw|jouw|je) (?:land|regio)|niedostępn\w+ w (?:twoim|państwa) (?:kraju|regionie)",
    r"недоступ\w+ (?:в|из|для) ваше\w+ (?:стран|регион)\w*|(?:в|из|для) ваше\w+ (?:стран|"
    r"регион)\w* (?:сайт )?(?:не ?доступ|огранич|закрыт)\w*",
    r"доступ (?:к сайту |к информационному ресурсу |к ресурсу )?(?:из вашей страны |"
    r"с вашего региона )?(?:ограничен|закрыт|заблокирован)",
    r"недоступн\w+ (?:у|в|з|для) ваш\w+ (?:країн|регіон)\w*|"
    r"доступ (?:до сайту )?(?:з вашої країни )?обмежено|недаступн\w+ (?:у|ў) вашай краін\w*",
    r"не (?:е )?достъп\w+ (?:във?|за) ваша(?:та)? (?:страна|държава)|ve vaší zemi (?:není|nedostupn)|"
    r"(?:inte|ikke) tillgänglig\w* i (?:ditt|din)",
    r"(?:ülkenizde|bölgenizde|bulunduğunuz (?:ülke|bölge)\w*) (?:\w+ )?(?:kullanılam|erişilem|mevcut değil)",
)

_PAGES = (
    "page|article|story|content|post|document|file|resource|url|link|seite|artikel|inhalt|beitrag|"
    "contenu|p[aá]gina|art[ií]culo|contenido|noticia|"
    "contenuto|articolo|artigo|conte[uú]do|not[ií]cia|pagin[ae]|stron[aęy]|artykuł|wiadomości|страниц|"
    "материал|стать|статт|публикац|новост|документ|запись|"
    "сторін|матеріал|публікац|новин|старонк|матэрыял|артыкул|статия|stránk|článe?k|sidan?|artikeln|siden|"
    "artikkel|sivu|oldal|sayfa|haber|içerik|"
    "stranic|σελίδα|puslapis|lapa|lehte?"
)
_MISSING = (
    "not found|not be found|n't be found|couldn't find|could not find|can't find|cannot find|"
    "no longer (?:available|exists?|here)|n't exist|not exist|unavailable|"
    "(?:been|was|is|article|page|content) (?:removed|deleted)|has (?:been )?(?:moved|expired)|"
    "does not seem to exist|n't seem to find|got lost|not the (?:page|one) you|nothing (?:here|to see)|"
    "n't available|not available|"
    "nicht (?:mehr )?(?:gefunden|vorhanden|verfügbar|auffindbar|existier|erreichbar)|wurde (?:verschoben|"
    "gelöscht|entfernt)|(?:existiert|gibt es) (?:leider )?nicht|introuvable|non trouv[eé]e?|n'existe|"
    "n'est (?:plus|pas) disponible|"
    "no (?:se )?(?:ha )?(?:sido )?(?:encontrad[ao]|encontramos|encontró|existe|disponible)|"
    "no se pudo encontrar|ya no (?:existe|est[aá])|no encuentr|non (?:è (?:stat[ao] |più )?|"
    "più )?(?:trovat[ao]|esiste|disponibile|raggiungibile|esister)|inesistente|"
    "não (?:foi )?(?:encontrad[ao]|existe|disponível)|niet (?:meer )?(?:gevonden|beschikbaar|bestaat|"
    "vinden)|bestaat niet|"
    r"nie (?:zosta\w+ )?(?:znalezion[aoy]|znaleźliśmy|odnalezion[aoy]|istnieje|"
    "ma takiej)|не (?:была |был |было |удалось )?найден|не (?:удалось )?найти|не найдено|не существует|"
    "удален|потерял|исчез|недоступ|"
    "не (?:було )?знайдено|не знайден|не існує|видален|не знойдзен|не існуе|выдален|не (?:е|беше|бе|"
    "може да бъде) (?:намерен|открит)|не съществува|изтрит|"
    "nenalezen|neexistuje|nebyl[ao]? nalezen|nenašl|sa nenašl|kunde inte hittas|hittades inte|"
    r"hittar (?:\w+ )?inte|finns inte|saknas|"
    "(?:blev|ble|kunne) ikke (?:fund?et|funnet|findes|finnes)|fin(?:de|ne)s ikke|ei (?:löydy|löytynyt|"
    "ole olemassa|leitud)|nem található|nu (?:a fost găsit|exist)|"
    "bulunamad[ıi]|bulunmuyor|mevcut değil|kaldırıl|silin|ulaşılam|nije pronađen|није пронађен|"
    "δεν (?:βρέθηκε|υπάρχει)|nerast|nav atrast"
)
MISSING_WORDS = _any(
    rf"(?:{_PAGES})\w{{0,6}}[^.!?]{{0,40}}?(?:{_MISSING})",
    rf"(?:{_MISSING})\w{{0,6}} [^.!?]{{0,30}}?(?:{_PAGES})",
    r"nothing (?:here|to see)|not the (?:page|one) you|n't (?:seem to )?find what you",
    r"(?:такой|цієї|такої|этой) (?:страницы|сторінки|старонкі) (?:больше |більше )?(?:нет|немає|"
    r"не існує|няма)|nothing (?:was )?found (?:at|here)|takiej strony",
    r"ページが見つかりません|お探しのページ|页面不存在|找不到(?:该)?页|頁面不存在",
    r"페이지를 찾을 수 없|الصفحة غير موجودة|הדף לא נמצא",
)
_ERROR = (
    "error|erreur|fehler|errore|erro|fout|bł[aą]d|ошибка|помилка|памылка|грешка|chyba|fel|feil|fejl|virhe|"
    "hiba|eroare|hata|σφάλμα|http|code|status"
)
# "404 Media" is a newspaper.
MISSING_TITLE = re.compile(
    rf"(?:(?:{_ERROR})\W{{0,3}})?404(?:\W{{0,3}}(?:{_ERROR}|page|not found|seite|strona|страница))?|"
    r"(?:page |file )?not found|nicht gefunden|introuvable|"
    r"не найдено|не знайдено|nie znaleziono|nenalezeno|bulunamadı|no encontrad[ao]|non trovat[ao]|"
    r"niet gevonden|hittades inte|página de erro"
)

LOGIN_TITLES = _any(
    r"(?:please )?(?:log|sign)[ -]?in(?: or (?:sign up|register|create .{1,20}))?(?: (?:to|with|page|"
    r"required).{0,40})?|sign up|join linkedin|facebook [-–] log in or sign up",
    r"log in or sign up(?: to view)?|(?:member|subscriber|user|customer|account) (?:login|log in|"
    r"sign in)|authentication required|authori[sz]ation",
    r"(?:bitte )?(?:anmelden|einloggen|anmeldung|login)(?: .{0,30})?|(?:se )?connect(?:er|ez-vous)|"
    r"connexion(?: .{0,30})?|(?:s')?identifie[rz](?:-vous)?|authentification",
    r"inici[ao]r? (?:de )?sesi[oó]n|acceso(?: .{0,20})?|ingres(?:ar?|o)|acced[ei](?: .{0,20})?|accesso|"
    r"inicia(?:r)? sess[aã]o|fa[zç]\w{1,3} login|entrar|acessar|identifícate",
    r"inloggen(?: .{0,20})?|aanmelden|zaloguj(?: się)?(?: .{0,20})?|logowanie(?: .{0,20})?|"
    r"přihlášení(?: .{0,20})?|přihlas(?:te|it) se|přihlásit se|prihlásenie",
    r"вход(?: (?:на|в) .{1,30})?|войти(?: .{0,30})?|авторизация(?: .{0,20})?|вхід(?: .{1,30})?|"
    r"увійти(?: .{0,30})?|авторизація(?: .{0,20})?",
    r"уваход(?: .{0,20})?|увайсці|аўтарызацыя|влез|вписване|logga in(?: .{0,20})?|inloggning|"
    r"logg inn(?: .{0,20})?|log ind(?: .{0,20})?|kirjaudu(?: sisään)?|sisäänkirjautuminen",
    r"(?:üye |kullanıcı )?giri[sş]i?(?: yap(?:ın)?)?|oturum aç(?:ın)?|bejelentkezés|belépés|"
    r"autentificare|conectare|σύνδεση|είσοδος|prijava|пријава|ログイン|登录|登入|로그인|تسجيل الدخول",
)

CONSENT_TITLES = _any(
    r"(?:cookie|privacy|consent)[ -]?(?:consent|settings|notice|wall|gate|preferences|banner|hinweis)|"
    r"before you continue|bevor sie .{0,30}weitergehen|dpg media privacy",
    r"(?:mit werbung (?:oder|lesen|und)|pur[- ]abo|zustimmung|einwilligung|cookie-einstellungen|"
    r"datenschutz-?einstellungen|privatsphäre)",
    r"avant d'accéder|votre vie privée|consentement|antes de continuar|tu privacidad|su privacidad|"
    r"consentimiento|sua privacidade|prima di continuare|tua privacy|consenso|privacyinstellingen|"
    r"privacy-instellingen|cookie-instellingen|toestemming",
    r"twoj[aeą] prywatność|zgod[ay] na|souhlas|soukromí|integritet|samtycke|gizlili(?:k|ğ)|çerez|"
    r"поверителност|бисквитки|приватн(?:ість|ості)|конфиденциальност|файлы cookie|"
    r"a part of the yahoo family",
)
# Each pattern is one thing that a consent page says to its reader; three of them are no coincidence.
CONSENT_WORDS = tuple(
    map(
        re.compile,
        (
            r"cookie|çerez|бисквитк|kolačić|evästei|sütik",
            r"partner|third part|drittanbieter|derden|tiers|terceros|terzi|trzeci|ortak|партн",
            r"(?:accept|reject|agree to|allow) all|alle(?:s)? (?:akzeptieren|ablehnen|accepteren|"
            r"zustimmen)|tout accepter|(?:accepter|refuser) et|aceptar (?:todo|y)|rechazar|"
            r"accetta(?:re)? (?:tutti|e)|rifiuta|przejdź do serwisu|"
            r"akceptuj|zgadzam|souhlasím|přijmout|godkänn|acceptera|kabul et|accept and|akkoord|"
            r"einverstanden|zustimmen und|aceitar|приемам|прийняти|принять|(?:if )?you click|klikając|"
            r"en cliquant|door op",
            r"personal data|personenbezogen|données (?:à caractère )?personnel|informations personnelles|"
            r"datos personales|dati personali|dane osobowe|danych osobowych|osobních údajů|"
            r"persoonsgegevens|personuppgifter|kişisel veri|dados pessoais|персональн|лични данни|"
            r"(?:store|access) (?:and/or access )?information|informations? (?:stockées|personnelles)|"
            r"almacenar|archiviamo|información (?:en|del) (?:un|tu) dispositivo|"
            r"informationen auf einem gerät|информация на устройств|informazioni (?:sul|"
            r"su un) dispositivo",
            r"consent|zustimm|einwillig|consentement|votre accord|consentimiento|consenso|toestemming|"
            r"zgod[aęyz]|zgadza|souhlas|samtyck|onay|rıza|съглас|соглас|погодж|згод",
            r"mit werbung|werbung und tracking|tracking|pur[- ]?abo|without (?:ads|advertising)|"
            r"personali[sz]ed (?:ads|advertising)|personalisierte|publicité|publicidad|pubblicità|reklam|"
            r"advert|marketing|profilow",
            r"(?:your|ihre?|deine|jouw|uw|votre|tu|su|la tua|twoj\w|vaše|vašeho|sua|вашата|вашу|"
            r"ваші?) (?:privac|privatsphäre|vie privée|privacidad|prywatność|soukromí|privacidade|"
            r"поверителност|приватн|конфиденц)|privacy[- ](?:settings|center|policy|instellingen)|"
            r"privacyinstellingen|datenschutzerklärung|"
            r"respect de votre vie privée",
        ),
    )
)  # fmt: skip

# Words that are found together where a page asks whether a person is there, in whatever phrase.
ASKS = _any(
    r"verif|confirm|check|prove|überprüf|geprüft|prüfung|bestätig|vérifi|controll|sprawd|weryfik|"
    r"potwierd|подтверд|провер|підтверд|перевір|пацверд|правер",
    r"потвърд|ověř|kontrol|bekräft|bekreft|bekræft|doğrul|tarkist|vahvist",
)
PERSONS = _any(
    r"\bhuman|robot|\bbots?\b|\bmensch|humain|\bhumano|\bumano|\bmens\b|człowiek|робот|\bбот\w{0,3}\b|"
    r"человек|людин|чалавек|човек|člověk|människa|menneske|\binsan|ihminen",
    r"browser|navigateur|navegador|przeglądark|браузер|браўзер|prohlížeč|webbläsar|tarayıcı|selain|"
    r"(?:security|your|ваш) (?:request|connection|запрос|запит)",
    r"безопасност|безпек|sicherheits|sécurité|seguridad|sicurezza|segurança|bezpiecze|сигурност|"
    r"bezpečnost|säkerhet|güvenlik",
)
PLACES = _any(
    r"\b(?:your|ihre[mnr]?|deine[mnr]?|votre|tu|su|tuo|vostro|suo|seu|sua|uw|jouw|je|twoim|twojej|"
    r"państwa|ваше\w*|вашій|ваший|вашої|ваша\w*|вашай|vaší|vaše|ditt|din|deres|ditt)"
    r" (?:countr|region|location|area|land|standort|pays|r[eé]gion|pa[ií]s|paese|regio|kraju|regionie|"
    r"lokaliz|стран|регион|країн|регіон|краін|държав|zemi|oblast|område)|"
    r"(?:ülkeniz|bölgeniz|konumunuz)|european (?:union|economic|visitors|countries)|\bgdpr\b",
)
OPENNESS = _any(
    r"available|accessible|access\b|blocked|restricted|supported|verfügbar|zugänglich|erreichbar|"
    r"gesperrt|disponib|disponível|accessibil|beschikbaar|toegankelijk|dostępn|доступ|огранич|"
    r"обмежен|заблок|даступ|достъп|dostupn|tillgäng|tilgjengeli|tilgængeli|erişil|kullanıl",
)
LOGIN_ROOTS = _any(
    r"\b(?:log|sign)[ -]?in\b|\blogin|kundenlogin|anmeld|einlogg|connexion|connecte[rz]|identifi(?:er|ez|"
    r"cat)|inici\w+ sesi|acced[ie]|\baccesso\b|zaloguj|logowani|\bвход|войти|войдите|вхід|"
    r"увійти|увійдіть|авториз|уваход|увайсці|přihl[aá]|logga in|logg inn|log ind|\bgiriş|oturum aç|inlog|"
    r"aanmeld|entrar\b|sess[aã]o|kirjaudu|bejelentk|autentif|mein konto|my account|mi cuenta|mon compte",
)
