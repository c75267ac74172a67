"""The language and the form engine run without Django."""

import subprocess
import sys

MODULES = "sources.forms.check_set, sources.forms.form_set, sources.forms.differences, sources.forms.payload"


def test_no_django_is_loaded():
    code = f"import sys, {MODULES}; sources.forms.check_set.load(); print([m for m in sys.modules if 'django' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
