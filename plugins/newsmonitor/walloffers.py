"""How publishers say that the rest of an article is for subscribers, language by language. Pure: patterns.

Over folded text (`wallphrases.folded`), and only the end of a text or what follows it: "subscribe" stands on every
page. Every pattern is a sentence about going on to read; "For subscribers" alone is a label on other teasers.
"""

import re

_WHO = (
    r"(?:subscribers?|members?|abonnent\w*|abonné\w*|suscriptor\w*|abbonat\w*|assinantes|subscritores|"
    r"abonnees|prenumerator\w*|"
    r"subskrybent\w*|abonent\w*|подписчик\w*|передплатник\w*|підписник\w*|падпісчык\w*|абонат\w*|"
    r"předplatitel\w*|predplatiteľ\w*|"
    r"prenumerant\w*|abonnent\w*|tilaajille|tilaajien|abonelere|abonelerimize|előfizető\w*|abonați\w*|"
    r"mitglieder|plus)"
)
_WHAT = (
    r"(?:article|story|content|post|report|analysis|artikel\w*|text|inhalt|beitrag|contenu|contenido|"
    r"artículo|noticia|articolo|contenuto|"
    r"conteúdo|matéria|artigo|artykuł\w*|treść|tekst\w*|материал\w*|стать\w*|текст\w*|матеріал\w*|статт\w*|"
    r"статия\w*|съдържание\w*|článek|"
    r"obsah|článok|innehållet|artiklen|artikkelen|artikkeli|juttu|sisältö|içerik|haber|cikk|articol\w*)"
)
OFFERS = re.compile(
    "|".join(
        f"(?:{pattern})"
        for pattern in (
            # the thing is for subscribers
            rf"\b{_WHAT}\b[^.!?]{{0,40}}?\b(?:for|to|für|aux?|à|para|a|agli|gli|voor|dla|для|за|pro|pre|för|"
            rf"for|til|on vain|vain|sadece|pentru)\b[^.!?]{{0,25}}?{_WHO}",
            rf"(?:доступ\w+|даступ\w+|dostępn\w+|dostupn\w+|disponible\w*|disponibile|"
            rf"достъпн\w+)[^.!?]{{0,30}}?(?:{_WHO}|по подписке|за передплатою|за підпискою|па падпісцы|"
            rf"w prenumeracie)",
            rf"(?:la suite|the rest|der rest|dalsza część|pełna treść|полный текст|"
            rf"повний текст)[^.!?]{{0,50}}?{_WHO}",
            # going on to read
            r"to (?:continue|keep) reading|to (?:read|unlock|view|access) (?:the |this )?(?:full|rest|"
            r"entire|whole|article|story|post)|continue reading (?:with|for|by)",
            r"subscribe to (?:read|continue|keep|unlock|view)|(?:sign|log) (?:in|up) to (?:read|continue|"
            r"keep|view)|unlock (?:this|the) (?:article|story|post)",
            r"you(?:'ve| have) (?:reached|used|read|hit)[^.!?]{0,30}(?:free|limit|articles)|"
            r"become a (?:member|subscriber) to (?:read|continue|access)",
            r"weiterlesen mit|jetzt weiterlesen|(?:um|zum) (?:weiterzulesen|weiterlesen)|weiterlesen\?|"
            r"(?:artikel|text|jetzt) (?:freischalten|entsperren)|"
            r"lesen sie (?:diesen|den|jetzt)[^.!?]{0,40}mit|abonnieren,? um|weiter lesen mit",
            r"pour (?:lire|accéder|découvrir)[^.!?]{0,20}(?:la suite|article|intégral)|abonnez-vous pour|"
            r"envie de lire la suite|lire la suite[^.!?]{0,30}abonn|débloque[rz]|pour continuer (?:à lire|"
            r"la lecture|votre lecture)",
            r"para (?:seguir|continuar) (?:leyendo|lendo|a ler)|para leer[^.!?]{0,25}(?:complet|entera)|"
            r"suscr[ií]b[ea](?:te|se) para (?:leer|seguir|acceder)|hazte (?:socio|"
            r"suscriptor)[^.!?]{0,20}para",
            r"per continuare a leggere|per leggere (?:l'articolo|tutto|il resto)|abbonati (?:per|"
            r"e) (?:continua|legg)|assine para|continue (?:lendo|a ler)[^.!?]{0,30}assin",
            r"verder lezen|om (?:verder|dit artikel|het hele artikel)[^.!?]{0,10} te lezen|"
            r"lees verder (?:met|als|door)|word (?:abonnee|lid)[^.!?]{0,15} (?:om|en) (?:te )?le",
            r"aby (?:czytać|przeczytać) (?:dalej|cał|resz|pełn)|czytaj (?:dalej|ten|cał|"
            r"więcej)[^.!?]{0,45}(?:prenumera|subskryp|abonam)|wykup (?:dostęp|prenumeratę|subskrypcję)|"
            r"odblokuj",
            r"чтобы (?:про|до)?читать (?:дальше|далее|полност|полну|полный|весь|всю|эту|этот|стать|"
            r"материал)|чтобы продолжить чтение|для (?:чтения|прочтения|доступа)[^.!?]{0,40}подпис|"
            r"читайте?[^.!?]{0,40}(?:по подписке|с подпиской)|оформите подписку[^.!?]{0,30}чита",
            r"щоб (?:про|до)?читати (?:далі|повн|весь|всю|цю|цей|статт|матеріал)|щоб продовжити читання|"
            r"для (?:читання|доступу)[^.!?]{0,40}(?:передпла|підпис)|читайте?[^.!?]{0,40}(?:за передплатою|"
            r"з передплатою|з підпискою)",
            r"каб (?:пра)?чытаць (?:далей|увесь|цалкам)|за да (?:прочетете|продължите|четете)|"
            r"абонирайте се,? за да|прочетете (?:цялата|целия)[^.!?]{0,30}абон",
            r"(?:pro|k) (?:dočtení|přečtení|pokračování)|chcete[ -]li (?:číst|dočíst|pokračovat)|"
            r"pokračovat ve čtení|odemkn\w+|odomkn\w+|předplaťte si[^.!?]{0,25}(?:číst|dočt|čtěte)|"
            r"čtěte dál[^.!?]{0,20}předplat",
            r"(?:vill du )?läs(?:a)? (?:hela artikeln|vidare)[?]|läs vidare (?:med|för|genom)|för att läsa|"
            r"lås upp|(?:bli|blir) prenumerant|artikeln är låst|låst artikel",
            r"for å lese (?:videre|hele|saken|denne)|kjøp (?:abonnement|tilgang)|for at læse (?:videre|hele|"
            r"artik)|læs videre med|få adgang til (?:hele )?artik",
            r"jatka lukemista|lukeaksesi|tilaa ja (?:lue|jatka)|lue koko (?:artikkeli|juttu)[^.!?]{0,20}tila",
            r"devamını (?:oku|gör)\w* için|(?:okumaya )?devam etmek için (?:abone|üye|giriş)|"
            r"okumak için (?:abone|üye)|abonelere özel|sadece aboneler",
            r"tovább(?:i)? ?olvas\w*[^.!?]{0,20}előfizet|(?:csak|kizárólag) előfizető|pentru a citi|"
            r"για να (?:συνεχίσετε|διαβάσετε)|μόνο για συνδρομητές",
            r"会員限定|有料会員|続きを読むには|この記事は会員",
            r"订阅[^。]{0,10}继续阅读|訂閱[^。]{0,10}繼續閱讀|구독하고 계속",
        )
    )
)  # fmt: skip
# The rest is counted: that is said of no whole article, however much of it is shown.
COUNTED = re.compile(
    r"il vous reste \d[\d.,]* ?%|pozostało (?:jeszcze )?\d[\d.,]* ?%|zbývá (?:vám )?(?:ještě )?(?:přečíst |"
    r"dočíst )?\d[\d.,]* ?%|"
    r"noch \d[\d.,]* ?% (?:des|zu|lesen)|te queda \d[\d.,]* ?%|(?:осталось|залишилось|"
    r"залишилося) (?:прочитать |прочитати )?\d[\d.,]* ?%|"
    r"残り ?[\d,]+ ?文字|残り[:：] ?[\d,]+"
)
# Without one of these there is nothing to be found by the pattern above.
COUNTS = re.compile("[%残]")
# A sentence that has all of these, and none of the last, is such an offer, too.
READING = re.compile(
    r"\bread(?:ing)?\b|\bunlock|\bcontinu|lesen|artikel|\blire\b|lisez|lecture|\bleer\b|leyendo|leg(?:ge|"
    r"gi)|lezen|\blees\b|czyta|чита|прочит|чете|чытац|продолжени|продовженн|працяг|"
    r"číst|čtě|čten|dočte|článk|pokračov|\bläs|\blese|\blæs|\boku|\bdevam|\bler\b|\bleia|lendo|\blue\b|"
    r"lukemi|olvas"
)
PAYING = re.compile(
    r"subscri|\babos?\b|[- ]abo\b|abonn|abonieren|suscri|abbon|assin(?:e|atur|ant)|prenumer|subskry|"
    r"abonament|подпис|передпл|підпис|падпіс|абон|předplat|predplat|tilaa|\babone|előfizet|"
    r"\bmember|\bpremium|\+(?=\s|$)|\bplus\b|[£$€] ?\d|\d ?(?:€|zł|грн|руб|kč|kr\b)|зарегистрир|зареєстр|"
    r"create an account|register\b|registrier|inscrivez|reg[ií]str"
)
ELSEWHERE = re.compile(
    r"newsletter|telegram|телеграм|whatsapp|viber|вайбер|facebook|фейсбук|youtube|ютуб|instagram|twitter|"
    r"google|\brss\b|e-?mail|\bmail\b|podcast|подкаст|канал|рассыл|розсил|бюлет|bolet[ií]n|"
    r"\bapp\b|notific|push|соцсет|соцмереж|дзен|bülten|nyhetsbrev|nieuwsbrief|infolettre|zpravodaj|newslett|"
    r"commen|kommentar|коммент|comentari"
)
# Every match of OFFERS, and of READING with PAYING, has one of these in it; to look for them first takes a
# tenth of the time.
ROOTS = (
    "subscri", "member", "abon", "abbon", "suscri", "assin", "prenum", "subskr", "подпис", "передпл",
    "підпис", "падпіс", "абон", "předpl", "predpl", "tilaa", "abone", "előfiz", "mitglied", "plus",
    "to view", "to access", "unlock", "read", "reached", "ve used", "ve hit", "continu", "lesen", "artikel",
    "schalten", "sperren", "la suite", "pour acc", "pour déc", "lire", "lisez", "lectur", "débloq",
    "leyendo", "leer", "hazte", "lendo", "legg", "legi", "leia", " ler ", "lezen", "lees ", "word ", "czyta",
    "dostęp", "odblok", "чита", "прочит", "доступ", "продолж", "чете", "працяг", "продовж", "чытац",
    "даступ", "číst", "čtě", "čten", "dočt", "přečt", "pokrač", "článk", "odemk", "odomk", "läs", "lås",
    "lese", "læs", "adgang", "tilgang", "luk", "lue ", "oku", "devam", "olvas", "citi", "διαβ", "συνδρ",
    "συνεχ", "会員", "订阅", "訂閱", "구독",
)  # fmt: skip
# Beside a text that was cut off. Of those, only what one subscribes to.
SUBSCRIBING = re.compile(
    r"subscrib|subscription|\babos?\b|abonn|suscri|abbon|assinat|assinant|\bassine|prenumer|subskry|подписк|подписат|передпл|підписк|"
    r"падпіск|абонамент|абонир|předplat|predplat|tilaa|\babone|előfizet"
)
