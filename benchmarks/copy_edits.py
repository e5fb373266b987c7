"""What outlets do to a wire story, done to any text by chance: cut short, worded anew, framed, put in another order.

Pure, and the same for the same `Random`. What is put around a text is made up here, several kinds for each
language, as footers and credits are that no site has yet been seen to repeat.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

_WORD = re.compile(r"\S+")
_GAPS = re.compile(r"(\s+)")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_LETTERS = re.compile(r"[^\W\d_]+")
_LONG = 6
_INFLECTED = 0.25
_LONGEST_BURST = 8
_FEWEST_PARTS = 4

# What stands above a text and below it; {} is a name.
_ABOVE = {
    "en": ("By {}, staff correspondent", "Our correspondent, with agencies", "Photo: press office, archive"),
    "ru": ("Автор: {}, корреспондент отдела новостей", "Фото: пресс-служба, архив", "Время чтения: 2 минуты"),
    "uk": ("Автор: {}, кореспондент відділу новин", "Фото: пресслужба, архів", "Час читання: 2 хвилини"),
    "pl": ("Autor: {}, redakcja wiadomości", "Fot. biuro prasowe, archiwum", "Czas czytania: 2 minuty"),
    "de": ("Von {}, Nachrichtenredaktion", "Foto: Pressestelle, Archiv", "Lesezeit: 2 Minuten"),
    "vi": ("Theo {}, ban thời sự", "Ảnh: tư liệu, cơ quan báo chí", "Thời gian đọc: 2 phút"),
}
_BELOW = {
    "en": (
        "Reporting by our correspondents; editing by the night desk. Sign up to the morning letter and never miss "
        "what matters.",
        "All rights reserved. This material may not be published, broadcast, rewritten or redistributed without "
        "permission in writing. Send corrections to the desk.",
        "Read also: what we know so far, in five charts. Follow us on every network, and support independent "
        "journalism from the price of one coffee a month.",
    ),
    "ru": (
        "Подписывайтесь на наш канал, чтобы первыми узнавать главные новости дня и не пропустить важного.",
        "При полном или частичном использовании материалов активная ссылка на издание обязательна. Мнение "
        "редакции может не совпадать с мнением авторов.",
        "Читайте также: что известно к этому часу. Нашли ошибку? Выделите текст и сообщите нам, мы всё исправим.",
    ),
    "uk": (
        "Підписуйтесь на наш канал, щоб першими дізнаватися головні новини дня і не пропустити важливого.",
        "Передрук матеріалів дозволено лише за наявності активного посилання на видання. Думка редакції може не "
        "збігатися з думкою авторів.",
        "Читайте також: що відомо на цю годину. Знайшли помилку? Виділіть текст і повідомте нам, ми все виправимо.",
    ),
    "pl": (
        "Dołącz do nas w mediach społecznościowych i zapisz się na poranny przegląd najważniejszych wiadomości.",
        "Wszelkie prawa zastrzeżone. Kopiowanie i rozpowszechnianie materiału bez pisemnej zgody wydawcy jest "
        "zabronione.",
        "Czytaj także: co wiemy do tej pory. Znalazłeś błąd w tekście? Napisz do redakcji, poprawimy go od razu.",
    ),
    "de": (
        "Abonnieren Sie unseren Morgenbrief und verpassen Sie keine wichtige Nachricht des Tages mehr.",
        "Alle Rechte vorbehalten. Vervielfältigung und Verbreitung nur mit schriftlicher Genehmigung des Verlags.",
        "Lesen Sie auch: Was bisher bekannt ist. Haben Sie einen Fehler gefunden? Schreiben Sie der Redaktion.",
    ),
    "vi": (
        "Đăng ký nhận bản tin buổi sáng để không bỏ lỡ những tin tức quan trọng nhất trong ngày.",
        "Bản quyền thuộc về tòa soạn. Không sao chép, đăng lại dưới mọi hình thức khi chưa có sự đồng ý bằng văn bản.",
        "Xem thêm: những điều đã biết đến lúc này. Bạn phát hiện lỗi trong bài? Hãy báo ngay cho tòa soạn.",
    ),
}  # fmt: skip
_NAMES = {
    "en": ("Jane Miller", "Tom Hale", "Priya Shah"),
    "ru": ("Ирина Белова", "Олег Сомов", "Пётр Лукин"),
    "uk": ("Олена Гнатюк", "Тарас Бойко", "Ірина Лисенко"),
    "pl": ("Anna Wrona", "Piotr Sikora", "Ewa Zając"),
    "de": ("Eva Brandt", "Jonas Keller", "Lena Vogt"),
    "vi": ("Minh Anh", "Quang Huy", "Thu Hà"),
}
#: Endings by language, one of which is put for another.
_ENDINGS = {
    "ru": "а я у ю ы и е о ой ей ом ем ам ям ах ях ами ями ов ев ого его ому ему ый ий ая яя ое ее ые ие ых их ым",
    "uk": "а я у ю и і ї е о ою ею ом ем ам ям ах ях ами ями ів їв ого його ому йому ий ій яя ої их іх им ім ими",
    "pl": "a ą e ę i y u o em om ami ach ów owi ej ego emu ym im ych ich ymi imi",
    "de": "e en er es em n s",
    "en": "s ed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text to copy: its language, and the words that others of the language use, in their order."""

    text: str
    language: str
    words: Sequence[str]


