"""Make the pictures of a digest for docs/images from forty made-up stories, with Chromium that has no window.

.venv/bin/python tools/digest_picture.py                        what docs shows
.venv/bin/python tools/digest_picture.py --all --out /tmp/pictures    also dark ones and narrow ones, to look at
"""

# ruff: noqa: E501
import argparse
import re
import sys
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "tools")]

from newsmonitor.alertforms import document  # noqa: E402
from newsmonitor.alerts import About, Copy  # noqa: E402
from newsmonitor.charts import crowd, framed, place_map, sheet  # noqa: E402
from newsmonitor.digestpage import BrokenFeed, Digest, page  # noqa: E402
from pictures import NOON, Picture, made_up, take  # noqa: E402

DESK = "https://airflow.example.org/newsmonitor"
MOSCOW = ZoneInfo("Europe/Moscow")
# language, outlet, hours before noon, how many others ran it, headline, first sentences
STORIES = (
    ("en", "Northern Ledger", 1.2, 7, "Three villages near Sudzha evacuated after a night of drone strikes", "Residents of three villages near Sudzha in Russia's Kursk region were taken to Rylsk on Tuesday. Two people were hurt, the governor said."),
    ("ru", "Степной вестник", 2.1, 5, "Жителей трёх сёл под Суджей вывезли в Рыльск после ночной атаки беспилотников", "Жителей трёх сёл Суджанского района вывезли в Рыльск. В Кореневе нет света, сообщили власти Курской области."),
    ("uk", "Схід сьогодні", 3.4, 3, "Генштаб: біля Малої Локні на Курщині відбито п'ять атак", "Протягом доби на Курському напрямку відбито п'ять атак. Бої тривають біля Малої Локні та Плехового."),
    ("en", "Harbour Times", 0.4, 2, "Satellite pictures show new trenches between Korenevo and Snagost", "Pictures taken on Monday show a second line of trenches north of Snagost, in Russia's Kursk region. Work on it began last week."),
    ("ru", "Курьер границы", 0.9, 2, "В Глушкове восстановили мост через Сейм", "Движение по мосту в Глушковском районе Курской области открыто для легковых машин. Объезд через Рыльск остаётся."),
    ("en", "Evening Chronicle", 4.5, 1, "Power restored in Lgov after substation fire, Kursk region governor says", "Engineers restored power to most of Lgov by evening. The cause of the fire in the Kursk region substation is not known."),
    ("ru", "Степной вестник", 5.2, 1, "Под Тёткином повреждена линия электропередачи", "Без света остались два посёлка в Глушковском районе Курской области. Ремонтники ждут разрешения военных."),
    ("uk", "Вечірній оглядач", 6.6, 1, "На Курщині знову без зв'язку Глушківський район", "Зв'язок у Глушківському районі Курської області зник опівночі. Причину не називають."),
    ("en", "Field Notes", 7.1, 0, "Guevo changes hands again, soldiers on both sides say", "Soldiers of both armies said that Guevo, south of Sudzha in Kursk oblast, had changed hands twice within a day."),
    ("ru", "Областная хроника", 8.0, 0, "В Большом Солдатском открыли пункт приёма для переселенцев", "В Большом Солдатском Курской области принимают жителей Суджанского района. Мест хватит на двести человек."),
    ("uk", "Схід сьогодні", 8.4, 0, "Біля Плехового на Курщині зафіксовано рух техніки", "Рух техніки біля Плехового на Курщині помітили зранку. Колона рухалась у бік Гуєвого."),
    ("en", "Northern Ledger", 9.3, 0, "Aid convoy reaches Zaoleshenka, first in two weeks", "A convoy with food and medicine reached Zaoleshenka near Sudzha in the Kursk region on Monday night."),
    ("ru", "Курьер границы", 10.5, 0, "Мартыновка и Черкасское Поречное: что известно к утру", "Бои у Мартыновки и Черкасского Поречного в Курской области продолжались всю ночь, пишут военные корреспонденты."),
    ("en", "Harbour Times", 11.0, 0, "Kursk nuclear plant at Kurchatov working normally, agency says", "The Kursk nuclear power plant near Kurchatov works normally after a drone fell nearby, the agency said."),
    ("ru", "Областная хроника", 11.8, 0, "Школы Обояни перешли на удалённое обучение", "Школы Обояни в Курской области перешли на удалённое обучение до конца недели."),
    ("uk", "Оглядач подій", 12.2, 0, "Погребки та Новоіванівка: карта боїв на Курщині за добу", "Найважчі бої на Курщині точаться біля Погребків та Новоіванівки. Лінія фронту не змінилась."),
    ("en", "Evening Chronicle", 12.9, 0, "What the loss of Pogrebki means for the Kursk front", "Pogrebki gave its holders a view of the road to Sudzha. Analysts expect the next fights on the Kursk front at Malaya Loknya."),
    ("ru", "Степной вестник", 13.3, 0, "Рыльск принял ещё сто человек из приграничья", "Ещё сто жителей курского приграничья приехали в Рыльск. Люди размещены в двух школах."),
    ("ru", "Курьер границы", 14.1, 0, "Пожар на нефтебазе под Железногорском потушен", "Пожар под Железногорском в Курской области потушили к утру. Пострадавших нет."),
    ("en", "Field Notes", 14.8, 0, "A road to nowhere: inside empty Bolshoye Soldatskoye", "Shops are shut in Bolshoye Soldatskoye, east of Sudzha in the Kursk region. Only the bus to Kursk still runs."),
    ("uk", "Вечірній оглядач", 15.2, 0, "Снагость: удар по переправі через Сейм", "На Курщині біля Снагості вдарили по переправі через Сейм. Понтонний міст знищено."),
    ("ru", "Областная хроника", 15.9, 0, "Власти Курской области: в Кореневе погибла женщина", "В Кореневе при атаке беспилотника погибла женщина, сообщил глава Курской области."),
    ("en", "Northern Ledger", 16.4, 0, "Prisoner exchange brings home 190, many taken in Kursk region", "The exchange was the largest since spring. Most of those freed were taken prisoner in the Kursk region."),
    ("ru", "Степной вестник", 17.0, 0, "Хомутовка: сирена звучала семь раз за ночь", "В Хомутовке Курской области воздушная тревога объявлялась семь раз. Разрушений нет."),
    ("uk", "Схід сьогодні", 17.7, 0, "У Суджі працює один магазин і жодної аптеки", "У Суджі на Курщині залишилось кілька сотень мешканців. Ліки передають військові."),
    ("en", "Harbour Times", 18.2, 0, "Ukrainian drones hit rail depot at Lgov", "Drones hit a rail depot at Lgov in Russia's Kursk region early on Tuesday, the regional governor said."),
    ("ru", "Курьер границы", 18.8, 0, "Сводка: направление Суджа, контратака у Гуева", "На суджанском направлении отбита контратака у Гуева, сообщили в ведомстве. Курская область, утро."),
    ("ru", "Областная хроника", 19.1, 0, "В Курчатове проверили укрытия", "В Курчатове Курской области проверили сорок укрытий. Три закрыты на ремонт."),
    ("en", "Evening Chronicle", 19.6, 0, "Korenevo under fire for a third day, mayor asks for more buses", "The mayor of Korenevo in the Kursk region asked for more buses after a third day of shelling."),
    ("uk", "Оглядач подій", 20.0, 0, "Курський напрямок: підсумки доби", "На Курському напрямку за добу відбулося вісім боєзіткнень. Найгарячіше біля Суджі."),
    ("ru", "Степной вестник", 20.3, 0, "Попово-Лежачи: взорвана переправа", "В Попово-Лежачах Курской области взорвана переправа. Жители двух улиц отрезаны."),
    ("en", "Field Notes", 20.9, 0, "Who still lives in Rylsk? A census by candlelight", "Rylsk, in the west of the Kursk region, has more newcomers than locals this winter."),
    ("ru", "Курьер границы", 21.2, 0, "У Карыжа сбит беспилотник самолётного типа", "У Карыжа в Курской области сбит беспилотник самолётного типа. Обломки упали в поле."),
    ("uk", "Вечірній оглядач", 21.5, 0, "Кореневе: влучання у склад боєприпасів", "Біля Коренева на Курщині вночі горів склад боєприпасів. Вибухи було чути в Рильську."),
    ("en", "Harbour Times", 21.9, 0, "North Korean sappers clear mines around Sudzha", "Sappers from North Korea clear mines around Sudzha in the Kursk region, officials said on Monday."),
    ("ru", "Областная хроника", 22.2, 0, "Белая: водопровод заработал после аварии", "В посёлке Белая Беловского района Курской области заработал водопровод. Рядом с Суджей воды нет."),
    ("uk", "Схід сьогодні", 22.6, 0, "Волонтери вивезли з Гончарівки 24 людини", "З Гончарівки біля Суджі на Курщині волонтери вивезли двадцять чотири людини."),
    ("en", "Northern Ledger", 22.9, 0, "Governor of Kursk region promises new homes by March", "The governor of the Kursk region promised homes for four thousand families from Sudzha and Korenevo."),
    ("ru", "Степной вестник", 23.2, 0, "Любимовка и Зелёный Шлях: сапёры нашли двести мин", "У Любимовки и Зелёного Шляха в Курской области сапёры нашли двести мин."),
    ("uk", "Оглядач подій", 23.6, 0, "Тьоткіно: евакуація триває третю добу", "З Тьоткіного на Курщині вивозять людей третю добу. Дорога на Глушкове під вогнем."),
)  # fmt: skip
OTHERS = (
    "Coastal Post",
    "Degtyarny Courier",
    "Вести приграничья",
    "Plain Dealer Review",
    "Нова доба",
    "Le Matin de l'Est",
    "Telegrafo",
)


