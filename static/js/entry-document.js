// Reading and writing the filled form on the page. A document is {item: value, table: [{_k, item: value}]}.

const row_of = (field) => field.closest('[data-row]');

export function read(field) {
  const boxes = [...field.querySelectorAll('input[type=checkbox]')];
  if (boxes.length) return boxes.filter((box) => box.checked).map((box) => box.value);
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

const blank = (value) => value === '' || (Array.isArray(value) && !value.length);

// The whole form. `pending`: texts of items that have no field here (path -> text); they stay with the form.
export function collect(root, pending) {
  const values = {};
  const rows = {};
  for (const table of root.querySelectorAll('[data-table]')) {
    const list = [...table.querySelectorAll('[data-row]')].map((row) => ({ _k: Number(row.dataset.row) }));
    for (const row of list) rows[`${table.dataset.table}/${row._k}`] = row;
    if (list.length) values[table.dataset.table] = list;
  }
  const shown = new Set();
  for (const field of root.querySelectorAll('[data-field]')) {
    shown.add(field.dataset.field);
    const value = read(field);
    if (blank(value)) continue;
    const place = row_of(field) ? rows[field.dataset.field.split('/').slice(0, 2).join('/')] : values;
    place[field.dataset.item] = value;
  }
  for (const [path, text] of Object.entries(pending)) {
    const parts = path.split('/');
    if (shown.has(path)) continue;
    if (parts.length === 1 && !(path in values)) values[path] = text;
    if (parts.length === 3 && rows[`${parts[0]}/${parts[1]}`]) rows[`${parts[0]}/${parts[1]}`][parts[2]] = text;
  }
  return values;
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
