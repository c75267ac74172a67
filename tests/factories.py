"""Small named worlds that tests of several rooms share."""

from __future__ import annotations

import itertools
from typing import Any

from django.contrib.auth.hashers import make_password

from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.access.signin import scope_of
from census.people.models import Post, User
from census.places import regions
from census.places.models import Region

PASSWORD = "a-good-password-1"
NATION, PROVINCE, CITY = regions.NATION, "330000000000", "330800000000"
COUNTY, TOWNSHIP, VILLAGE = "330802000000", "330802005000", "330802005001"
OTHER_COUNTY, OTHER_TOWNSHIP = "330803000000", "330803001000"
FAR_PROVINCE, FAR_CITY, FAR_COUNTY = "370000000000", "370100000000", "370102000000"

_NAMES = {
    NATION: ("全国", "qg"),
    PROVINCE: ("浙江省", "zjs"),
    CITY: ("衢州市", "qzs"),
    COUNTY: ("柯城区", "kcq"),
    TOWNSHIP: ("新新街道", "xxjd"),
    VILLAGE: ("金桂社区", "jgsq"),
    OTHER_COUNTY: ("衢江区", "qjq"),
    OTHER_TOWNSHIP: ("樟潭街道", "ztjd"),
    FAR_PROVINCE: ("山东省", "sds"),
    FAR_CITY: ("济南市", "jns"),
    FAR_COUNTY: ("历下区", "lxq"),
}
_serial = itertools.count(1)


def make_regions() -> None:
    """A dozen real divisions: two counties of Quzhou, one of Jinan, and what lies above and below them."""
    Region.objects.bulk_create(
        [
            Region(
                code=code,
                parent=regions.ancestors(code)[-2] if code != NATION else "",
                level=regions.level(code),
                name=name,
                initials=initials,
            )
            for code, (name, initials) in _NAMES.items()
        ],
        ignore_conflicts=True,
    )


def make_person(kind: str, region: str = COUNTY, *, username: str = "", **post: Any) -> User:
    """A person with one post in force and the password ``PASSWORD``; ``user.post`` is the post."""
    number = next(_serial)
    user = User.objects.create(
        username=username or f"{kind}{number}", name=f"{kind} {number}", password=make_password(PASSWORD)
    )
    user.post = Post.objects.create(
        user=user, kind=kind, region=region, **({"categories": list(CATEGORIES)} | post)
    )
    return user


def make_scope(kind: str, region: str = COUNTY, **post: Any) -> Scope:
    """The scope of a new person's post."""
    user = make_person(kind, region, **post)
    return scope_of(user, user.post)