def _about(number: int) -> About:
    language, outlet, hours, others, title, text = STORIES[number]
    story = made_up(
        title,
        text,
        outlet=outlet,
        country="GB",
        language=language,
        minutes=-round(60 * hours),
        path=f"{number}",
    )
    story_id = f"5f0c{number:04x}"
    story = replace(story, story_id=story_id, group_id=story_id)
    copies = [
        Copy(
            story_id=story_id if n == 0 else f"{story_id}-{n}",
            outlet=name,
            url=f"https://copy-{n}.example/{number}",
            language=language,
            appeared_at=story.published_at + timedelta(minutes=23 * n * n),
        )
        for n, name in enumerate((outlet, *OTHERS[:others]))
    ]
    return About(
        story=story,
        rule="kursk-desk",
        group_id=story_id,
        level=story.level,
        zone=MOSCOW,
        copies=tuple(copies),
        page_url=f"{DESK}/stories/{story_id}",
    )


@cache
def made_up_digest() -> Digest:
    """A day of forty stories in three languages, of which two feeds did not see the end."""
    broken = (
        BrokenFeed(
            outlet="Областная хроника", since=NOON - timedelta(hours=9), words="HTTP 503; 14 times in a row"
        ),
        BrokenFeed(outlet="Coastal Post", since=NOON - timedelta(hours=3), words="gone (HTTP 410)"),
    )
    return Digest(
        rule="kursk-desk",
        topic_id="kursk",
        topic="The Russia-Ukraine war on the territory of Kursk oblast",
        since=NOON - timedelta(hours=24),
        until=NOON,
        zone=MOSCOW,
        told=tuple(_about(number) for number in range(len(STORIES))),
        broken=broken,
        link=f"{DESK}/digest/kursk-desk",
    )


