// The filled form on the page, as typed: {item: text, table: [{_k, item: text}]}; multiple choices are lists.

export const part = (row) => `${row.closest('[data-table]').dataset.table}/${row.dataset.row}`;
const blank = (value) => value === '' || (Array.isArray(value) && !value.length);

export function read(field) {
  const boxes = field.querySelectorAll('input[type=checkbox]');
  if (boxes.length) return [...boxes].filter((box) => box.checked).map((box) => box.value);
  if (field.querySelector('input[type=radio]')) return field.querySelector('input[type=radio]:checked')?.value ?? '';
  return field.querySelector('input, select, textarea')?.value ?? '';
}

export function write(field, value) {
  const text = value === null || value === undefined ? '' : value;
  const plain = text === true ? '1' : text === false ? '2' : String(text);
  const many = Array.isArray(text) ? text.map(String) : [];
  for (const box of field.querySelectorAll('input[type=checkbox]')) box.checked = many.includes(box.value);
  for (const radio of field.querySelectorAll('input[type=radio]')) radio.checked = radio.value === plain;
  const one = field.querySelector('input:not([type=checkbox]):not([type=radio]), select, textarea');
  if (one) one.value = plain;
}

// Whether two documents hold the same, in whatever order it was typed.
export function same(one, other) {
  if (!one || !other || typeof one !== 'object' || typeof other !== 'object') return one === other;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => name in other && same(one[name], other[name]));
}

// The document in step with the fields: read once, then field by field, so that long tables cost nothing per key.
export class Sheet {
  // `pending`: texts of items that have no field here (path -> text); they stay with the form.
  constructor(root, pending) {
    Object.assign(this, { root, pending });
    this.load();
  }

  load() {
    this.values = {};
    this.rows = new Map(); // 'table/<_k>' -> row
    this.fields = new Map(); // path -> element
    this.records = new Map(); // 'table/<_k>' -> element
    for (const row of this.root.querySelectorAll('[data-row]')) this.place(row);
    for (const field of this.root.querySelectorAll('[data-field]')) this.take(field);
    for (const [path, text] of Object.entries(this.pending)) {
      const [table, key, item] = path.split('/');
      if (this.fields.has(path)) continue;
      if (key === undefined) this.values[path] ??= text;
      else if (item && this.rows.has(`${table}/${key}`)) this.rows.get(`${table}/${key}`)[item] = text;
    }
  }

  place(row) {
    const [table] = part(row).split('/');
    this.rows.set(part(row), { _k: Number(row.dataset.row) });
    this.records.set(part(row), row);
    (this.values[table] ??= []).push(this.rows.get(part(row)));
  }

  // What stands in a field now; whether that is a change.
  take(field) {
    const { field: path, item } = field.dataset;
    this.fields.set(path, field);
    const place = path === item ? this.values : this.rows.get(path.slice(0, path.lastIndexOf('/')));
    const value = read(field);
    if (blank(value) ? !(item in place) : same(place[item], value)) return false;
    field.querySelector('.entry-choices')?.classList.toggle('is-empty', blank(value));
    if (blank(value)) delete place[item];
    else place[item] = value;
    return true;
  }

  add(row) {
    this.place(row);
    row.querySelectorAll('[data-field]').forEach((field) => this.take(field));
  }

  drop(row) {
    const [table] = part(row).split('/');
    const left = this.values[table].filter((one) => one !== this.rows.get(part(row)));
    if (left.length) this.values[table] = left;
    else delete this.values[table];
    this.rows.delete(part(row));
    this.records.delete(part(row));
    row.querySelectorAll('[data-field]').forEach((field) => this.fields.delete(field.dataset.field));
  }

  // What stands at a path: of a table its rows.
  at(path) {
    const [table, key, item] = path.split('/');
    return item === undefined ? (this.values[path] ?? (this.fields.has(path) ? '' : [])) : (this.rows.get(`${table}/${key}`)?.[item] ?? '');
  }
}

// Put a document into the fields; rows it has and the page has not are added by `addRow(table, key)`.
export function fill(root, values, addRow) {
  for (const table of root.querySelectorAll('[data-table]')) {
    const wanted = values[table.dataset.table] ?? [];
    for (const row of wanted) {
      if (!table.querySelector(`[data-row="${row._k}"]`)) addRow(table, row._k);
    }
    for (const row of table.querySelectorAll('[data-row]')) {
      if (!wanted.some((one) => String(one._k) === row.dataset.row)) row.remove();
    }
  }
  for (const field of root.querySelectorAll('[data-field]')) {
    const parts = field.dataset.field.split('/');
    const place = parts.length === 3 ? (values[parts[0]] ?? []).find((row) => String(row._k) === parts[1]) : values;
    write(field, place?.[field.dataset.item]);
  }
}
