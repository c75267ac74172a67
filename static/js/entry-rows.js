// Rows of tables: add, duplicate, delete; Enter and the arrow keys move between them.
import { read, write } from './entry-document.js';

const PATTERN = '__k__';

export function addRow(table, key) {
  const rows = [...table.querySelectorAll('[data-row]')];
  const next = Number(table.dataset.next ?? 1 + Math.max(0, ...rows.map((row) => Number(row.dataset.row))));
  const chosen = key ?? next;
  table.dataset.next = Math.max(next, chosen + 1);
  const pattern = table.querySelector('template[data-pattern]');
  const holder = document.createElement(pattern.content.querySelector('tr') ? 'tbody' : 'div');
  holder.innerHTML = pattern.innerHTML.replaceAll(PATTERN, chosen);
  const row = holder.firstElementChild;
  table.querySelector('[data-rows]').append(row);
  number(table);
  return row;
}

export function number(table) {
  const rows = table.querySelectorAll('[data-row]');
  rows.forEach((row, index) => { row.querySelector('[data-number]').textContent = index + 1; });
  const most = Number(table.dataset.max);
  const button = table.querySelector('[data-add]');
  if (button && most) button.disabled = rows.length >= most;
}

const first = (row) => row.querySelector('input, select, textarea');

// `added(row)` is told of a row that came (with what is copied into it), `dropped(row)` of one about to go.
export function bindRows(root, { added, dropped }) {
  const extend = (table) => { const row = addRow(table); added(row); return row; };
  root.addEventListener('click', (event) => {
    const table = event.target.closest('[data-table]');
    if (!table) return;
    const row = event.target.closest('[data-row]');
    if (event.target.closest('[data-add]')) first(extend(table))?.focus();
    else if (event.target.closest('[data-duplicate]')) {
      const copy = addRow(table);
      const fields = [...row.querySelectorAll('[data-field]')];
      copy.querySelectorAll('[data-field]').forEach((field, index) => write(field, read(fields[index])));
      added(copy);
      first(copy)?.focus();
    } else if (event.target.closest('[data-delete]')) {
      const filled = [...row.querySelectorAll('[data-field]')].some((field) => read(field).length);
      if (filled && !window.confirm(root.dataset.textDelete)) { event.preventDefault(); return; }
      dropped(row);
      row.remove();
      number(table);
    } else return;
    event.preventDefault();
  });

  root.addEventListener('keydown', (event) => {
    const field = event.target.closest('[data-field]');
    if (!field || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const plain = event.target.matches('input:not([list]):not([type=radio]):not([type=checkbox])');
    const step = { Enter: 1, ArrowDown: plain ? 1 : 0, ArrowUp: plain ? -1 : 0 }[event.key];
    if (!step || event.target.matches('textarea, button') || (event.target.matches('select') && event.key !== 'Enter')) return;
    const target = field.closest('tr[data-row]') ? below(field, step, extend) : beside(root, field, step);
    if (!target) return;
    event.preventDefault();
    target.focus();
    target.select?.();
  });
}

function below(field, step, extend) {
  const row = field.closest('[data-row]');
  const table = field.closest('[data-table]');
  let next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  if (!next && step > 0 && !table.querySelector('[data-add]')?.disabled) {
    if (![...row.querySelectorAll('[data-field]')].some((one) => read(one).length)) return null;
    next = extend(table);
  }
  return next?.querySelector(`[data-item="${field.dataset.item}"]`)?.querySelector('input, select, textarea');
}

function beside(root, field, step) {
  const fields = [...root.querySelectorAll('[data-field]')].filter((one) => one.offsetParent);
  return fields[fields.indexOf(field) + step]?.querySelector('input:checked, input, select, textarea');
}
