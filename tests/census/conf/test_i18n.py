"""Translations: merging, compiling, and finding what is missing."""

import gettext

import pytest
from django.conf import settings

from census.conf import i18n

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def parts(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(HEADER + text, encoding="utf-8")
        return tmp_path

    return write


def test_compiled_catalogue(parts, tmp_path):
    parts("a.po", 'msgid "Name"\nmsgstr "名称"\n')
    parts("b.po", 'msgid "%(n)s row"\nmsgid_plural "%(n)s rows"\nmsgstr[0] "%(n)s 行"\n')
    i18n.compile_texts(tmp_path, tmp_path / "out")
    chinese = gettext.translation("django", tmp_path / "out", ["zh_Hans"])
    assert chinese.gettext("Name") == "名称"
    assert chinese.ngettext("%(n)s row", "%(n)s rows", 5) == "%(n)s 行"


def test_conflicts_name_both_files(parts):
    parts("a.po", 'msgid "Post"\nmsgstr "岗位"\n')
    folder = parts("b.po", 'msgid "Post"\nmsgstr "邮寄"\n\nmsgid "Name"\nmsgstr "名称"\n')
    (conflict,) = i18n.merge(folder).conflicts
    assert all(word in conflict for word in ("Post", "岗位", "a.po", "邮寄", "b.po"))


def test_broken_file_is_named(parts):
    with pytest.raises(ValueError, match=r"a\.po"):
        i18n.merge(parts("a.po", 'msgid "Post"\nmsgstr "unfinished\nmsgid'))


def test_wrong_placeholders(parts):
    folder = parts(
        "a.po",
        'msgid "%(n)s rows in %(place)s"\nmsgstr "%(place)s 有 %(m)s 行"\n\n'
        'msgid "%(n)s rows"\nmsgstr "%(n)s 行"\n',
    )
    (fault,) = i18n.wrong_placeholders(i18n.merge(folder).catalog)
    assert "%(m)s" in fault


def test_texts_of_code_and_templates(tmp_path, parts):
    (tmp_path / "census").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "census" / "x.py").write_text(
        '_("In code")\nngettext("one", "many", 2)\nlabel = _("In " "two")\n'
    )
    (tmp_path / "templates" / "x.html").write_text(
        '{% trans "In a (bracket)" %}\n{% blocktrans with a=b %}Hello, {{ a }}{% endblocktrans %}\n'
        "{% blocktrans count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktrans %}\n"
        '{% include "y" with title=_("In a tag") %}{% trans name %}'
    )
    places = i18n.used(tmp_path)
    assert {key[0] for key in places} == {
        "In code",
        "one",
        "In two",
        "In a (bracket)",
        "Hello, %(a)s",
        "%(n)s row",
        "In a tag",
    }
    assert places["In a tag", None] == ["templates/x.html:4"]
    catalog = i18n.merge(parts("a.po", 'msgid "one"\nmsgstr "一"\n')).catalog
    assert ("one", None) not in i18n.missing(places, catalog)
    assert ("In code", None) in i18n.missing(places, catalog)
    assert i18n.missing({("Yes", None): []}, catalog) == {}, "Django translates it"


def test_the_product_s_parts_are_sound():
    merged = i18n.merge(settings.BASE_DIR / "locale" / "parts")
    assert merged.conflicts == []
    assert i18n.wrong_placeholders(merged.catalog) == []


def test_nothing_of_the_room_census_is_untranslated():
    merged = i18n.merge(settings.BASE_DIR / "locale" / "parts")
    ours = (
        "census/",
        "templates/census/",
        "templates/ui/",
        "templates/base",
        "templates/plain",
        "templates/error",
    )
    missing = i18n.missing(i18n.used(settings.BASE_DIR), merged.catalog)
    assert [key for key, places in missing.items() if any(p.startswith(ours) for p in places)] == []
