// The browser's side of tests/support/agreement.py: every check on every document, as static/js/rules.js sees it.
import { compile, context } from "/rules.js";

let checks = new Map(); // form -> its checks, compiled

export function load(given) {
  checks = new Map(Object.entries(given).map(([form, { digits, rules }]) => [
    form, { digits, rules: rules.map((one) => ({ ...one, run: compile(one.tree) })) },
  ]));
}

class Area {
  constructor(county, region, digits) {
    Object.assign(this, { county, prefix: region ? region.slice(0, digits) : null });
  }

  sheets(form) {
    const known = (this.county.near ??= new Map());
    const name = `${this.prefix} ${form}`;
    if (!known.has(name)) {
      const near = ({ object }) => (this.county.objects[object].region ?? "-").startsWith(this.prefix);
      known.set(name, (this.county.sheets[form] ?? []).filter(near));
    }
    return known.get(name);
  }

  exists(form) { return this.prefix && this.sheets(form).length > 0; }

  values(form, item) { return this.prefix && new Set(this.sheets(form).map(({ values }) => values[item])); }

  count_other(form, item, value, id) {
    return this.prefix && this.sheets(form).filter(({ object, values }) => object !== id && values[item] === value).length;
  }

  county_of(longitude, latitude) { return this.prefix && longitude > 118 && latitude < 30 ? "330802" : null; }
}

// `{objects, sheets: form -> [{object, values}]}` to form -> one text a check: 0 false, 1 unknown, 2 true.
export function truths(county) {
  const siblings = new Map();
  for (const [form, sheets] of Object.entries(county.sheets)) {
    for (const { object, values } of sheets) {
      if (!siblings.has(object)) siblings.set(object, {});
      (siblings.get(object)[form] ??= []).push(values);
    }
  }
  const found = {};
  for (const [form, sheets] of Object.entries(county.sheets)) {
    const { digits, rules } = checks.get(form);
    const texts = rules.map(() => []);
    for (const { object, values } of sheets) {
      const entry = county.objects[object];
      const area = new Area(county, entry.region, digits);
      const here = context(values, { siblings: siblings.get(object), object: entry, area });
      rules.forEach(({ section, run }, place) => {
        for (const row of section === null ? [{}] : (values[section] ?? [])) {
          here.row = row;
          const truth = run(here);
          texts[place].push(truth === null ? 1 : truth === true ? 2 : truth === false ? 0 : 9);
        }
      });
    }
    found[form] = texts.map((text) => text.join(""));
  }
  return found;
}
