/**
 * The browser evaluator of the rule language: bound trees as sources/language/nodes.py writes them.
 *
 * It follows sources/language/record.py operator by operator; tests/sources/language/test_browser.py holds the
 * two together. A document is a plain object: item id -> value, table id -> array of rows with a key `_k`; a
 * blank is an absent key. Truth is true, false or null (unknown).
 */

const NOISE = 1e-9;
const NOTHING = Object.freeze({});

/**
 * The truth of one tree.
 *
 * @param {Array} tree  `[op, ...args]`
 * @param {object} around  `{own, row, siblings, object, area}`: the document, the row under test, all sheets of
 *   the object by form code, the register's attributes, and what is known of the area (see Area in record.py)
 */
export function evaluate(tree, around) {
  return compile(tree)(context(around.own, around, around.row));
}

/**
 * The checks of a form, compiled once, re-run as far as a change reaches, and what failed at the last look.
 *
 * A verdict is `{key, rule, severity, kind, paths, text}`, as sources/returns/checks.py writes it for the page.
 */
export class RuleBook {
  /**
   * @param {object} payload  a form as sources/forms/payload.py writes it
   * @param {string} [lang]  language of the texts, `zh` or `en`
   * @param {boolean} [alone]  leave out checks that read other forms or the area: only the server sees those
   */
  constructor(payload, lang = 'zh', alone = false) {
    this.lang = lang;
    this.ranks = new Map(payload.checks.map((check, rank) => [check.rule, rank]));
    this.checks = payload.checks
      .map((check) => ({ ...check, run: compile(check.tree), ...reads(check.tree) }))
      .filter((check) => !alone || !check.elsewhere);
    this.rules = new Set(this.checks.map((check) => check.rule));
    this.index = new Map(); // name -> the checks that read it
    for (const check of this.checks) {
      for (const name of new Set([...check.row, ...check.wide])) grouped(this.index, name).push(check);
    }
    this.tables = new Map(); // table -> the checks of its rows
    for (const check of this.checks) if (check.section) grouped(this.tables, check.section).push(check);
    this.found = new Map(); // rule -> row key, or null for the sheet -> verdict
    this.keys = new Map(); // table -> row keys at the last look
  }

  /**
   * Look at a document again.
   *
   * @param {object} values  the document
   * @param {object} around  `{siblings, object, area}`
   * @param {Iterable<string>} [changed]  what changed since the last look: paths (`item`, `table/<_k>/item`,
   *   `table` for a row added or gone), form codes of changed siblings, `OBJECT`. Without it all checks run.
   */
  check(values, around = {}, changed = null) {
    const here = context(values, around);
    if (!changed) for (const check of this.checks) this.run(check, here, null);
    else for (const [check, keys] of this.reached(here.own, changed)) this.run(check, here, keys);
    this.see(values);
  }

  /** Note which rows there are, so that new ones are known as such. */
  see(values) {
    for (const table of this.tables.keys()) this.keys.set(table, keysOf(values, table));
  }

  /** check -> the keys of the rows to look at, or null for all: as far as the change reaches. */
  reached(own, changed) {
    const jobs = new Map();
    const some = (check, keys) => {
      const before = jobs.get(check);
      if (before !== null) jobs.set(check, new Set([...(before ?? []), ...keys]));
    };
    for (const path of changed) {
      const [head, key, item] = path.split('/');
      for (const check of this.index.get(item ?? head) ?? []) {
        if (item !== undefined && check.section === head && !check.wide.has(item)) some(check, [Number(key)]);
        else jobs.set(check, null);
      }
      const known = this.keys.get(head) ?? new Set();
      if (item !== undefined || !this.tables.has(head)) continue;
      const fresh = [...keysOf(own, head)].filter((one) => !known.has(one));
      for (const check of this.tables.get(head)) some(check, fresh);
    }
    return jobs;
  }

