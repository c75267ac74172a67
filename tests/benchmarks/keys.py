"""What a key press costs on the page of a form in a real Chromium: the script, and until the next picture is drawn.

Part of ``make bench ARGS=save``. The server's saves are refused meanwhile, so that only typing is measured.
"""

from __future__ import annotations

import os

from playwright.sync_api import Page, sync_playwright

from tests.support.chromium import FLAGS, find_chromium

FIELDS, KEYS = 40, "12"
TYPE = """async ([count, keys]) => {
  const all = [...document.querySelectorAll('[data-control=number] input')];
  const frame = () => new Promise((drawn) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = drawn;
    channel.port2.postMessage(0);
  }));
  const [script, picture] = [[], []];
  for (let n = 0; n < count; n += 1) {
    const input = all[Math.floor((n * all.length) / count)];
    if (input.closest('details')) input.closest('details').open = true;
    input.scrollIntoView({ block: 'center' });
    input.focus({ preventScroll: true });
    await frame();
    for (const key of keys) {
      const began = performance.now();
      input.value += key;
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      script.push(performance.now() - began);
      await frame();
      picture.push(performance.now() - began);
    }
  }
  return [script, picture];
}"""


def measure(address: str, username: str, password: str, pages: dict[str, str]) -> None:
    """Type into the forms at *pages* (label -> path) and print milliseconds a key."""
    program, environment = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=FLAGS, env={**os.environ, **environment}
        )
        page = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}).new_page()
        page.goto("/sign-in/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "sign-in" not in url)
        page.route("**/save/", lambda route: route.abort())
        heads = f"{'fields':>7} {'script p50':>10} {'p95':>6} {'max':>6} {'drawn p50':>9} {'p95':>6}"
        print(f"{'milliseconds a key, typed into':<30} {heads}")
        for label, path in pages.items():
            print(f"{label:<30} {_line(page, path)}", flush=True)
        browser.close()


def _line(page: Page, path: str) -> str:
    page.goto(path)
    page.wait_for_selector("[data-entry][data-live]", timeout=60_000)
    fields = page.evaluate("document.querySelectorAll('[data-field]').length")
    script, picture = (sorted(times) for times in page.evaluate(TYPE, [FIELDS, KEYS]))
    half, most = len(script) // 2, int(len(script) * 0.95)
    return (
        f"{fields:>7,} {script[half]:>10.1f} {script[most]:>6.1f} {script[-1]:>6.1f} "
        f"{picture[half]:>9.1f} {picture[most]:>6.1f}"
    )
