// Showing a state of the checks: messages at the fields, the list at the top, counts, progress, conditions. Only what
// is not yet as it should be is touched: nothing flickers, nothing loses the focus, long tables stay quick.

const make = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text) node.textContent = text;
  return node;
};
const ICONS = { error: 'alert-circle', warning: 'alert-triangle', info: 'info-circle' };
const SEVERITIES = Object.keys(ICONS);
const ROWS = 1e6; // more than a table may have
const section_of = (root, path) => root.querySelector(`[data-section="${CSS.escape(path.split('/')[0])}"]`);

export function go(root, path) {
  // an item, else the first of a row (section/key), else the section
  const field = root.querySelector(`[data-field="${CSS.escape(path)}"]`) ?? root.querySelector(`[data-field^="${CSS.escape(path)}/"]`) ?? section_of(root, path);
  if (!field) return false;
  const record = field.closest('details');
  if (record) record.open = true;
  field.scrollIntoView({ block: 'center' });
  field.classList.add('is-pointed');
  setTimeout(() => field.classList.remove('is-pointed'), 2500);
  field.querySelector('input:checked, input, select, textarea')?.focus({ preventScroll: true });
  return true;
}

export class Display {
  // sheet: the fields by path; notes: texts by verdict key; noted(key, text): a note was typed;
  // ranks: rule -> its place in the form, once known
  constructor(root, sheet, notes, noted) {
    Object.assign(this, { root, sheet, notes, noted, ranks: null, stars: new Set(), lines: new Map() });
    Object.assign(this, { drawn: new Set(), refused: new Map(), at: new Map(), said: new Map(), wrong: new Map() });
    const named = (name) => Object.fromEntries([...root.querySelectorAll(`[data-${name}]`)].map((node) => [node.dataset[name], node]));
    const one = (name) => root.querySelector(`[data-${name}]`);
    this.sections = named('section');
    this.links = named('nav');
    this.tables = Object.keys(named('table'));
    this.home = new Map([...sheet.fields].map(([path, field]) => [path, field.closest('[data-section]').dataset.section]));
    this.parts = { errors: one('errors'), warnings: one('warnings'), state: one('state'), bar: one('progress-bar'), text: one('progress-text') };
    this.box = one('list');
    this.heads = { error: root.dataset.textErrors, warning: root.dataset.textWarnings, info: root.dataset.textInfos };
    for (const field of root.querySelectorAll('.has-fault')) this.put(field, []); // it stands in the first state too
  }

  show(state) {
    this.state = state;
    for (const path of this.changed()) this.message(path);
    if (!this.box.hidden) this.list();
    this.counts();
    this.conditions();
  }

  // Open or close the list; it is only kept up while it is open.
  toggle() {
    this.box.hidden = !this.box.hidden;
    if (!this.box.hidden) this.list();
    return !this.box.hidden;
  }

  rank(verdict) { return this.ranks?.get(verdict.rule) ?? 0; }

  // The paths at which something else is to be said than before; `at` and `wrong` are brought up to date.
  changed() {
    const { rejected, verdicts } = this.state;
    const [now, paths, names] = [new Set(verdicts), new Set(), new Set()];
    const tally = (path, by) => {
      const [head, key] = path.split('/');
      for (const name of key === undefined ? [this.home.get(path) ?? head] : [head, `${head}/${key}`]) {
        this.wrong.set(name, (this.wrong.get(name) ?? 0) + by); // section, or table/<_k> -> how many errors
        names.add(name);
      }
    };
    const turn = (verdict, by) => {
      if (verdict.severity === 'error' && verdict.paths.length) tally(verdict.paths[0], by);
      for (const path of verdict.paths) {
        if (!this.at.has(path)) this.at.set(path, new Set());
        this.at.get(path)[by > 0 ? 'add' : 'delete'](verdict);
        paths.add(path);
      }
    };
    for (const verdict of this.drawn) if (!now.has(verdict)) turn(verdict, -1);
    for (const verdict of now) if (!this.drawn.has(verdict)) turn(verdict, 1);
    for (const path of new Set([...this.refused.keys(), ...rejected.keys()])) {
      tally(path, rejected.has(path) - this.refused.has(path));
      if (rejected.get(path) !== this.refused.get(path)) paths.add(path);
    }
    this.drawn = now;
    this.refused = new Map(rejected);
    for (const name of names) {
      badge(this.links[name]?.querySelector('[data-nav-count]'), this.wrong.get(name));
      badge(this.sheet.records.get(name)?.querySelector('[data-row-count]'), this.wrong.get(name));
    }
    return paths;
  }

  message(path) {
    const lines = this.refused.has(path) ? [['error', this.refused.get(path)]] : [];
    for (const verdict of [...(this.at.get(path) ?? [])].sort((a, b) => this.rank(a) - this.rank(b))) {
      const text = verdict.kind === 'required' ? this.root.dataset.textRequired : verdict.text; // the label stands beside it
      lines.push([verdict.severity, path === verdict.paths[0] ? text : '']);
    }
    const mark = lines.flat().join('\n');
    if ((this.said.get(path) ?? '') === mark) return;
    this.said.set(path, mark);
    const field = this.sheet.fields.get(path);
    if (field) this.put(field, lines);
  }