def cut(source: Source, share: float) -> str:
    """The first words of the text, so many of all."""
    ends = [word.end() for word in _WORD.finditer(source.text)]
    return source.text[: ends[max(0, round(len(ends) * share) - 1)]]


def framed(source: Source, chance: Random) -> str:
    """The text between one or two lines and one or two footers."""
    language = source.language if source.language in _ABOVE else "en"
    above = [
        line.format(chance.choice(_NAMES[language]))
        for line in chance.sample(_ABOVE[language], chance.randint(1, 2))
    ]
    below = chance.sample(_BELOW[language], chance.randint(1, 2))
    return "\n".join([*above, source.text, *below])


def reordered(source: Source, chance: Random) -> str:
    """The paragraphs in another order; of a text with few, its sentences."""
    parts = [part for part in source.text.split("\n") if part.strip()]
    if len(parts) < _FEWEST_PARTS:
        parts = _SENTENCE_END.split(source.text)
    chance.shuffle(parts)
    return "\n".join(parts)


def edited(source: Source, share: float, chance: Random) -> str:
    """Words here and there put for others, left out, or with another after them."""
    parts = _GAPS.split(source.text.strip())
    places = range(0, len(parts), 2)
    for place in chance.sample(places, round(len(places) * share)):
        word, what = chance.choice(source.words), chance.random()
        parts[place] = word if what < 0.6 else "" if what < 0.8 else f"{parts[place]} {word}"
    return "".join(parts)


def edited_in_bursts(source: Source, share: float, chance: Random) -> str:
    """Runs of up to eight words put for runs of another text, as who words a phrase anew does."""
    parts = _GAPS.split(source.text.strip())
    count = (len(parts) + 1) // 2
    touched: set[int] = set()
    while len(touched) < round(count * share):
        start, length = chance.randrange(count), chance.randint(1, _LONGEST_BURST)
        run = range(start, min(start + length, count))
        begin = chance.randrange(max(1, len(source.words) - length))
        for place, word in zip(run, source.words[begin : begin + length], strict=False):
            parts[2 * place] = word
        touched.update(run)
    return "".join(parts)


def inflected(source: Source, chance: Random) -> str:
    """A quarter of the long words with another ending of the language; in English also one where there was none."""
    endings = _ENDINGS[source.language].split()
    is_bare_too = source.language == "en"

    def inflect(match: re.Match[str]) -> str:
        word = match[0]
        old = max((end for end in endings if word.endswith(end)), key=len, default="")
        if len(word) < _LONG or not (old or is_bare_too) or chance.random() >= _INFLECTED:
            return word
        return word.removesuffix(old) + chance.choice([end for end in endings if end != old])

    return _LETTERS.sub(inflect, source.text)


def mixed(source: Source, chance: Random) -> str:
    """Cut to 60 %, a tenth of the words edited, and framed."""
    short = replace(source, text=cut(source, 0.6))
    worded = replace(source, text=edited_in_bursts(short, 0.1, chance))
    return framed(worded, chance)


def headline(source: Source, chance: Random) -> str:
    """Another headline: how some sentence of the text begins."""
    sentences = [part for part in _SENTENCE_END.split(source.text) if len(part.split()) > 4]
    return " ".join(chance.choice(sentences or [source.text]).split()[:9])


Edit = Callable[[Source, Random], str]

EDITS: Mapping[str, Edit] = {
    "cut to 60 %": lambda source, _: cut(source, 0.6),
    "cut to 30 %": lambda source, _: cut(source, 0.3),
    "boilerplate": framed,
    "headline": lambda source, _: source.text,
    "reordered": reordered,
    "10 % edited": lambda source, chance: edited(source, 0.1, chance),
    "20 % edited": lambda source, chance: edited(source, 0.2, chance),
    "30 % edited": lambda source, chance: edited(source, 0.3, chance),
    "10 % in bursts": lambda source, chance: edited_in_bursts(source, 0.1, chance),
    "20 % in bursts": lambda source, chance: edited_in_bursts(source, 0.2, chance),
    "30 % in bursts": lambda source, chance: edited_in_bursts(source, 0.3, chance),
    "inflected": inflected,
    "mixed": mixed,
}


def edits_for(language: str) -> Mapping[str, Edit]:
    """The edits that a text of the language can be put through: to inflect it, its endings must be known."""
    return {name: edit for name, edit in EDITS.items() if name != "inflected" or language in _ENDINGS}
