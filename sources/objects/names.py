"""Names of census objects: one way to write each, and pinyin initials to find it by. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from django.utils.translation import gettext as _

MAX_LENGTH = 200
_HAN = r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]"
_HAS_HAN = re.compile(_HAN)
_INNER_SPACE = re.compile(rf"(?<={_HAN})\s+(?=[^\sA-Za-z0-9])|(?<=[^\sA-Za-z0-9])\s+(?={_HAN})")
_AROUND_MARKS = re.compile(r"\s*([（），；：])\s*")
# Categories that have no place in a name: controls, surrogates, private use, unassigned, other symbols
# (emoji), modifier symbols (skin tones).
_REFUSED = {"Cc", "Cs", "Co", "Cn", "So", "Sk"}
_FULL_WIDTH = str.maketrans("(),;:", "（），；：")
# Where the first reading of the dictionary is not the one in names of places and firms.
_READINGS = {"长": "c", "行": "h", "朝": "c", "厦": "s", "曾": "z", "仇": "q", "解": "j", "薄": "b"}
_PHRASES = {"重庆": "cq", "厦门": "xm", "乐清": "yq", "都匀": "dy", "台州": "tz", "六安": "la", "蚌埠": "bb"}
_PHRASE = re.compile("|".join(_PHRASES))


class NameFault(ValueError):
    """A name that cannot be one; the text is for the user."""


def normalise_name(text: str) -> str:
    """Return *text* as a name is kept: NFKC, single blanks, none beside Chinese characters, full-width
    brackets and punctuation in a Chinese name. Invisible format characters fall out.

    Raises NameFault for a blank or overlong name, control characters and emoji.

    >>> normalise_name(" 衢州 某某化工(集团)有限公司 ")
    '衢州某某化工（集团）有限公司'
    """
    name = clean_text(text, MAX_LENGTH)
    if _HAS_HAN.search(name):
        name = _AROUND_MARKS.sub(r"\1", _INNER_SPACE.sub("", name).translate(_FULL_WIDTH))
    if not any(c.isalnum() for c in name):
        raise NameFault(_("The name is blank."))
    return name


def clean_text(text: str, longest: int) -> str:
    """Any single line of text: NFKC, single blanks, no invisible characters; may be blank.

    Raises NameFault for control characters, emoji, and more than *longest* characters.
    """
    line = unicodedata.normalize("NFKC", text.strip())
    line = "".join(c for c in line if unicodedata.category(c) != "Cf" and not "\ufe00" <= c <= "\ufe0f")
    for position, character in enumerate(line, start=1):
        if unicodedata.category(character) in _REFUSED:
            shown = character if character.isprintable() else f"U+{ord(character):04X}"
            raise NameFault(
                _("“%(character)s” (character %(position)s) cannot stand here. Delete it.")
                % {"character": shown, "position": position}
            )
    line = " ".join(line.split())
    if len(line) > longest:
        raise NameFault(
            _("The text has %(count)s characters; %(limit)s are allowed.")
            % {"count": len(line), "limit": longest}
        )
    return line


def initials(name: str) -> str:
    """First letters of the pinyin of *name*, with its digits and Latin letters, in lower case.

    >>> initials("衢州3号化工厂")
    'qz3hhgc'
    """
    if _PHRASE.search(name):
        name = _PHRASE.sub(lambda found: _PHRASES[found[0]], name)
    return "".join(map(_initial, name))[:MAX_LENGTH]


@cache
def _initial(character: str) -> str:
    if character in _READINGS:
        return _READINGS[character]
    from pypinyin.pinyin_dict import pinyin_dict  # a third of a second that not every start needs

    if reading := pinyin_dict.get(ord(character)):
        letter = unicodedata.normalize("NFD", reading)[0]
        return letter if letter.isascii() else ""
    return character.lower() if character.isascii() and character.isalnum() else ""