  run(check, here, keys) {
    const found = keys ? (this.found.get(check.rule) ?? new Map()) : new Map();
    const present = check.section ? (here.own[check.section] ?? []) : [NOTHING];
    for (const row of present) {
      const key = row._k ?? null;
      if (keys && !keys.has(key)) continue;
      here.row = row;
      if (check.run(here) === false) found.set(key, this.verdict(check, key));
      else found.delete(key);
    }
    if (keys && found.size) {
      const left = new Set(present.map((row) => row._k));
      for (const key of found.keys()) if (!left.has(key)) found.delete(key);
    }
    this.found.set(check.rule, found);
  }

  verdict(check, key) {
    const { rule, severity, kind, section } = check;
    const own = check.indicators.filter((name) => !name.includes('.'));
    const [name, paths] = key === null
      ? [rule, own]
      : [`${rule}@${section}/${key}`, own.map((item) => `${section}/${key}/${item}`)];
    return { key: name, rule, severity, kind, paths, text: check[this.lang] };
  }

  /** Take the server's verdicts instead of one's own; `foreign`: only of the rules that are not looked at here. */
  adopt(verdicts, foreign = false) {
    const mine = (rule) => foreign && this.rules.has(rule);
    for (const rule of this.found.keys()) if (!mine(rule)) this.found.delete(rule);
    for (const verdict of verdicts) {
      if (mine(verdict.rule)) continue;
      const at = verdict.key.lastIndexOf('@');
      const key = at < 0 ? null : Number(verdict.key.slice(at + 1).split('/')[1]);
      if (!this.found.has(verdict.rule)) this.found.set(verdict.rule, new Map());
      this.found.get(verdict.rule).set(key, verdict);
    }
  }

  /** The verdicts of the last look, by rule; `ranks` says where a rule stands in the form. */
  verdicts() {
    return [...this.found.values()].flatMap((rows) => [...rows.values()]);
  }
}

/**
 * The names a tree reads: items of the row under test (`row`), anything else of the sheet (`wide`: items, tables,
 * rows added up, `OBJECT`, other forms by code); `elsewhere`: it reads other forms or the area.
 */
export function reads(tree) {
  const found = { row: new Set(), wide: new Set(), elsewhere: false };
  const there = (form) => {
    found.wide.add(form);
    found.elsewhere = true;
  };
  const visit = (part, key = null) => {
    if (!Array.isArray(part)) return;
    const [op, first, second] = part;
    if (op === 'row') found[key ? 'wide' : 'row'].add(first);
    else if (op === 'own' || op === 'each') found.wide.add(first);
    else if (op === 'object') found.wide.add('OBJECT');
    else if (op === 'other' || op === 'exists' || op === 'exists_area' || op === 'unique_in_region') there(first);
    else if (op === 'in_values') there(second);
    else if (op === 'county_of') found.elsewhere = true;
    else if (op === 'unique') found.wide.add(first);
    else if (op === 'sum' || op === 'count') (first === null ? (name) => found.wide.add(name) : there)(first ?? second);
    part.forEach((one) => visit(one, op === 'unique' || key));
  };
  visit(tree);
  return found;
}

function grouped(map, key) {
  if (!map.has(key)) map.set(key, []);
  return map.get(key);
}

const keysOf = (own, table) => new Set((own[table] ?? []).map((row) => row._k));

/** What a compiled tree is given: a document, with what stands around it (see `evaluate`). */
export function context(own, around, row = NOTHING) {
  return {
    own: own ?? NOTHING,
    row: row ?? NOTHING,
    each: NOTHING,
    siblings: around.siblings ?? NOTHING,
    object: around.object ?? NOTHING,
    area: around.area ?? null,
    memo: new Map(),
  };
}

/** The closure of a tree. */
export function compile(tree) {
  return BUILD[tree[0]](tree, ...tree.slice(1));
}

const loader = (slot) => (tree, key) => (c) => c[slot][key] ?? null;

const unary = (apply) => (tree, arg) => {
  const value = compile(arg);
  return (c) => {
    const a = value(c);
    return a === null ? null : apply(a);
  };
};

