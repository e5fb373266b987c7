"""What the address that the redirects led to says of the page there. Pure: addresses in, answers out."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_DIGIT = re.compile(r"\d")
_CONSENT_HOST = re.compile(
    r"(?:consent|cmp|myprivacy|privacy-?(?:gate|manager|wall)?|cookies?)(?:[-.]\w.*)?\."
)
_CONSENT_PATH = re.compile(
    r"(?:cookie-?)?consents?(?:-[av]-.*|-wall)?|collectconsent|cookie-?wall|cookies?-(?:consent|settings|"
    r"info)|privacy-?(?:gate|wall|settings)|"
    r"zustimmung|einwilligung|consentement|consentimiento|consenso|toestemming|nastaveni-souhlasu|souhlas|"
    r"zgoda|zgody|samtycke|samtykke|"
    r"tcf|gdpr-consent|rodo|accept-cookies|pay-or-(?:ok|consent)|pur-abo"
)
_LOGIN_HOST = re.compile(
    r"(?:login|signin|auth|sso|accounts?|id|idp|passport|secure|konto|cas|identity)\d?[-.]"
)
_LOGIN_PATH = re.compile(
    r"(?:wp-|user-?|member-?|site)?log-?in(?:\.\w{2,5})?|sign_?-?in(?:\.\w{2,5})?|auth|authori[sz]e|"
    r"authenticate|oauth2?|sso|authwall|users?_?/sign_in|"
    r"anmelden|anmeldung|einloggen|connexion|identification|iniciar-sesion|acceso|accedi|accesso|inloggen|"
    r"aanmelden|logowanie|zaloguj|entrar|"
    r"prihlaseni|prihlasit|logga-in|inloggning|logg-inn|kirjaudu|giris(?:-yap)?|uye-girisi|vhod|voiti|"
    r"avtorizac\w+|checkpoint|session/new"
)
_MISSING_PATH = re.compile(
    r"(?:error-?|errors?/|page-?)?404(?:\.\w{2,5})?|not-?_?found(?:\.\w{2,5})?|"
    r"page-?_?not-?_?found(?:\.\w{2,5})?|error(?:\.\w{2,5})?|"
    r"pagenotfound|fehlerseite|seite-nicht-gefunden|page-introuvable|pagina-no-encontrada"
)
# The front page, also that of one language: /, /uk/, /en-gb/, /index.php.
_ROOT = re.compile(
    r"/?(?:[a-z]{2,3}(?:[-_][a-z]{2})?/?)?(?:(?:index|default|home|main|start)(?:\.\w{2,5})?/?)?", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    host: str
    path: str
    query: str

    @property
    def segments(self) -> list[str]:
        return [segment for segment in self.path.lower().split("/") if segment]


def is_elsewhere(url: str, announced: str | None) -> bool:
    """Whether this is another address than the announced one; scheme, www and query do not count."""
    if not announced:
        return False
    here, there = _split(url), _split(announced)
    return (here.host, here.segments) != (there.host, there.segments)


def asks_consent(url: str) -> bool:
    """Whether it is an address where sites ask for consent: consent.example, /zustimmung."""
    here = _split(url)
    return bool(_CONSENT_HOST.match(here.host)) or any(map(_CONSENT_PATH.fullmatch, here.segments[:3]))


def asks_login(url: str) -> bool:
    """Whether it is an address where readers log in: login.example, /account/signin."""
    here = _split(url)
    return bool(_LOGIN_HOST.match(here.host)) or any(map(_LOGIN_PATH.fullmatch, here.segments[:4]))


def says_missing(url: str) -> bool:
    """Whether it is the address of a site's own error page."""
    return any(map(_MISSING_PATH.fullmatch, _split(url).segments[:3]))


def is_front(url: str) -> bool:
    """Whether it is a site's front page. An address that tells its articles by query is not."""
    here = _split(url)
    return bool(_ROOT.fullmatch(here.path)) and not _DIGIT.search(here.query)


def is_section_of(url: str, announced: str) -> bool:
    """Whether it is a folder that the announced address lies in, and looks like no article's own address."""
    here, there = _split(url), _split(announced)
    count = len(here.segments)
    if (
        not 0 < count < len(there.segments)
        or here.host != there.host
        or here.segments != there.segments[:count]
    ):
        return False
    name = here.segments[-1]
    return not _DIGIT.search(name) and name.count("-") < 3 and not _DIGIT.search(here.query)


def _split(url: str) -> _Address:
    try:
        found = urlsplit(url)
        host = (found.hostname or "").removeprefix("www.")
    except ValueError:
        found, host = SplitResult("", "", "", "", ""), ""
    return _Address(host=host, path=found.path, query=found.query)
