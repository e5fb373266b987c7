"""Feeds that are well, then fail once in one of many ways, and are well again with one story more.

Where the wrong answer has a validator it is that of the right answer to come: to keep it would lose a story.
"""

import gzip

from newsroom import scenarios as s
from newsroom.feedbytes import page, rss, sitemap_index, stories
from newsroom.feedsite import Behaviour, Scenario

BEFORE, AFTER = (3, 2, 1), (4, 3, 2, 1)
NEXT = s.etag_of(rss(stories(*AFTER)))
GOOD = rss(stories(*AFTER))
CHALLENGE = b"<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
ANUBIS = b"<html><head><script src='/.within.website/x/cmd/anubis/static/js/main.mjs'></script></head></html>"
# An address that only an answer can make up: three slashes, no host, brackets that do not close.
NOWHERE = "http://[::1"


def once(fault: Behaviour, **files: Behaviour) -> Behaviour:
    return s.at_paths(feed=s.in_turn(s.feed(*BEFORE), fault, s.feed(*AFTER)), **files)


def wrong(body: bytes, **headers: str) -> Behaviour:
    return s.document(body, ETag=NEXT, **headers)


def _fault(name: str, seen: str, fault: Behaviour, *modes: int, **files: Behaviour) -> Scenario:
    return Scenario(name=name, seen=seen, behaviour=once(fault, **files), modes=modes)


HTML = {"Content_Type": "text/html"}

FAULTS = (
    # Bodies that are no feed.
    _fault("empty body", "200 with nothing in it: a half-done upload (tt-rss PR 231)", wrong(b""), 2, 6),
    _fault("white-space body", "a template that printed line breaks alone", wrong(b" \r\n\t\n"), 2),
    _fault(
        "HTML instead of the feed",
        "a site's own page at the address of its feed",
        wrong(page(), **HTML),
        2,
        5,
    ),
    _fault(
        "error page with status 200",
        "Error establishing a database connection (WordPress)",
        wrong(page(), **HTML),
        2,
    ),
    _fault("challenge page with status 200", "a bot check of Cloudflare", wrong(CHALLENGE, **HTML), 19),
    _fault(
        "bot wall with status 200",
        "Anubis in front of a feed (web-researcher-mcp 263)",
        wrong(ANUBIS, **HTML),
        19,
    ),
    _fault("PDF instead of the feed", "a file laid over another", wrong(b"%PDF-1.7 ..."), 2),
    _fault(
        "JSON error instead of the feed",
        "an API behind the feed that is over its quota",
        wrong(b'{"error": 1}'),
        2,
    ),
    _fault("OPML instead of the feed", "a list of feeds", wrong(b"<opml version='2.0'><body/></opml>"), 2),
    _fault(
        "sitemap without news tags",
        "a list of all pages since 1999 (Media Cloud rejects them)",
        wrong(
            b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>http://a/</loc></url></urlset>"
        ),
    ),
    _fault("sitemap index of nothing", "a list of sitemaps that has none", wrong(sitemap_index([]))),
    # Status codes.
    _fault("401", "a feed behind a password", s.status(401)),
    _fault("403", "a firewall that does not know us (Reddit answers it instead of 429)", s.status(403)),
    _fault("404", "active feeds do return 404 and come back (Media Cloud)", s.status(404), 5),
    _fault("418", "a teapot: mod_security", s.status(418)),
    _fault("451", "closed to readers from abroad for legal reasons", s.status(451), 24),
    _fault("999", "no status of HTTP (LinkedIn)", s.status(999)),
    _fault("500", "a broken script", s.status(500)),
    _fault("504", "a site that answers only at home (NoRussian 11)", s.status(504), 24),
    _fault("reset", "a TCP reset instead of an answer", s.on_the_wire(s.reset), 4),
    _fault(
        "reset after the headers",
        "a TCP reset in the middle of the body",
        s.on_the_wire(s.reset_after_headers),
        4,
    ),
    _fault("no answer", "the connection is closed at once", s.raw(b""), 4),
    _fault("not HTTP", "another service on the port", s.raw(b"220 smtp.example ESMTP\r\n"), 4),
    _fault("hang", "Akamai, where a header is missing (Media Cloud 0.16.2)", s.on_the_wire(s.hang), 4),
    _fault("drip", "a letter at a time, for ever", s.on_the_wire(s.drip)),
    _fault("endless", "a body that never ends", s.on_the_wire(s.endless)),
    _fault(
        "2 GB", "a video at the address of the feed", s.raw(s.OK, b"Content-Length: 2147483648\r\n\r\n<rss>")
    ),
    _fault("bomb", "a little gzip of 50 MB", wrong(s.bomb(50 << 20), Content_Encoding="gzip")),
    _fault(
        "Content-Length too large",
        "the connection ends before the body does",
        s.raw(s.OK, b"ETag: %b\r\nContent-Length: %d\r\n\r\n" % (NEXT.encode(), len(GOOD) + 9), GOOD),
        2,
    ),
    _fault(
        "chunked cut off",
        "no last chunk: the server died while it wrote",
        s.raw(
            s.OK, b"ETag: %b\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % (NEXT.encode(), len(GOOD)), GOOD
        ),
        2,
    ),
    _fault(
        "chunked nonsense",
        "no number where the length stands",
        s.raw(s.OK, b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ),
    _fault(
        "header of 200 KB", "cookies without end", s.with_header_lines([b"X-Long: " + b"x" * 200_000], GOOD)
    ),
    _fault(
        "header without a colon",
        "a PHP warning among the headers",
        s.with_header_lines([b"Warning in line 1"], GOOD),
    ),
    # Codings.
    _fault(
        "gzip that is none",
        "a proxy that unpacked and kept the header",
        wrong(GOOD, Content_Encoding="gzip"),
        2,
    ),
    _fault("broken gzip", "a wrong checksum", wrong(s.broken_gzip(GOOD), Content_Encoding="gzip"), 2),
    _fault(
        "cut gzip",
        "half a gzip whose length agrees",
        wrong(gzip.compress(GOOD)[:-12], Content_Encoding="gzip"),
        2,
    ),
    _fault("unknown coding", "a coding that nobody asked for", wrong(GOOD, Content_Encoding="rot13"), 2),
    # Redirects.
    _fault("redirect loop", "a cookie that must be set first", s.redirect("{base}feed.xml")),
    _fault("redirect without Location", "a front end that lost it", s.status(302)),
    _fault("redirect to nonsense", "a template that was not filled in", s.redirect(NOWHERE)),
    _fault(
        "redirect to a private address",
        "the cloud's own address for secrets",
        s.redirect("http://169.254.169.254/"),
    ),
    _fault("redirect to a file", "another scheme", s.redirect("file:///etc/passwd")),
    _fault(
        "redirect to a login page",
        "the session is over",
        s.redirect("{base}login.xml"),
        5,
        login=s.status(200, page(), **HTML),
    ),
    _fault(
        "captive portal",
        "the network of a hotel: every address leads to its page",
        s.redirect("{base}portal.xml", 307),
        4,
        portal=s.status(200, page(body="<form>Room number</form>"), Cache_Control="no-store", **HTML),
    ),
    _fault(
        "six redirects",
        "one too many",
        s.redirect("{base}r1.xml"),
        **{f"r{n}": s.redirect(f"{{base}}r{n + 1}.xml") for n in range(1, 6)},
        r6=s.feed(*AFTER),
    ),
)
