"""Names of regions in English: the pinyin of the name with the English word for its kind."""

from __future__ import annotations

from collections.abc import Callable

from census.places.models import Region

OWN = "（本级）"
ENDS = (
    ("自治区", "zizhiqu", "Autonomous Region"),
    ("自治州", "zizhizhou", "Autonomous Prefecture"),
    ("自治县", "zizhixian", "Autonomous County"),
    ("街道", "jiedao", "Subdistrict"),
    ("省", "sheng", "Province"),
    ("市", "shi", "City"),
    ("区", "qu", "District"),
    ("县", "xian", "County"),
    ("旗", "qi", "Banner"),
    ("镇", "zhen", "Town"),
    ("乡", "xiang", "Township"),
)
# official English names that are not the pinyin, or not with its ending (GB/T 37026, ISO 3166-2:CN)
SPECIAL = {
    "全国": "China",
    "内蒙古自治区": "Inner Mongolia",
    "广西壮族自治区": "Guangxi",
    "西藏自治区": "Xizang",
    "宁夏回族自治区": "Ningxia",
    "新疆维吾尔自治区": "Xinjiang",
    "陕西省": "Shaanxi",
    "香港特别行政区": "Hong Kong",
    "澳门特别行政区": "Macao",
    "新疆生产建设兵团": "Xinjiang Production and Construction Corps",
}


def english_name(name: str, pinyin: str, level: int) -> str:
    """衢江区, Qujiangqu → Qujiang District; provinces by their bare name (Zhejiang).

    >>> english_name("衢江区", "Qujiangqu", 3)
    'Qujiang District'
    """
    if name in SPECIAL:
        return SPECIAL[name]
    for end, sound, word in ENDS:
        if name.endswith(end) and pinyin.endswith(sound) and len(pinyin) > len(sound):
            bare = pinyin[: -len(sound)]
            return bare if level == 1 else f"{bare} {word}"
    return pinyin or name


def namer(region: str) -> Callable[[str], str]:
    """A function from the Chinese to the English name of *region* and of its children; others stay as they are."""
    rows = Region.objects.filter(parent=region) | Region.objects.filter(code=region)
    known = {row.name: english_name(row.name, row.name_pinyin, row.level) for row in rows}

    def name(chinese: str) -> str:
        bare = chinese.removesuffix(OWN)
        return known.get(bare, SPECIAL.get(bare, bare)) + (" (own level)" if bare != chinese else "")

    return name
