"""Health check of the web container: exit code 0 when /healthz answers 200 (database and cache are there)."""

import os
import sys
from urllib.request import Request, urlopen

host = os.environ.get("CENSUS_HOSTS", "localhost").split(",")[0]
request = Request("http://127.0.0.1:8000/healthz", headers={"Host": "localhost" if host == "*" else host})
with urlopen(request, timeout=5) as answer:  # noqa: S310  our own address
    sys.exit(answer.status != 200)
