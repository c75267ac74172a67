"""Makes the job kinds of the register known to the worker."""

from sources.objects import exports, imports  # noqa: F401
