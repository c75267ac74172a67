"""Loading the reference data: what comes out, and that a second load does nothing."""

import gzip

import pytest
from django.db import connection

from census.places import loading
from census.places.models import CodeItem, Industry, ReferenceFile, Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A data folder of a few rows."""
    (tmp_path / "codelists").mkdir()
    regions = "code,parent,level,name,name_pinyin,initials\n000000000000,,0,全国,China,qg\n"
    regions += "330000000000,000000000000,1,浙江省,Zhejiang,zjs\n"
    (tmp_path / "regions.csv.gz").write_bytes(gzip.compress(regions.encode()))
    (tmp_path / "industries.csv").write_text(
        'code,parent_code,level,section,name_zh,name_en,corrected\nA,,1,A,"农、林",,\n01,A,2,A,农业,Farming,\n'
    )
    (tmp_path / "codelists" / "sizes.csv").write_text(
        "code,name_zh,name_en,source,confidence,rule\n1,大型,Large,a source,recalled,>= 1000\n2,中型,Medium,,,\n"
    )
    monkeypatch.setattr(loading, "DATA", tmp_path)
    return tmp_path


def load():
    said = []
    loading.load_all(said.append)
    return {one.name: one for one in said}


def test_everything_lands_in_its_table(small):
    load()
    assert list(Region.objects.values_list("code", "parent", "level", "name")) == [
        ("000000000000", "", 0, "全国"),
        ("330000000000", "000000000000", 1, "浙江省"),
    ]
    assert Industry.objects.get(code="A").name_zh == "农、林"
    item = CodeItem.objects.get(list="sizes", code="1")
    assert (item.position, item.confidence, item.extra) == (1, "recalled", {"rule": ">= 1000"})
    assert CodeItem.objects.get(list="sizes", code="2").extra == {}
    assert ReferenceFile.objects.get(name="regions.csv.gz").rows == 2


def test_unchanged_files_are_skipped_and_changed_ones_replaced(small):
    load()
    path = small / "codelists" / "sizes.csv"
    path.write_text("code,name_zh,name_en,source,confidence\n1,特大型,Huge,,\n")
    again = load()
    assert again["regions.csv.gz"].skipped
    assert not again["codelists/sizes.csv"].skipped
    assert list(CodeItem.objects.values_list("code", "name_zh")) == [("1", "特大型")]


def test_a_broken_file_leaves_the_old_rows(small):
    load()
    broken = "code,parent,level,name,name_pinyin,initials\n000000000000,,not a number,全国,,\n"
    (small / "regions.csv.gz").write_bytes(gzip.compress(broken.encode()))
    with pytest.raises(Exception, match="smallint"):
        load()
    assert Region.objects.count() == 2


def test_the_real_files_are_what_their_readme_says():
    """Read without the database: 720,708 divisions, each with a parent, and 1,381 industry classes."""
    with gzip.open(loading.DATA / "regions.csv.gz", "rt", encoding="utf-8") as file:
        next(file)
        rows = [line.split(",", 3)[:3] for line in file]
    codes = {code for code, _parent, _level in rows}
    assert len(rows) == len(codes) == 720_708
    assert all(parent in codes for _code, parent, level in rows if level != "0")
    assert all(len(code) == 12 and code.isdigit() for code in codes)
    with open(loading.DATA / "industries.csv", encoding="utf-8") as file:
        assert sum(line.split(",")[2] == "4" for line in file) == 1_381


def test_column_widths_hold_the_real_data():
    with gzip.open(loading.DATA / "regions.csv.gz", "rt", encoding="utf-8") as file:
        names = [line.rstrip("\n").split(",") for line in file]
    assert max(len(row[3]) for row in names) <= Region._meta.get_field("name").max_length
    assert max(len(row[5]) for row in names) <= Region._meta.get_field("initials").max_length


def test_the_indexes_are_there_again_after_a_load_and_after_a_broken_one(small):
    def indexes():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'census_region' ORDER BY 1")
            return cursor.fetchall()

    before = indexes()
    assert len(before) > 3
    load()
    assert indexes() == before
    (small / "regions.csv.gz").write_bytes(gzip.compress(b"code,parent\n1,2,3,4\n"))
    with pytest.raises(Exception, match="missing data"):
        load()
    assert indexes() == before