def whole() -> str:
    return page(made_up_digest())


def top() -> str:
    """The first screens of it: the whole is seven thousand pixels high."""
    cut = "<style>html,body{height:1980px;overflow:hidden}</style></head>"
    return whole().replace("</head>", cut, 1)


def maps() -> str:
    spots = made_up_digest().spots
    pictures = [
        place_map(each, chart_id=f"m{n}", title="", desc="") for n, each in enumerate((spots, crowd(spots)))
    ]
    return document("Map", sheet() + "<br>".join(framed(each) for each in pictures), lang="en", width=640)


def in_bad_light() -> str:
    """What is left of it where SVG and the style sheet are taken away but not the words in them."""
    kept = re.sub(r"<style>.*?</style>", "", whole(), flags=re.DOTALL)
    return re.sub(r"</?(svg|text|tspan|rect|circle|path|title|desc)[^>]*>", "", kept)


def empty() -> str:
    return page(replace(made_up_digest(), told=(), broken=(), reason=None))


PICTURES = (
    Picture(name="digest", html=top, width=720, is_kept=True),
    Picture(name="digest-map", html=maps, width=640, is_kept=True),
    Picture(name="digest-whole", html=whole, width=720),
    Picture(name="digest-dark", html=whole, width=720, is_dark=True),
    Picture(name="digest-narrow", html=whole, width=390),
    Picture(name="digest-narrow-dark", html=whole, width=390, is_dark=True),
    Picture(name="digest-stripped", html=in_bad_light, width=720),
    Picture(name="digest-empty", html=empty, width=720),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true", help="also those that docs do not show")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", help="the folder")
    parser.add_argument("--chromium", default="chromium", help="the browser")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        if picture.is_kept or options.all:
            target = take(picture, options.out, options.chromium)
            print(f"{target.name}: {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
