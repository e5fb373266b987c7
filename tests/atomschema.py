"""What Atom 1.0 documents are made of: the schema of appendix B of RFC 4287, as RELAX NG that lxml reads; and words."""

from functools import cache

from lxml import etree

ATOM, XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"

# Of the registry of link relations (IANA), those that feeds have use for.
_RELATIONS = """
    alternate related self enclosure via current first last next previous next-archive prev-archive payment license
    replies search edit edit-media hub service canonical shortlink author help icon
"""
RELATIONS = frozenset(_RELATIONS.split())
_SCHEMES = "http https ftp mailto urn tag news nntp data cid mid file gopher info ldap tel xmpp"
SCHEMES = frozenset(_SCHEMES.split())
# ISO 639-1, and sh and mo, which were of it once.
_LANGUAGES = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
    en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja
    jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb
    nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq
    sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES = frozenset(_LANGUAGES.split())
_ELEMENTS = """
    a abbr acronym address area article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del
    details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main map
    mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th
    thead time tr tt u ul var wbr
"""
HTML_ELEMENTS = frozenset(_ELEMENTS.split())
_MAYBE = '<optional><attribute name="{}"/></optional>'
_HEAD = f"""<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="{ATOM}"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
<start><choice><ref name="feed"/><ref name="entry"/></choice></start>
<define name="common">
  <optional><attribute name="xml:base"/></optional>
  <optional><attribute name="xml:lang"/></optional>
  <zeroOrMore><attribute><anyName><except>
    <name ns="http://www.w3.org/XML/1998/namespace">base</name>
    <name ns="http://www.w3.org/XML/1998/namespace">lang</name><nsName ns=""/>
  </except></anyName></attribute></zeroOrMore>
</define>
<define name="any">
  <zeroOrMore><choice>
    <attribute><anyName/></attribute><text/><element><anyName/><ref name="any"/></element>
  </choice></zeroOrMore>
</define>
<define name="extension">
  <element><anyName><except><nsName/></except></anyName><ref name="any"/></element>
</define>
<define name="undefined">
  <zeroOrMore><choice><text/><ref name="extension"/></choice></zeroOrMore>
</define>
<define name="div"><element name="div" ns="{XHTML}"><ref name="xhtml"/></element></define>
<define name="xhtml">
  <zeroOrMore><choice>
    <attribute><anyName/></attribute><text/>
    <element><nsName ns="{XHTML}"/><ref name="xhtml"/></element>
  </choice></zeroOrMore>
</define>
<define name="text">
  <ref name="common"/>
  <choice>
    <group><optional><attribute name="type"><choice><value>text</value><value>html</value></choice></attribute>
      </optional><text/></group>
    <group><attribute name="type"><value>xhtml</value></attribute><ref name="div"/></group>
  </choice>
</define>
<define name="person">
  <ref name="common"/>
  <interleave>
    <element name="name"><text/></element>
    <optional><element name="uri"><text/></element></optional>
    <optional><element name="email"><data type="string"><param name="pattern">.+@.+</param></data></element></optional>
    <zeroOrMore><ref name="extension"/></zeroOrMore>
  </interleave>
</define>
<define name="date"><ref name="common"/><data type="dateTime"/></define>
<define name="uri"><ref name="common"/><text/></define>
<define name="content">
  <element name="content">
    <ref name="common"/>
    <choice>
      <group><optional><attribute name="type"><choice><value>text</value><value>html</value></choice></attribute>
        </optional><text/></group>
      <group><attribute name="type"><value>xhtml</value></attribute><ref name="div"/></group>
      <group>
        <optional><attribute name="type"><data type="string"><param name="pattern">.+/.+</param></data></attribute>
          </optional>
        <attribute name="src"/><empty/></group>
      <group><attribute name="type"><data type="string"><param name="pattern">.+/.+</param></data></attribute>
        <zeroOrMore><choice><text/><element><anyName/><ref name="any"/></element></choice></zeroOrMore></group>
    </choice>
  </element>
</define>
<define name="category">
  <element name="category"><ref name="common"/><attribute name="term"/>
    <optional><attribute name="scheme"/></optional><optional><attribute name="label"/></optional>
    <ref name="undefined"/></element>
</define>
<define name="generator">
  <element name="generator"><ref name="common"/><optional><attribute name="uri"/></optional>
    <optional><attribute name="version"/></optional><text/></element>
</define>
<define name="link">
  <element name="link"><ref name="common"/><attribute name="href"/>
    {"".join(map(_MAYBE.format, ("rel", "type", "hreflang", "title", "length")))}
    <ref name="undefined"/></element>
</define>
"""


def _element(name: str, kind: str) -> str:
    return f'<element name="{name}"><ref name="{kind}"/></element>'


def _holder(name: str, must: str, may: str, *, after: str = "") -> str:
    """An element whose children stand in any order: those it must have, those it may have once, and the others."""
    kinds = {
        "id": _element("id", "uri"), "icon": _element("icon", "uri"), "logo": _element("logo", "uri"),
        "title": _element("title", "text"), "subtitle": _element("subtitle", "text"),
        "summary": _element("summary", "text"), "rights": _element("rights", "text"),
        "updated": _element("updated", "date"), "published": _element("published", "date"),
        "generator": '<ref name="generator"/>', "content": '<ref name="content"/>', "source": '<ref name="source"/>',
    }  # fmt: skip
    many = "".join(
        f"<zeroOrMore>{each}</zeroOrMore>"
        for each in (
            _element("author", "person"), _element("contributor", "person"), '<ref name="category"/>',
            '<ref name="link"/>', '<ref name="extension"/>',
        )
    )  # fmt: skip
    needed = "".join(kinds[each] for each in must.split())
    once = "".join(f"<optional>{kinds[each]}</optional>" for each in may.split())
    return (
        f'<define name="{name}"><element name="{name}"><ref name="common"/>'
        f"<interleave>{needed}{once}{many}</interleave>{after}</element></define>"
    )


@cache
def relax_ng() -> etree.RelaxNG:
    """The schema, compiled once."""
    entries = '<zeroOrMore><ref name="entry"/></zeroOrMore>'
    text = "".join(
        (
            _HEAD,
            _holder("feed", "id title updated", "generator icon logo rights subtitle", after=entries),
            _holder("entry", "id title updated", "published summary content source rights"),
            _holder("source", "", "id title updated generator icon logo rights subtitle"),
            "</grammar>",
        )
    )
    return etree.RelaxNG(etree.fromstring(text))
