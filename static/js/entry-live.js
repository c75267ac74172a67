// The checks while typing: the form's own rules and conditions, looked at in the browser as far as a change reaches.
// The server's answer to each save is the authority and takes their place; rules that read other forms wait for it.
import { RuleBook, compile, context, reads } from './rules.js';
import { clean } from './values.js';

// The answer of the server as a state to show.
export const told = (answer) => ({
  ...answer,
  rejected: new Map(Object.entries(answer.rejected)),
  idle: new Set(answer.idle),
  required: new Set(answer.required),
});

export class Live {
  /**
   * @param {object} payload  checks, conditions and item types (sources/forms/payload.py)
   * @param {object} raw  the document as typed
   * @param {object} facts  what the register says of the object
   * @param {string} lang  `zh` or `en`
   * @param {object} answer  the server's last answer
   */
  constructor(payload, raw, facts, lang, answer) {
    Object.assign(this, { lang, facts, faults: payload.faults });
    this.items = new Map(payload.sections.flatMap((section) => section.items.map((item) => [item.id, item])));
    this.sections = payload.sections.map(section);
    this.reads = new Set(this.sections.flatMap((one) => [one, ...one.items]).flatMap((one) => one.reads ?? []));
    this.book = new RuleBook(payload, lang, true);
    this.read(raw);
    this.adopt(answer, false);
  }

  // The state of another document.
  look(raw) {
    this.read(raw);
    this.book.check(this.values, { object: this.facts });
    this.conditions();
    return this.state();
  }

  read(raw) {
    this.values = {};
    this.rows = new Map(); // 'table/<_k>' -> row
    this.rejected = new Map(); // path -> text
    for (const [name, value] of Object.entries(raw)) {
      if (this.items.has(name)) this.take(name, value);
      else if (Array.isArray(value)) this.table(name, value);
    }
    this.book.see(this.values);
  }

  table(name, raw) {
    this.values[name] = raw.map((typed) => {
      const path = `${name}/${typed._k}`;
      if (!this.rows.has(path)) {
        this.rows.set(path, { _k: typed._k });
        for (const [item, value] of Object.entries(typed)) if (item !== '_k') this.take(`${path}/${item}`, value);
      }
      return this.rows.get(path);
    });
    const left = new Set(raw.map((typed) => String(typed._k)));
    const gone = (path) => path.startsWith(`${name}/`) && !left.has(path.split('/')[1]);
    for (const known of [this.rows, this.rejected]) for (const path of known.keys()) if (gone(path)) known.delete(path);
    if (!raw.length) delete this.values[name];
  }

  take(path, raw) {
    const parts = path.split('/');
    const item = this.items.get(parts.at(-1));
    const place = parts.length === 3 ? this.rows.get(`${parts[0]}/${parts[1]}`) : this.values;
    const { value, fault } = item ? clean(item, raw) : { value: null };
    if (fault) this.rejected.set(path, this.faults[fault][this.lang]);
    else this.rejected.delete(path);
    if (fault || value === null) delete place[parts.at(-1)];
    else place[parts.at(-1)] = value;
  }

  // The answer of the server: all of it, or (where more was typed meanwhile) what only the server can say.
  adopt(answer, stale) {
    this.said = told(answer);
    this.book.adopt(answer.verdicts, stale);
    if (stale) this.conditions();
    else Object.assign(this, { rejected: this.said.rejected, idle: this.said.idle, required: this.said.required });
    return this.state();
  }

  // The state after changes: [path, what stands there now] of items, [table, its rows] where rows came or went.
  change(changes) {
    for (const [path, raw] of changes) {
      if (this.items.has(path.split('/').at(-1))) this.take(path, raw);
      else this.table(path, raw);
    }
    const paths = changes.map(([path]) => path);
    this.book.check(this.values, { object: this.facts }, paths);
    const names = paths.map((path) => path.split('/').at(-1));
    if (names.some((name) => this.reads.has(name) || !this.items.has(name))) this.conditions();
    return this.state();
  }

  // A condition that is unknown neither hides nor requires.
  conditions() {
    const here = context(this.values, { object: this.facts });
    const holds = (one, said) => (one.elsewhere ? said() : one.test(here));
    this.idle = new Set();
    this.required = new Set();
    for (const part of this.sections) {
      const { id, repeat, test } = part;
      here.row = {};
      if (test && holds(part, () => !this.said.idle.has(id)) === false) {
        this.idle.add(id);
        continue;
      }
      for (const row of repeat ? (this.values[id] ?? []) : [{}]) {
        here.row = row;
        for (const item of part.items) {
          const path = repeat ? `${id}/${row._k}/${item.id}` : item.id;
          if (!item.test || holds(item, () => this.said.required.has(path)) === true) this.required.add(path);
        }
      }
    }
  }

  state() {
    const verdicts = this.book.verdicts();
    const count = (test) => verdicts.reduce((sum, verdict) => sum + test(verdict), 0);
    return {
      verdicts,
      rejected: this.rejected,
      idle: this.idle,
      required: this.required,
      errors: count((verdict) => verdict.severity === 'error') + this.rejected.size,
      warnings: count((verdict) => verdict.severity === 'warning'),
      missing: count((verdict) => verdict.kind === 'required'),
    };
  }
}

// A section with its condition, and its required items with theirs, compiled.
function section({ id, repeat, applies, items }) {
  return { id, repeat, ...condition(applies), items: items.filter((item) => item.required).map((item) => ({ id: item.id, ...condition(item.required) })) };
}

function condition(tree) {
  if (!Array.isArray(tree)) return {};
  const { row, wide, elsewhere } = reads(tree);
  return { test: compile(tree), elsewhere, reads: [...row, ...wide] };
}
