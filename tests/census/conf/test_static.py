"""Static files under hashed names."""

from census.conf.staticfiles import Storage


def test_a_module_is_imported_by_the_name_under_which_pages_load_it(tmp_path):
    """Else the browser runs it twice: two listeners, and a form that is sent once is never sent."""
    (tmp_path / "page.js").write_text("export const toast = 1;\n")
    (tmp_path / "entry.js").write_text("import { toast } from './page.js';\nconsole.log(toast);\n")
    storage = Storage(location=str(tmp_path), base_url="/static/")
    names = {
        name: hashed
        for name, hashed, _ok in storage.post_process({n: (storage, n) for n in ("page.js", "entry.js")})
    }
    assert names["page.js"] != "page.js"
    assert f'"./{names["page.js"]}"' in (tmp_path / names["entry.js"]).read_text()
