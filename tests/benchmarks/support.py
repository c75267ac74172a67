"""What the benchmarks share."""

from urllib.parse import urlsplit


def database_named(url: str, name: str) -> str:
    """The address *url* with another database; the socket form (no host part) keeps its two slashes."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")
