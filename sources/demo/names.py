"""Names, telephones and codes of things that do not exist. Every unit's name ends in （合成）, synthetic."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sources.demo.draw import Draw

MARK = "（合成）"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛范彭郎"
GIVEN = "示例样本虚拟测演仿真假设模型"
FIRST = "恒瑞嘉盛鑫宏泰华永安福顺兴隆昌茂达利源丰裕康益信诚德仁和美佳旭东晨光明天元正大中新联"
SECOND = "达盛源丰泰隆昌茂宇航腾辉耀华祥瑞和顺通力强科创智远博雅欣悦成邦基业立信德安康乐美亿万"
DIGITS31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100 alphabet, value order


def brands(draw: Draw, size: int) -> list[str]:
    """Different two-syllable trade names; from the 2,000th on with a number."""
    pairs = len(FIRST) * len(SECOND)
    order = draw.rng.permutation(pairs)
    names = []
    for position in range(size):
        lap, step = divmod(position, pairs)
        first, second = divmod(int(order[step]), len(SECOND))
        names.append(FIRST[first] + SECOND[second] + (f"{lap + 1}号" if lap else ""))
    return names


def people(draw: Draw, size: int) -> np.ndarray:
    """Names of persons that read as made up: a surname and two syllables of 'example, virtual, model'."""
    rng = draw.rng
    surnames = np.array(list(SURNAMES), dtype=object)[rng.integers(0, len(SURNAMES), size)]
    given = np.array(list(GIVEN), dtype=object)
    return surnames + given[rng.integers(0, len(GIVEN), size)] + given[rng.integers(0, len(GIVEN), size)]


def phones(draw: Draw, size: int) -> np.ndarray:
    """Mobile numbers of the right shape: 199, four zeros, four digits; such numbers are not given out."""
    return np.array([f"1990000{number:04d}" for number in draw.whole(size, 0, 9999).tolist()], dtype=object)


def organisation_codes(numbers: np.ndarray) -> np.ndarray:
    """Nine-character organisation codes YYYYnnnnC (GB 11714 check character) for *numbers* below 31⁴."""
    digits = np.stack([numbers // 31**power % 31 for power in (3, 2, 1, 0)], axis=1)
    characters = np.array(list(DIGITS31))
    values = np.array([int(character, 36) for character in DIGITS31])
    total = 34 * (3 + 7 + 9 + 10) + values[digits] @ np.array([5, 8, 4, 2])
    checks = np.array(list("0123456789X0"))[11 - total % 11]
    return np.array(
        ["YYYY" + "".join(row) + check for row, check in zip(characters[digits], checks, strict=True)],
        dtype=object,
    )


def credit_codes(prefix: str, organisation: np.ndarray) -> np.ndarray:
    """18-character credit codes: *prefix* (kind and division, 8 characters), organisation code, check character.

    GB 32100: position i weighs 3^(i-1) mod 31.
    """
    value = {character: rank for rank, character in enumerate(DIGITS31)}
    weights = [pow(3, position, 31) for position in range(17)]
    codes = []
    for code in organisation.tolist():
        body = prefix + code
        total = sum(value[character] * weight for character, weight in zip(body, weights, strict=True))
        codes.append(body + DIGITS31[-total % 31])
    return np.array(codes, dtype=object)


def identifiers(draw: Draw, size: int, start_ms: int = 1_519_862_400_000) -> list[str]:
    """UUIDs of version 7 made from the seed: time-ordered from 1 March 2018, a millisecond apart."""
    noise = draw.rng.bytes(10 * size).hex()
    return [
        f"{(ms := start_ms + position) >> 16:08x}-{ms & 0xFFFF:04x}-7{noise[at : at + 3]}"
        f"-{'89ab'[int(noise[at + 3], 16) & 3]}{noise[at + 4 : at + 7]}-{noise[at + 7 : at + 19]}"
        for position, at in enumerate(range(0, 20 * size, 20))
    ]


RIVERS = {
    "330802": "衢江", "330803": "衢江", "330822": "常山港", "330824": "马金溪", "330825": "衢江", "330881": "江山港",
}  # fmt: skip
"""The river through the seat of each county of Quzhou, as the list of waters names it."""
SUBDISTRICTS = range(1, 100)  # of the three digits of a township: those of the seat


def waters(townships: Iterable[str], villages: Iterable[str]) -> tuple[list[str], list[str]]:
    """Names and codes of what units discharge into, by name of the township and code of the village: the river in the
    seat of a county, elsewhere a made-up brook. The codes lead nowhere, as the official ones are not known."""
    found = [
        RIVERS.get(code[:6], f"{town}溪") if int(code[6:9]) in SUBDISTRICTS else f"{town}溪"
        for town, code in zip(townships, villages, strict=True)
    ]
    return found, [f"SYN{code[:9]}" for code in villages]
