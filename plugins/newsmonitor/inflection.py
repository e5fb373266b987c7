"""All forms of a Russian, Ukrainian or Polish word, by tables of endings. Pure."""

from collections.abc import Mapping

_Endings = tuple[tuple[str, int, str], ...]

INFLECTED_LANGUAGES = ("ru", "uk", "pl")
# A preposition within a phrase has no forms: those of "в" would be "вы" and "вам".
_PREPOSITIONS = {
    "ru": "в во на за по из до от об под над при для без к ко с со у о и",
    "uk": "в у на за по із зі з до від об під над при для без про перед через і та й",
    "pl": "w we na za po z ze do od pod nad przy dla bez o u i oraz",
}

_ADJECTIVE = {
    "ru": {
        "hard": "ый ой ого ому ым ом ая ую ою ое ые ых ыми",
        "velar": "ий ой ого ому им ом ая ую ою ое ие их ими",
        "hissing": "ий ой ого его ому ему им ом ем ая ей ую ою ею ое ее ие их ими",
        "soft": "ий его ему им ем яя ей юю ею ее ие их ими",
        # Рабочий and казачий end alike.
        "possessive": "ий ьего ьему ьим ьем ья ьей ью ьею ье ьи ьих ьими его ему им ем ая ей ую ою ее ие их ими",
    },
    "uk": {
        "hard": "ий ого ому им ім а ої ій у ою е і их ими",
        "soft": "ій ього ьому ім я ьої ю ьою є і іх іми",
    },
    "pl": {
        "hard": "y ego emu ym a ej ą e i ych ymi",
        "k": "ki kiego kiemu kim ka kiej ką kie cy kich kimi",
        "g": "gi giego giemu gim ga giej gą gie dzy gich gimi",
    },
}
# (kind of adjective, letters to take away, endings of the form in the file); the first that fits.
_ADJECTIVE_ENDINGS: Mapping[str, _Endings] = {
    "ru": (
        ("soft", 2, "ний няя нее"),
        ("possessive", 2, "чий чья чье чьи жий жья жье жьи"),
        ("velar", 2, "кий гий хий кая гая хая кое гое хое кие гие хие ской хой"),
        ("hissing", 2, "ший щий жая шая щая чая шое жее шее щее чее шие жие щие чие шой"),
        ("hard", 2, "ый ая ое ые ной той дой овой евой ивой торой"),
    ),
    "uk": (
        ("hard", 1, "ська цька зька ське цьке зьке ські цькі зькі"),
        ("soft", 2, "ній"),
        ("hard", 2, "ий ая"),
    ),
    "pl": (("k", 2, "ska cka ki"), ("k", 3, "skie ckie"), ("g", 2, "gi"), ("hard", 1, "y")),
}
# The same for endings that nouns have too; a phrase begins with an adjective more often than not.
_SHARED_ENDINGS: Mapping[str, _Endings] = {
    "ru": (),
    "uk": (("soft", 1, "я є"), ("hard", 1, "а е і")),
    "pl": (("k", 2, "ka"), ("k", 3, "kie"), ("g", 2, "ga"), ("g", 3, "gie"), ("hard", 1, "a e")),
}
# Nouns: (ending of the form in the file, endings of the other forms), longest first; "" is a consonant.
_NOUN = {
    "ru": (
        ("анин", "анин анина анину анином анине ане ан анам анами анах анины аниным аниных аниными"),
        ("янин", "янин янина янину янином янине яне ян янам янами янах янины яниным яниных яниными"),
        ("яне", "яне ян янам янами янах"), ("ане", "ане ан анам анами анах"),
        # Surnames and towns end alike: с Путиным, под Льговом.
        ("ин", "ин ина ину ином ине ины иным иных иными инов инам инами инах"),
        ("ын", "ын ына ыну ыном ыне ыны ыным ыных ыными"),
        ("ов", "ов ова ову овом ове овы овым овых овыми овов овам овами овах"),
        ("ев", "ев ева еву евом еве евы евым евых евыми евов евам евами евах"),
        # Villages in -ово have one number: their plural would be a surname (Иванов).
        ("слово", "слово слова слову словом слове слов словам словами словах"),
        ("ово", "ово ова ову овом ове"), ("ево", "ево ева еву евом еве"), ("ино", "ино ина ину ином ине"),
        ("ыно", "ыно ына ыну ыном ыне"), ("ия", "ия ии ию ией иею ий иям иями иях"),
        ("ии", "ии ий иям иями иях"), ("ие", "ие ия ию ием ии ий иям иями иях"),
        ("ье", "ье ья ью ьем ьи ий ьям ьями ьях"), ("ька", "ька ьки ьке ьку ькой ькою ек ькам ьками ьках"),
        ("йка", "йка йки йке йку йкой йкою ек йкам йками йках"),
        ("ка", "ка ки ке ку кой кою ок ек к кам ками ках"), ("ья", "ья ьи ье ью ьей ьею ий ей ьям ьями ьях"),
        ("ьня", "ьня ьни ьне ьню ьней ьнею ен ьням ьнями ьнях"),
        ("ня", "ня ни не ню ней нею нь ен ень ням нями нях"),
        ("ля", "ля ли ле лю лей лею ль ел ель лям лями лях"),
        ("ок", "ок ка ку ком ке ки ков кам ками ках ока оку оком оке оки оков окам оками оках"),
        ("нек", "нек нька ньку ньком ньке ньки ньков нькам ньками ньках нека неку неком неке неки неков"),
        ("ек", "ек ка ку ком ке ки ков кам ками ках ека еку еком еке еки еков екам еками еках"),
        ("ел", "ел ла лу лом ле лы лов лам лами лах ела елу елом еле елы елов елам елами елах"),
        ("ень", "ень ня ню нем не ни ней ням нями нях ени енью еня еню енем ене еней еням енями енях"),
        ("лец", "лец льца льцу льцем льцом льце льцы льцев льцов льцам льцами льцах леца лецу лецом леце лецы"),
        ("ец", "ец ца цу цем цом це цы цев цов цам цами цах йца йцу йцем йце йцы йцев йцам йцами йцах еца ецу ецом"),
        ("ьки", "ьки ьков ек ькам ьками ьках"), ("йки", "йки йков ек йкам йками йках"),
        ("ки", "ки ков ок ек к кам ками ках"), ("ни", "ни ней ень ен нь ням нями нях нов нам нами нах"),
        ("цы", "цы цев цов ец ц цам цами цах"), ("а", "а ы и е у ой ою ей ею ам ами ах -"),
        ("я", "я и е ю ей ею ь й ям ями ях"), ("ще", "ще ща щу щем щи щ щам щами щах"),
        ("о", "о а у ом е ам ами ах -"), ("е", "е я ю а у ем и ей ям ями ях ам ами ах"),
        ("и", "и ов ев ей ам ами ах ям ями ях ь -"), ("ы", "ы ов ам ами ах -"),
        ("ь", "ь и ью я ю ем е ей ям ями ях"), ("й", "й я ю ем е и ев ям ями ях"),
        ("к", "к ка ку ком ке ки ков кам ками ках"), ("г", "г га гу гом ге ги гов гам гами гах"),
        ("х", "х ха ху хом хе хи хов хам хами хах"), ("ж", "ж жа жу жом жем же жи жей жам жами жах"),
        ("ш", "ш ша шу шом шем ше ши шей шам шами шах"), ("ч", "ч ча чу чом чем че чи чей чам чами чах"),
        ("щ", "щ ща щу щом щем ще щи щей щам щами щах"), ("ц", "ц ца цу цом цем це цы цев цов цам цами цах"),
        ("", "- а у ом е ы ов ам ами ах"),
    ),
    "uk": (
        ("анин", "анин анина анину анином анинові анині ани ан анам анами анах"),
        ("янин", "янин янина янину янином янинові янині яни ян янам янами янах"),
        ("яни", "яни ян янам янами янах"), ("ани", "ани ан анам анами анах"),
        ("війна", "війна війни війні війну війною воєн війн війнам війнами війнах"),
        ("ін", "ін іна іну іном інові іні іне іни іним іних іними інів інам інами інах"),
        ("ин", "ин ина ину ином инові ині ине ини иним иних иними инів инам инами инах"),
        ("ов", "ов ова ову овом ові овові ове ови овим ових овими"),
        ("єв", "єв єва єву євом єві євові єве єви євим євих євими"), ("ово", "ово ова ову овом ові ове"),
        ("ево", "ево ева еву евом еві еве"), ("єво", "єво єва єву євом єві єве"),
        ("ино", "ино ина ину ином ині ине"), ("іно", "іно іна іну іном іні іне"),
        ("їно", "їно їна їну їном їні їне"),
        # The rest of the forms of a town in -ськ are those of its adjective.
        ("ськ", "ськ ська ську ськові ськом"), ("цьк", "цьк цька цьку цькові цьком"),
        ("зьк", "зьк зька зьку зькові зьком"), ("ія", "ія ії ію ією іє ій іям іями іях"),
        ("ість", "ість ості істю ости остей остям остями остях"),
        ("ость", "ость ості остю істю ости остей остям остями остях"),
        ("ів", "ів ова ову овом ові овові ове єва єву євом єві ева еву евом еві"),
        ("їв", "їв єва єву євом єві єве"),
        ("іль", "іль оля олю олем олі олеві ілля ілля еля елю елем елі елеві ілі іллю ілем ілеві ілю"),
        ("іг", "іг огу ога огом огові озі оги огів огам огами огах ігу іга ігом ігові ізі іги ігів ігам ігами ігах"),
        ("ір", "ір ору ора ором орові орі ори орів орам орами орах іру іра іром ірові ірі іри ірів"),
        ("ід", "ід оду ода одом одові оді оди одів одам одами одах іду іда ідом ідові іді іди ідів"),
        ("ка", "ка ки ці ку кою ко ок к кам ками ках"), ("га", "га ги зі гу гою го г гам гами гах"),
        ("ха", "ха хи сі ху хою хо х хам хами хах"),
        # Names of rivers and towns that are adjectives: до Білої.
        ("ла", "ла ли лі лу лою ло ел л лам лами лах лої лій"),
        ("на", "на ни ні ну ною но ен н нам нами нах ної ній"),
        ("ва", "ва ви ві ву вою во в вам вами вах вої вій"), ("ння", "ння нню нням нні нь ннями ннях"),
        ("ття", "ття ттю ттям тті ттів ттями ттях"), ("'я", "'я 'ї 'ю 'єю 'є 'ям 'ями 'ях 'їв"),
        ("ня", "ня ні ню нею не нь ень ням нями нях"), ("ля", "ля лі лю лею ле ль ель лям лями лях"),
        ("ок", "ок ку ка кові ком ці ки ків кам ками ках оку ока окові оком оці оки оків окам оками оках"),
        ("ен", "ен на ну нові ном ні не ни нів нам нами нах ена ену енові еном ені ени енів"),
        ("ел", "ел ла лу лові лом лі ле ли лів лам лами лах ела елу елові елом елі ели елів"),
        ("ень", "ень ня ню неві нем ні не нів ням нями нях еня еню еневі енем ені"),
        ("ець", "ець ця цю цеві цем ці ців цям цями цях"), ("ки", "ки ків ок к кам ками ках"),
        ("а", "а и і у ою ею о е ам ами ах -"), ("я", "я і ю ею єю є е ь й ям ями ях"),
        ("ко", "ко ка ку ком кові ці ки ків кам ками ках к"), ("о", "о а у ом ові і е ам ами ах -"),
        ("є", "є я ю єм ї єві"), ("ще", "ще ща щу щем щі щ щам щами щах"),
        ("це", "це ця цю цем ці ць цям цями цях"),
        ("море", "море моря морю морем морі морів морям морями морях"),
        ("поле", "поле поля полю полем полі полів піль полям полями полях"),
        # Only what an adjective has too: звання is a rank, and Званне a village.
        ("ине", "ине ина ину ином ині иного иному иним инім"),
        ("їне", "їне їна їну їном їні їного їному їним їнім"), ("не", "не на ну ного ному ним нім"),
        ("е", "е а у ом ем і ого ому им ім"), ("лі", "лі ль ель лів лей лям лями лях"),
        ("ні", "ні нь ень нів ней ням нями нях"), ("і", "і ів ей ам ами ах ям ями ях ь -"),
        ("и", "и ів ам ами ах -"), ("ї", "ї їв їй їм їми їх ям ями ях"),
        ("ь", "ь і и ю лю тю ню сю зю дю я ем еві ей ів ям ями ях"), ("й", "й я ю єм єві ї їв ям ями ях"),
        ("г", "г гу га гові гом зі же ги гів гам гами гах"),
        ("к", "к ку ка кові ком ці че ки ків кам ками ках"), ("х", "х ху ха хові хом сі хи хів хам хами хах"),
        ("р", "р ра ря ру рю рові реві ром рем рі ри ре рів рам рами рах рям рями рях"),
        ("ж", "ж жа жу жові жеві жем жі же жів жам жами жах"),
        ("ш", "ш ша шу шові шеві шем ші ше шів шам шами шах"),
        ("ч", "ч ча чу чові чеві чем чі че чів чам чами чах"),
        ("щ", "щ ща щу щові щеві щем щі ще щів щам щами щах"), ("", "- а у ові ом і и е ів ам ами ах"),
    ),
    "pl": (
        ("ja", "ja ji ję ją jo je jom jami jach"), ("ia", "ia ii i ię ią io ie ji jom iom iami iach ń"),
        ("wa", "wa wy wie wę wą wo ew w wom wami wach"), ("ka", "ka ki ce kę ką ko ek k kom kami kach"),
        ("ga", "ga gi dze gę gą go g gom gami gach"), ("ża", "ża ży żę żą żo ż żom żami żach"),
        ("cha", "cha chy sze chę chą cho ch chom chami chach"),
        ("sta", "sta sty ście stę stą sto st stom stami stach"), ("ta", "ta ty cie tę tą to t tom tami tach"),
        ("da", "da dy dzie dę dą do d dom dami dach"), ("ra", "ra ry rze rę rą ro r rom rami rach"),
        ("sła", "sła sły śle słę słą sło seł słom słami słach"), ("ła", "ła ły le łę łą ło ł łom łami łach"),
        ("na", "na ny nie nę ną no n en nom nami nach"),
        ("ów", "ów owa owu owowi owem owie owy owom owami owach"),
        ("ód", "ód odu oda odowi odem odzie ody odów odom odami odach"),
        ("ec", "ec ca cu cowi cem ce cow ców com cami cach"),
        ("ek", "ek ku ka kowi kiem ki ków kom kami kach"), ("ko", "ko ka ku kiem kom kami kach k"),
        ("go", "go ga gu giem gom gami gach"), ("ło", "ło ła łu łem le łom łami łach"),
        ("to", "to ta tu tem cie tom tami tach"), ("do", "do da du dem dzie dom dami dach"),
        ("ro", "ro ra ru rem rze rom rami rach"), ("zno", "zno zna znu znem źnie"),
        ("ki", "ki ków ek k kom kami kach"), ("gi", "gi gów g gom gami gach"),
        ("a", "a y i ie ę ą o e om ami ach -"), ("o", "o a u em ie om ami ach -"),
        ("ce", "ce c cy com cami cach"), ("e", "e a u em om ami ach y i ego emu ym"),
        ("y", "y ów om ami ach -"), ("k", "k ku ka kowi kiem ki ków kom kami kach"),
        ("g", "g gu ga gowi giem gi gów gom gami gach"),
        ("ch", "ch chu cha chowi chem chy chów chom chami chach"),
        ("st", "st stu sta stowi stem ście sty stów stom stami stach"),
        ("t", "t tu ta towi tem cie ty tów tom tami tach"),
        ("d", "d du da dowi dem dzie dy dów dom dami dach"),
        ("r", "r ru ra rowi rem rze ry rów rom rami rach"), ("ł", "ł łu ła łowi łem le ły łów łom łami łach"),
        ("ń", "ń nia niu niowi niem nie ni niów niom niami niach nią"),
        ("ść", "ść ści ścią ściom ściami ściach"), ("ć", "ć ci cia ciu ciem cią ciom ciami ciach"),
        ("", "- a u owi em ie e y i ów om ami ach"),
    ),
}  # fmt: skip


