"""The forms a dictionary gives for words: a process of its own, since two languages in one disturb each other.

Reads {word: is it one of several} from standard input, writes {word: forms} of those it knows.
"""

import json
import sys

from pymorphy3 import MorphAnalyzer

# Superlatives and old, colloquial or poetic variants.
_RARE = frozenset(
    {
        "Supr",
        "V-be",
        "V-bi",
        "V-ie",
        "V-ey",
        "V-oy",
        "alt",
        "Abbr",
        "Init",
        "voct",
        "Infr",
        "Erro",
        "Arch",
        "Dist",
    }
)
_NAMES = frozenset({"Name", "Surn", "Geox"})
_GENDERS = frozenset({"masc", "femn", "neut", "plur"})
# Ukrainian poetry: малая, малую, малеє.
_POETIC = ("ая", "ую", "еє", "ії", "яя", "юю", "єє", "її")


def marks(tag) -> set[str]:
    return set(str(tag).replace(" ", ",").split(","))


def forms(morph, language, word, in_phrase) -> set[str]:
    found = set()
    for parse in morph.parse(word):
        own = marks(parse.tag)
        if not parse.is_known or "nomn" not in own or not own & {"NOUN", "ADJF"}:
            continue
        for each in parse.lexeme:
            theirs = marks(each.tag)
            if theirs & _RARE or not theirs & {"NOUN", "ADJF"} or ("Supr" in own and "Supr" not in theirs):
                continue
            if "ADJF" in own and language == "uk" and each.word.endswith(_POETIC):
                continue
            if "NOUN" in own:
                is_other = ("plur" in own and "plur" not in theirs) or {"masc", "femn"} <= own | theirs
                is_other = is_other or (own & _NAMES and "plur" in theirs - own)
            else:
                # A place that is an adjective keeps its gender; in a phrase the file may have any form of it.
                is_other = not in_phrase and not theirs & own & _GENDERS
            if not is_other:
                found.add(each.word.replace("ё", "е"))
    return found


def main() -> None:
    language = sys.argv[1]
    morph = MorphAnalyzer(lang=language)
    words = json.load(sys.stdin)
    known = {word: is_part for word, is_part in words.items() if morph.word_is_known(word)}
    json.dump(
        {word: sorted(forms(morph, language, word, is_part)) for word, is_part in known.items()}, sys.stdout
    )


if __name__ == "__main__":
    main()