const binary = (apply) => (tree, left, right) => {
  const [a, b] = [compile(left), compile(right)];
  return (c) => {
    const [x, y] = [a(c), b(c)];
    return x === null || y === null ? null : apply(x, y);
  };
};

const withConstant = (apply) => (tree, arg, ...constants) => {
  const value = compile(arg);
  return (c) => {
    const a = value(c);
    return a === null ? null : apply(a, ...constants);
  };
};

const extreme = (choose) => (tree, ...args) => {
  const parts = args.map(compile);
  return (c) => {
    const values = parts.map((part) => part(c)).filter((value) => value !== null);
    return values.length ? choose(...values) : null;
  };
};

const anyOf = (apply) => (tree, items, options) => {
  const parts = items.map(compile);
  return (c) => {
    const values = parts.map((part) => part(c)).filter((value) => value !== null);
    return values.length ? values.some((value) => apply(value, options)) : null;
  };
};

const EXACT = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function near(op, slack) {
  const reach = (a, b) => slack + NOISE * Math.max(Math.abs(a), Math.abs(b));
  return {
    '==': (a, b) => Math.abs(a - b) <= reach(a, b),
    '!=': (a, b) => Math.abs(a - b) > reach(a, b),
    '<=': (a, b) => a - b <= reach(a, b),
    '>=': (a, b) => b - a <= reach(a, b),
  }[op] ?? EXACT[op];
}

function compare(tree, op, kind, slack, left, right) {
  const test = kind === 'number' ? near(op, slack) : EXACT[op];
  if (kind !== 'date') return binary(test)(tree, left, right);
  return binary((a, b) => {
    const length = Math.min(a.length, b.length); // a month is compared with a day by month
    return test(a.slice(0, length), b.slice(0, length));
  })(tree, left, right);
}

function junction(decisive) {
  return (tree, ...args) => {
    const parts = args.map(compile);
    return (c) => {
      let result = !decisive;
      for (const part of parts) {
        const value = part(c);
        if (value === decisive) return decisive;
        if (value === null) result = null;
      }
      return result;
    };
  };
}

function add(tree, nodes, skippable) {
  const parts = nodes.map(compile);
  return (c) => {
    let total = 0;
    let found = false;
    for (let index = 0; index < parts.length; index += 1) {
      const value = parts[index](c);
      if (value !== null) {
        total += value;
        found = true;
      } else if (!skippable[index]) return null;
    }
    return found ? total : null;
  };
}

function other(tree, form, key) {
  return (c) => {
    const sheets = c.siblings[form] ?? [];
    return sheets.length === 1 ? (sheets[0][key] ?? null) : null;
  };
}

const sheetsOf = (c, form) => (form === null ? [c.own] : (c.siblings[form] ?? []));

function count(tree, form, section) {
  return (c) => sheetsOf(c, form).reduce((rows, sheet) => rows + (sheet[section] ?? []).length, 0);
}

function sum(tree, form, section, x, test, moving) {
  const [value, condition] = [compile(x), compile(test)];
  const total = (c) => {
    const outer = c.each;
    let result = 0;
    let found = false;
    for (const sheet of sheetsOf(c, form)) {
      for (const row of section === null ? [sheet] : (sheet[section] ?? [])) {
        c.each = row;
        const amount = value(c);
        if (amount !== null && condition(c) === true) {
          result += amount;
          found = true;
        }
      }
    }
    c.each = outer;
    return found ? result : null;
  };
  return moving ? total : (c) => remember(c, tree, () => total(c));
}

function unique(tree, section, items) {
  const keyOf = (row) => items.map(([, key]) => row[key] ?? null);
  return (c) => {
    const counts = remember(c, tree, () => {
      const found = new Map();
      for (const row of c.own[section] ?? []) {
        const key = JSON.stringify(keyOf(row));
        found.set(key, (found.get(key) ?? 0) + 1);
      }
      return found;
    });
    const key = keyOf(c.row);
    return key.includes(null) ? null : counts.get(JSON.stringify(key)) === 1;
  };
}