# Names of nothing but adjectives; deski (boards) are worth less than a form that is the town's own name.
_SURE_ADJECTIVES = ("ski", "cki", "zki")


def inflect(word: str, language: str, *, in_phrase: bool = False) -> set[str]:
    """All forms of a word in small letters, itself among them, by tables of endings; wrong ones too.

    Tables and no dictionary: a dictionary does not know half of the villages. A form that no one writes costs
    nothing. `in_phrase` takes an ending that nouns and adjectives share for both (Ukrainian Мала Локня).
    """
    if word in _PREPOSITIONS[language].split():
        return {word}
    first, _, last = word.partition("-")
    if last:
        return _compound_forms(first, last, language)
    forms = {word}
    adjective = _adjective_forms(word, language, _ADJECTIVE_ENDINGS)
    # Георгий is a noun, строгий none; Polska is one, morska none: the ending does not tell.
    is_noun_too = language == "pl" and not word.endswith(_SURE_ADJECTIVES)
    if not adjective or word[-1] == "й" or is_noun_too or (in_phrase and language == "uk"):
        forms |= _noun_forms(word, language)
    if in_phrase and not adjective:
        adjective = _adjective_forms(word, language, _SHARED_ENDINGS)
    return forms | adjective


def _compound_forms(first: str, last: str, language: str) -> set[str]:
    """Орехово-Зуево, of which some write one part inflected, some both; Ростов-на-Дону."""
    between, _, end = last.rpartition("-")
    glue = f"-{between}-" if between else "-"
    starts = inflect(first, language) if first else {first}
    ends = inflect(end, language) if end else {end}
    return {f"{first}-{last}", *(start + glue + stop for start in starts for stop in ends)}


def _adjective_forms(word: str, language: str, table: Mapping[str, _Endings]) -> set[str]:
    for kind, cut, endings in table[language]:
        if any(word.endswith(ending) and len(word) > len(ending) for ending in endings.split()):
            return _with_endings(word[:-cut], _ADJECTIVE[language][kind])
    return set()


def _noun_forms(word: str, language: str) -> set[str]:
    for ending, endings in _NOUN[language]:
        if word.endswith(ending):
            return _with_endings(word.removesuffix(ending), endings)
    return set()


def _with_endings(stem: str, endings: str) -> set[str]:
    # A lone letter as a genitive plural would be a preposition.
    forms = {stem + ("" if ending == "-" else ending) for ending in endings.split()}
    return {form for form in forms if len(form) > 1}
