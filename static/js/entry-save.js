// Saving by itself: a second after the last change, one request at a time, again and again until it is answered.
// A request whose answer was lost is sent once more as it was (same client id), so that it counts once.

const WAIT = 1000;
const KEEP = 200; // a pause in typing, after which the device's own copy is written
const LONGEST = 30000;
const KEEPALIVE = 60000; // bytes a browser still sends while the page goes away

// Not crypto.randomUUID: that one is missing where an office serves plain http.
const name = () => [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-');

export class Saver {
  // hooks: collect() -> values, notes() -> {key: text}, saved(answer), conflict(answer) -> Promise<overrule>, status(kind, text)
  constructor(root, hooks) {
    Object.assign(this, { root, hooks, version: Number(root.dataset.version), dirty: false, sending: null, failures: 0, stopped: false, timer: 0, keeping: 0 });
    this.key = `entry:${root.dataset.return}`;
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.flush(); });
    window.addEventListener('pagehide', () => this.farewell());
    window.addEventListener('online', () => this.schedule(0));
    window.addEventListener('beforeunload', (event) => {
      if ((this.dirty || this.sending) && (this.failures || this.stopped || this.body().length > KEEPALIVE)) event.preventDefault();
    });
  }

  changed() {
    this.dirty = true;
    this.hooks.status('unsaved');
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), KEEP);
    if (!this.stopped) this.schedule(WAIT);
  }

  schedule(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), wait);
  }

  // Resolves when everything is saved, or cannot be for now (then `clean` is false).
  async flush() {
    clearTimeout(this.timer);
    do await this.send(); while (!this.clean && !this.failures && !this.stopped);
  }

  get clean() { return !this.dirty && !this.sending; }

  body(overrule = null) {
    return JSON.stringify({ values: this.hooks.collect(), base: this.version, client: name(), notes: this.hooks.notes(), overrule });
  }

  // What is on the page, kept on the device until the server has it.
  keep() {
    clearTimeout(this.keeping);
    try { localStorage.setItem(this.key, JSON.stringify({ base: this.version, values: this.hooks.collect(), notes: this.hooks.notes() })); } catch { /* a full or forbidden store: the page itself still holds everything */ }
  }

  kept() {
    try { return JSON.parse(localStorage.getItem(this.key)); } catch { return null; }
  }

  forget() { clearTimeout(this.keeping); try { localStorage.removeItem(this.key); } catch { /* nothing was kept there */ } }

  async send() {
    if (this.busy) return this.busy;
    if (!this.sending) {
      if (!this.dirty) return undefined;
      this.sending = this.body();
      this.dirty = false;
    }
    this.busy = this.request();
    try { await this.busy; } finally { this.busy = null; }
    if (this.dirty && !this.stopped && !this.failures) this.schedule(WAIT);
    return undefined;
  }

  pause() { return Math.min(LONGEST, 1000 * 2 ** this.failures); }

  async request() {
    this.hooks.status('saving');
    let response;
    try {
      response = await fetch(this.root.dataset.save, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': document.body.dataset.csrf },
        body: this.sending,
        keepalive: this.sending.length <= KEEPALIVE,
      });
    } catch {
      this.later();
      return;
    }
    if (response.status >= 500) { this.later(); return; }
    const answer = await response.json().catch(() => ({}));
    this.sending = null;
    this.failures = 0;
    if (response.ok) {
      this.version = answer.version;
      if (!this.dirty) this.forget();
      this.hooks.saved(answer, this.dirty);
    } else if (response.status === 409) {
      const overrule = await this.hooks.conflict(answer);
      this.sending = this.body(overrule);
      this.dirty = false;
      await this.request();
    } else {
      this.dirty = true;
      this.keep();
      if (response.status === 401) {
        this.hooks.status('signed-out');
        this.failures = 3;
        this.schedule(this.pause());
      } else {
        this.stopped = true; // asking again would give the same answer
        this.hooks.status('failed', answer.text);
      }
    }
  }

  later() {
    this.failures += 1;
    this.hooks.status('offline');
    this.keep();
    this.schedule(this.pause());
  }

  // The page goes away: one last request that the browser finishes by itself.
  farewell() {
    if (this.clean) return;
    this.keep();
    if (this.stopped) return;
    const body = this.sending && !this.dirty ? this.sending : this.body();
    if (body.length > KEEPALIVE) return;
    fetch(this.root.dataset.save, {
      method: 'POST', keepalive: true, body,
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': document.body.dataset.csrf },
    }).then((answer) => { if (answer.ok) this.forget(); }, () => {});
  }
}