function remember(c, tree, make) {
  if (!c.memo.has(tree)) c.memo.set(tree, make());
  return c.memo.get(tree);
}

function uniqueInRegion(tree, form, item) {
  const value = compile(item);
  return (c) => {
    const text = value(c);
    const others = text === null || !c.area ? null : c.area.count_other(form, item[1], text, c.object.id);
    return others === null ? null : others === 0;
  };
}

function inValues(tree, item, form, key) {
  const value = compile(item);
  return (c) => {
    const text = value(c);
    const known = text === null || !c.area ? null : c.area.values(form, key);
    return known === null ? null : known.has(text);
  };
}

function countyOf(tree, longitude, latitude) {
  const [x, y] = [compile(['degrees', longitude]), compile(['degrees', latitude])];
  return (c) => {
    const point = [x(c), y(c)];
    return point.includes(null) || !c.area ? null : c.area.county_of(...point);
  };
}

const DMS = /^(\d{1,3})°(\d{1,2})′(\d{1,2}(?:\.\d+)?)″$/;

function degrees(text) {
  const match = DMS.exec(text);
  return match ? Number(match[1]) + Number(match[2]) / 60 + Number(match[3]) / 3600 : null;
}

function seconds(text) {
  const match = DMS.exec(text);
  return match ? Number(match[3]) : null;
}

function fits(number, decimals) {
  const scale = 10 ** decimals;
  return Math.round(number * scale) / scale === number;
}

function maxDecimals(number) {
  for (let decimals = 0; decimals < 15; decimals += 1) if (fits(number, decimals)) return decimals;
  return 15;
}

const USCC = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const FORMATS = {
  phone: /^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|\d{7,8}|[48]00-?\d{3}-?\d{4})$/,
  region_code: /^\d{12}$/,
  industry_code: /^\d{4}$/,
  uscc: new RegExp(`^[${USCC}]{18}$`),
};

function wellFormed(text, format) {
  if (!FORMATS[format].test(text)) return false;
  if (format !== 'uscc') return true;
  const total = USCC_WEIGHTS.reduce((sum, weight, place) => sum + USCC.indexOf(text[place]) * weight, 0);
  return USCC[(31 - (total % 31)) % 31] === text[17];
}

const BUILD = {
  lit: (tree, value) => () => value,
  own: loader('own'),
  row: loader('row'),
  each: loader('each'),
  object: loader('object'),
  other,
  filled: (tree, item) => ((value) => (c) => value(c) !== null)(compile(item)),
  empty: (tree, item) => ((value) => (c) => value(c) === null)(compile(item)),
  and: junction(false),
  or: junction(true),
  not: unary((value) => !value),
  cmp: compare,
  add,
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => (b === 0 ? null : a / b)),
  neg: unary((a) => -a),
  abs: unary(Math.abs),
  min: extreme(Math.min),
  max: extreme(Math.max),
  in: withConstant((value, options) => options.includes(value)),
  has: withConstant((codes, code) => codes.includes(code)),
  all_in: withConstant((codes, options) => codes.every((code) => options.includes(code))),
  in_values: inValues,
  exists: (tree, form) => (c) => (c.siblings[form] ?? []).length > 0,
  exists_area: (tree, form) => (c) => (c.area ? c.area.exists(form) : null),
  count,
  sum,
  unique,
  unique_in_region: uniqueInRegion,
  startswith: binary((text, prefix) => text.startsWith(prefix)),
  any_in: anyOf((value, options) => options.includes(value)),
  any_prefix: anyOf((value, options) => options.some((prefix) => value.startsWith(prefix))),
  county_of: countyOf,
  year: unary((date) => Number(date.slice(0, 4))),
  seconds: unary(seconds),
  degrees: unary(degrees),
  max_decimals: unary(maxDecimals),
  between: withConstant((value, low, high) => (low === null || value >= low) && (high === null || value <= high)),
  fits: withConstant(fits),
  well_formed: withConstant(wellFormed),
};
