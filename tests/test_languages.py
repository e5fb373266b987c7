"""The language of a text: which, how sure, and when there is none to be named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.languages import identify_language

UK = "Українські військові заявили про просування в області. Про це повідомив речник командування на зустрічі. "
RU = "Президент заявил на совещании, что все поставленные задачи будут выполнены в срок и в полном объёме. "
EN = "The officials said in a statement on Tuesday that the forces had moved on in the region near the border. "


@pytest.mark.parametrize(
    "code, text",
    [
        ("ru", "В приграничных районах области объявили эвакуацию"),
        ("ru", "Источник: Le Parisien узнала причину звонка Макрона в Кремль"),
        ("uk", "У прикордонних районах області оголосили евакуацію"),
        ("uk", "Бої тривають на околицях міста, повідомили в Генштабі"),
        ("be", "У памежных раёнах вобласці абвясцілі эвакуацыю"),
        ("bg", "В граничните райони на областта е обявена евакуация"),
        ("mk", "Во пограничните реони на областа е објавена евакуација"),
        ("sr", "У пограничним рејонима области проглашена је евакуација"),
        ("kk", "Облыстың шекаралас аудандарында көшіру жарияланды"),
        ("mn", "Хилийн бүсийн оршин суугчдыг нүүлгэн шилжүүлэхээр болжээ"),
        ("en", "Evacuation announced in border districts of the region"),
        ("de", "In den Grenzgebieten der Region wurde die Evakuierung angeordnet"),
        ("fr", "L'évacuation a été annoncée dans les districts frontaliers"),
        ("es", "Anunciada la evacuación en los distritos fronterizos de la región"),
        ("it", "Annunciata l'evacuazione nei distretti di confine della regione"),
        ("pt", "Anunciada a evacuação nos distritos fronteiriços da região"),
        ("nl", "Evacuatie aangekondigd in de grensdistricten van de regio"),
        ("pl", "W przygranicznych rejonach obwodu ogłoszono ewakuację"),
        ("cs", "V příhraničních okresech oblasti byla vyhlášena evakuace"),
        ("sk", "V pohraničných okresoch oblasti vyhlásili evakuáciu"),
        ("ro", "A fost anunțată evacuarea în raioanele de frontieră"),
        ("hu", "Elrendelték a kitelepítést a régió határ menti járásaiban"),
        ("tr", "Bölgenin sınır ilçelerinde tahliye kararı alındı"),
        ("el", "Ανακοινώθηκε εκκένωση στις παραμεθόριες περιοχές"),
        ("he", "הוכרז על פינוי באזורי הגבול"),
        ("ar", "أُعلن عن إجلاء السكان في المناطق الحدودية"),
        ("fa", "تخلیه ساکنان مناطق مرزی این استان اعلام شد"),
        ("hi", "सीमावर्ती जिलों में लोगों को निकालने की घोषणा की गई"),
        ("ka", "სასაზღვრო რაიონებში ევაკუაცია გამოცხადდა"),
        ("hy", "Սահմանամերձ շրջաններում հայտարարվել է տարհանում"),
        ("th", "ประกาศอพยพประชาชนในพื้นที่ชายแดน"),
        ("ko", "국경 지역 주민 대피령 발표"),
        ("ja", "国境地域の住民に避難指示"),
        ("zh", "边境地区宣布疏散居民"),
    ],
)
def test_a_headline_has_its_language_and_is_sure_of_it(code, text):
    found = identify_language(text)

    assert found.code == code
    assert found.confidence > 0.75


def test_capitals_and_addresses_change_nothing():
    shout = identify_language("EVACUATION ANNOUNCED IN BORDER DISTRICTS OF THE REGION")
    cited = identify_language(
        "@русские_новости https://новости.example/сегодня/всё #срочно the evacuation was announced"
    )

    assert (shout.code, cited.code) == ("en", "en")
    assert min(shout.confidence, cited.confidence) > 0.75


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345 — 67890 !!! 2024-08-06",
        "Курск",
        "ᚠᚢᚦᚨᚱᚲ ᚷᚹᚺᚾᛁᛃ ᛇᛈᛉᛊᛏᛒ",
        "Joe Biden, Vladimir Putin, Xi Jinping",
        "V Kurske nachalas evakuatsiya zhiteley prigranichnykh rayonov",
        "Abantu abaningi bazofudukela kwenye indawo kulezi zinsuku",
    ],
)
def test_of_numbers_names_and_strange_spellings_nothing_is_said(text):
    assert identify_language(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Volodymyr Zelensky, Emmanuel Macron, Ursula von der Leyen",
        "Putin zayavil o pobede v Kurskoy oblasti",
        "Real Madrid - Barcelona 3:1",
        "Predsjednik je izjavio da se sutra nastavlja evakuacija",
        "Menteri mengumumkan bantuan untuk penduduk di perbatasan",
        "ВСУ атаковали Курск",
    ],
)
def test_where_it_could_well_be_another_the_confidence_is_low(text):
    found = identify_language(text)

    assert found is None or found.confidence < 0.75


def test_a_text_in_two_languages_is_as_sure_as_the_larger_part_is_large():
    alone, mixed = identify_language(UK * 4), identify_language(UK * 2 + RU * 2)
    halves = identify_language(EN + RU)

    assert (alone.code, mixed.code) == ("uk", "uk")
    assert alone.confidence > 0.95 > 0.65 > mixed.confidence
    assert halves.confidence < 0.65


def test_a_name_in_other_letters_leaves_a_text_its_language():
    english = identify_language(f"{EN} (Курск)")
    russian = identify_language("Компания Apple представила новый iPhone 17 Pro на конференции")

    assert (english.code, russian.code) == ("en", "ru")
    assert min(english.confidence, russian.confidence) > 0.9


def test_serbian_is_serbian_in_both_of_its_scripts():
    assert identify_language("Председник је изјавио да се евакуација наставља").code == "sr"
    latin = identify_language("Predsednik je izjavio da se evakuacija nastavlja")

    assert latin.code in ("sr", "hr", "bs")
    assert latin.confidence < 0.75


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=300) | st.text("абвії јљabcŁ字か한אα1 .", max_size=300))
def test_any_text_has_a_language_and_a_confidence_or_none(text):
    found = identify_language(text)

    assert found is None or (len(found.code) == 2 and 0 < found.confidence <= 1)


@pytest.mark.parametrize(
    "text", ["а" * 1_000_000, "a " * 500_000, "@" * 1_000_000, "http://" * 100_000, "\ud800" * 1000]
)
def test_a_text_made_to_be_slow_is_read_no_further_than_its_beginning(text):
    identify_language(text)
