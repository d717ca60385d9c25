"""Numerals in headings: `2`, `II`, `two`, `second`, `二`, `둘`, as numbers. Circled and full-width digits are digits by
then, and text is folded."""

from __future__ import annotations

from grader.notebook.sections.words import folded

LARGEST = 999

_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
_COUNTED = (
    "one two three four five six seven eight nine ten",
    "eins zwei drei vier fünf sechs sieben acht neun zehn",
    "un deux trois quatre cinq six sept huit neuf dix",
    "uno dos tres cuatro cinco seis siete ocho nueve diez",
    "um dois três quatro cinco seis sete oito nove dez",
    "uno due tre quattro cinque sei sette otto nove dieci",
    "een twee drie vier vijf zes zeven acht negen tien",
    "один два три четыре пять шесть семь восемь девять десять",
    "일 이 삼 사 오 육 칠 팔 구 십",
    "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열",
    "一 二 三 四 五 六 七 八 九 十",
)
_RANKED = (
    "first second third fourth fifth sixth seventh eighth ninth tenth",
    "erste zweite dritte vierte fünfte sechste siebte achte neunte zehnte",
    "première deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième",
    "premier second troisième quatrième cinquième sixième septième huitième neuvième dixième",
    "primera segunda tercera cuarta quinta sexta séptima octava novena décima",
    "primer segundo tercer cuarto quinto sexto séptimo octavo noveno décimo",
    "primeira segunda terceira quarta quinta sexta sétima oitava nona décima",
    "primo secondo terzo quarto quinto sesto settimo ottavo nono decimo",
    "первое второе третье четвертое пятое шестое седьмое восьмое девятое десятое",
    "первая вторая третья четвертая пятая шестая седьмая восьмая девятая десятая",
)


def _numbered(rows: tuple[str, ...]) -> dict[str, int]:
    return {folded(word): number for row in rows for number, word in enumerate(row.split(), start=1)}


ROMAN = _numbered((_ROMAN,))
COUNTED = _numbered(_COUNTED)
"""What comes after a word: `Task two`."""
RANKED = _numbered(_RANKED)
"""What comes before a word: `Second task`."""
IDEOGRAPHS = frozenset(_COUNTED[-1].split())


def number_of(numeral: str) -> int:
    """The number of a numeral, 0 where it is none or out of bounds. `i`, `v` and `x` are Roman, other letters none."""
    if numeral.isdecimal():
        return int(numeral) if len(numeral) <= len(str(LARGEST)) else 0
    return ROMAN.get(numeral) or COUNTED.get(numeral, 0)


def letter_of(letter: str) -> int:
    """1 for `a`, 2 for `b`; 0 for what is no small Latin letter."""
    return ord(letter) - ord("a") + 1 if len(letter) == 1 and "a" <= letter <= "z" else 0


def part_of(name: str) -> int:
    """The place of a part in its task: 2 for `b`, for `2` and for `ii`; 0 where it is none."""
    return number_of(name) or letter_of(name)
