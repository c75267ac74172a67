"""Settings of the tests: the product's own, on throw-away servers, with a fast password hash."""

import os

from census.local.throwaway import session

if os.environ.setdefault("CENSUS_TEST_SESSION", str(os.getpid())) == str(os.getpid()):
    session().declare()  # a web server or worker started by a test inherits the addresses instead

from census.conf.i18n import compile_texts
from census.conf.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
compile_texts(BASE_DIR / "locale" / "parts", LOCALE_PATHS[0])  # noqa: F405
