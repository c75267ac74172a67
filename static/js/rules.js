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

/** The checks of a form, compiled once, re-run as far as a change reaches. */
export class RuleBook {
  /** @param {object} payload  a form as sources/forms/payload.py writes it */
  constructor(payload) {
    this.form = payload.code;
    this.checks = payload.checks.map((check) => ({ ...check, run: compile(check.tree), reads: reads(check) }));
    this.found = new Map();
  }

  /**
   * The verdicts of a document: `{rule, severity, kind, form, row, indicators, zh, en}`, `row` being
   * `[table, _k]` or null.
   *
   * @param {object} values  the document
   * @param {object} around  `{siblings, object, area}`
   * @param {Iterable<string>} [changed]  what changed since the last call: paths (`item`, `table/<_k>/item`,
   *   `table` for a row added or gone), form codes of changed siblings, `OBJECT`. Without it all checks run.
   */
  check(values, around = {}, changed = null) {
    const names = changed && new Set([...changed].flatMap(namesOf));
    const here = context(values, around);
    for (const check of this.checks) {
      if (!names || !this.found.has(check.rule) || [...names].some((name) => check.reads.has(name))) {
        this.found.set(check.rule, this.verdicts(check, here));
      }
    }
    return [...this.found.values()].flat();
  }

  verdicts(check, here) {
    const failing = [];
    if (!check.section) {
      here.row = NOTHING;
      if (check.run(here) === false) failing.push(null);
    }
    for (const row of (check.section && here.own[check.section]) || []) {
      here.row = row;
      if (check.run(here) === false) failing.push([check.section, row._k]);
    }
    const { rule, severity, kind, indicators, zh, en } = check;
    return failing.map((row) => ({ rule, severity, kind, form: this.form, row, indicators, zh, en }));
  }
}

/** The names a check reads: own items and tables, other forms by code, `OBJECT`. */
export function reads(check) {
  const names = new Set(check.section ? [check.section] : []);
  const visit = (part) => {
    if (!Array.isArray(part)) return;
    const [op, first, second] = part;
    if (op === 'own' || op === 'row' || op === 'each') names.add(first);
    else if (op === 'object') names.add('OBJECT');
    else if (op === 'other' || op === 'exists') names.add(first);
    else if (op === 'sum' || op === 'count') names.add(first ?? second);
    part.forEach(visit);
  };
  visit(check.tree);
  return names;
}

function namesOf(path) {
  const parts = path.split('/');
  return parts.length === 3 ? [parts[2]] : [parts[0]];
}

function context(own, around, row = NOTHING) {
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

function compile(tree) {
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
