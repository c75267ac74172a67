"""Static files: our own folder, and from node_modules only the files the pages really use."""

from collections.abc import Iterator
from pathlib import Path

from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files import File
from django.core.files.storage import Storage as FileStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

VENDOR_FILES = (
    "htmx.org/dist/htmx.min.js",
    "@tabler/core/dist/css/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js",
    "@tabler/icons-webfont/dist/tabler-icons.min.css",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2",
    "echarts/dist/echarts.min.js",
)


class SelectedFinder(FileSystemFinder):
    """Finds our static files, and the listed vendor files under ``vendor/``."""

    def list(self, ignore_patterns: list[str] | None) -> Iterator[tuple[str, FileStorage]]:
        for prefix, root in self.locations:
            storage = self.storages[root]
            if prefix != "vendor":
                for path in sorted(p for p in Path(root).rglob("*") if p.is_file()):
                    yield str(path.relative_to(root)), storage
                continue
            for path in VENDOR_FILES:
                if storage.exists(path):
                    yield path, storage


class Storage(CompressedManifestStaticFilesStorage):
    """Hashed names where collectstatic has run; plain names in development and tests."""

    manifest_strict = False
    # a module that another one imports is the same one that the page loads: twice loaded, it would listen twice
    support_js_module_import_aggregation = True

    def hashed_name(self, name: str, content: File | None = None, filename: str | None = None) -> str:
        """As ever, but a file that a vendor's style sheet names and that we do not ship keeps its plain name."""
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:
            return name

    def url(self, name: str, force: bool = False) -> str:
        if not self.hashed_files:
            return super(CompressedManifestStaticFilesStorage, self)._url(
                lambda n, hashed_files=None: n, name, force
            )
        return super().url(name, force)