  put(field, lines) {
    field.classList.toggle('has-fault', lines.some(([severity]) => severity === 'error'));
    field.classList.toggle('has-warning', lines.some(([severity]) => severity !== 'error'));
    field.querySelector('[data-messages]')?.replaceChildren(...lines.filter(([, text]) => text).map(([severity, text]) => {
      const line = make('div', `is-${severity}`);
      line.append(make('i', `ti ti-${ICONS[severity]}`), ` ${text}`);
      return line;
    }));
  }

  // In the order of the form: first the sheet, then table by table, row by row.
  sorted() {
    const places = new Map(this.tables.flatMap((name, table) => (this.sheet.values[name] ?? [])
      .map((row, index) => [`${name}/${row._k}`, (table + 1) * ROWS + index])));
    const place = ({ key, rule }) => (key === rule ? 0 : places.get(key.slice(rule.length + 1)) ?? 0);
    this.row = (verdict) => (place(verdict) ? ` · ${(place(verdict) % ROWS) + 1}` : '');
    return [...this.state.verdicts].sort((a, b) => place(a) - place(b) || this.rank(a) - this.rank(b));
  }

  // Lines that stay keep their element: a note that is being typed keeps its cursor.
  list() {
    const label = (path) => this.sheet.fields.get(path)?.querySelector('label[for]')?.textContent ?? path;
    const rejected = [...this.state.rejected].map(([path, text]) => ({ key: `!${path}`, severity: 'error', paths: [path], text: `${label(path)}: ${text}`, rule: '' }));
    const all = [...rejected, ...this.sorted()];
    const parts = [];
    const kept = new Map();
    for (const severity of SEVERITIES) {
      const some = all.filter((one) => one.severity === severity);
      if (!some.length) continue;
      const head = this.lines.get(severity) ?? make('h3', `entry-list-head is-${severity}`);
      const items = this.lines.get(`${severity} items`) ?? make('ul');
      set(head, `${this.heads[severity]} (${some.length})`);
      kept.set(severity, head).set(`${severity} items`, items);
      arrange(items, some.map((one) => {
        const line = this.lines.get(one.key) ?? this.line(one);
        set(line.firstChild, one.text);
        set(line.children[1], `${one.rule}${this.row(one)}`);
        kept.set(one.key, line);
        return line;
      }));
      parts.push(head, items);
    }
    this.lines = kept;
    arrange(this.box, parts.length ? parts : [make('p', 'text-secondary p-3 mb-0', this.root.dataset.textNone)]);
  }

  line(verdict) {
    const item = make('li');
    const link = make('button', 'entry-list-link');
    link.type = 'button';
    link.addEventListener('click', () => go(this.root, verdict.paths[0] ?? ''));
    item.append(link, make('span', 'code text-secondary'));
    if (verdict.severity !== 'warning') return item;
    const text = this.notes[verdict.key] ?? '';
    if (this.root.dataset.editable) {
      const note = make('input', 'form-control form-control-sm');
      Object.assign(note, { value: text, maxLength: 500, placeholder: this.root.dataset.textNote });
      note.setAttribute('aria-label', this.root.dataset.textNote);
      note.addEventListener('input', () => this.noted(verdict.key, note.value));
      item.append(note);
    } else if (text) item.append(make('span', 'entry-note', text));
    return item;
  }

  counts() {
    const { state, parts } = this;
    set(parts.errors, state.errors);
    set(parts.warnings, state.warnings);
    if (state.state_text) set(parts.state, state.state_text);
    const total = state.required.size;
    const done = Math.max(0, total - state.missing);
    parts.bar.style.width = `${total ? (100 * done) / total : 100}%`;
    set(parts.text, `${done} / ${total}`);
  }

  conditions() {
    const { required, idle } = this.state;
    const star = (path, hidden) => {
      const node = this.sheet.fields.get(path)?.querySelector('[data-star]');
      if (node) node.hidden = hidden;
    };
    if (required !== this.stars) {
      for (const path of this.stars) if (!required.has(path)) star(path, true);
      for (const path of required) if (!this.stars.has(path)) star(path, false);
      this.stars = required;
    }
    if (idle === this.idle) return;
    for (const [name, section] of Object.entries(this.sections)) {
      section.classList.toggle('is-idle', idle.has(name));
      section.querySelector('[data-idle]').hidden = !idle.has(name);
    }
    this.idle = idle;
  }
}

function set(node, text) {
  if (node && node.textContent !== String(text)) node.textContent = text;
}

// The children of a box, in this order; those that stand where they should are not touched.
function arrange(box, wanted) {
  const stay = new Set(wanted);
  for (const child of [...box.children]) if (!stay.has(child)) child.remove();
  wanted.forEach((child, index) => { if (box.children[index] !== child) box.insertBefore(child, box.children[index] ?? null); });
}

function badge(node, count) {
  if (!node || node.textContent === String(count || '')) return;
  node.hidden = !count;
  node.textContent = count || '';
}
