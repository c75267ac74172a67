// The problem desk: a row opens in the panel; j / k move, x ticks, Enter opens the form, f puts it beside the list,
// i goes to its field and Escape back, e goes to the reason and text, Ctrl+Enter answers, n writes a note, u undoes. After an answer the next row comes by itself.
import { toast } from './page.js';

const desk = document.querySelector('[data-desk]');
const panel = document.getElementById('panel');
const beside = document.getElementById('desk-form');
const BESIDE = 'desk-form-beside';

const rows = () => [...desk.querySelectorAll('tr[data-row]')];
const current = () => desk.querySelector('tr[data-row].is-current');
const inPanel = (selector) => panel.querySelector(selector);
const small = () => window.matchMedia('(max-width: 991.98px)').matches;

function choose(row, { scroll = false } = {}) {
  rows().forEach((other) => other.classList.toggle('is-current', other === row));
  row.dispatchEvent(new Event('open'));
  // the address keeps the place, so that coming back from the form, or after work on many rows, shows the same row
  const url = new URL(window.location.href);
  url.searchParams.set('row', row.dataset.row);
  window.history.replaceState(null, '', url);
  const field = desk.querySelector('input[name=next]');
  if (field) field.value = url.pathname + url.search;
  if (scroll) row.scrollIntoView({ block: 'nearest' });
}

function step(by) {
  const list = rows();
  if (!list.length) return false;
  const at = list.indexOf(current());
  const next = list[Math.min(list.length - 1, Math.max(0, at + by))];
  if (next === current()) return false;
  choose(next, { scroll: true });
  return true;
}

// -- the questioned form beside the list ------------------------------------------------------------
// Stepping through the list must not drop the next key into a form: the frame takes the cursor only when asked
// (i, a click, or opening it), and Escape leads back to the list.
let intoForm = false;
const isBeside = () => Boolean(beside) && !beside.hidden;

function toField() {
  const frame = beside?.querySelector('iframe');
  const inside = frame?.contentDocument;
  if (!inside?.querySelector('[data-entry]')) return;
  const path = new URL(frame.dataset.address).searchParams.get('path');
  const field = inside.querySelector(`[data-field="${CSS.escape(path)}"]`);
  frame.dataset.asked = '1';
  frame.focus();
  field?.querySelector('input:checked, input, select, textarea')?.focus({ preventScroll: true });
}

function onForm(frame) {
  const inside = frame.contentDocument;
  if (!inside) return;
  const leave = () => { inside.activeElement?.blur(); frame.blur(); window.focus(); };
  // the form puts the cursor at its item by itself, once, when it has loaded: only that is turned away
  const turnAway = () => { if (!frame.dataset.asked) leave(); frame.dataset.asked = '1'; };
  inside.addEventListener('focusin', turnAway, { once: true });
  inside.addEventListener('keydown', (event) => { if (event.key === 'Escape') leave(); });
  inside.addEventListener('entry-saved', () => window.htmx.trigger(document.body, 'form-saved'));
  if (intoForm) toField();
  else if (document.activeElement === frame) turnAway();
  intoForm = false;
}

function showForm() {
  const link = inPanel('[data-form-link]');
  inPanel('[data-form-beside]')?.setAttribute('aria-pressed', isBeside());
  if (!isBeside()) return;
  if (!link) { beside.replaceChildren(); return; }
  const address = new URL(link.href);
  address.searchParams.set('bare', '1');
  if (beside.firstElementChild?.dataset.address === address.href) return;
  const frame = document.createElement('iframe');
  frame.title = beside.dataset.title;
  frame.dataset.address = address.href;
  frame.src = address.href;
  frame.addEventListener('load', () => onForm(frame));
  beside.replaceChildren(frame);
}

function toggleForm(open) {
  if (!beside) return;
  beside.hidden = !open;
  desk.classList.toggle('with-form', open);
  if (!open) beside.replaceChildren();
  intoForm = open;
  try { window.localStorage.setItem(BESIDE, open ? '1' : ''); } catch { /* the choice is not kept, that is all */ }
  showForm();
}

// -- mouse and keyboard -----------------------------------------------------------------------------
function onClick(event) {
  if (event.target.closest('[data-form-beside]')) { toggleForm(!isBeside()); return; }
  const row = event.target.closest('tr[data-row]');
  if (!row || event.target.closest('input, button, label') || event.ctrlKey || event.metaKey) return;
  const link = event.target.closest('a');
  if (link && !('open' in link.dataset)) return;
  event.preventDefault();
  // on a small screen the row is a page of its own
  if (small()) window.location.assign(row.querySelector('[data-open]').href);
  else choose(row);
}

function focusOn(selector, event) {
  const box = inPanel(selector);
  if (!box) return;
  event.preventDefault();
  box.focus();
}

function onKey(event) {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    const main = event.target.closest('form[data-moves]')?.querySelector('[data-main]');
    if (main) { event.preventDefault(); main.click(); }
    return;
  }
  if (event.key === 'Escape' && event.target.closest('#panel input, #panel select, #panel textarea')) { event.target.blur(); return; }
  if (event.target.closest('input:not([type=checkbox]), select, textarea') || event.ctrlKey || event.metaKey || event.altKey) return;
  const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (by && rows().length) {
    event.preventDefault();
    step(by);
  } else if (event.key === 'x' && current()) {
    const box = current().querySelector('input[name=ids]');
    box.checked = !box.checked;
    box.dispatchEvent(new Event('change', { bubbles: true }));
  } else if (event.key === 'e') {
    focusOn('[data-reason], [data-write]', event);
  } else if (event.key === 'n') {
    focusOn('[data-note]', event);
  } else if (event.key === 'u') {
    inPanel('[data-undo]')?.click();
  } else if (event.key === 'f') {
    toggleForm(!isBeside());
  } else if (event.key === 'i') {
    event.preventDefault();
    toField();
  } else if (event.key === 'Enter' && !event.target.closest('a, button, summary, input')) {
    const link = inPanel('[data-form-link]');
    if (link) { event.preventDefault(); window.location.assign(link.href); }
  }
}

// An answer given in the panel: say so, and go on to the next row. At the end of the list the row stays.
let seen = '';
function onSwap(event) {
  if (event.detail.target !== panel) return;
  const shown = inPanel('[data-panel]');
  if (shown && shown.dataset.panel !== seen) panel.scrollTop = 0; // another row is read from its beginning
  seen = shown?.dataset.panel ?? '';
  const sent = event.detail.requestConfig;
  const moved = sent?.verb === 'post' && sent.path.endsWith('/move/') && shown?.dataset.done;
  const undone = sent?.parameters?.get?.('move') === 'undo';
  if (moved) delete shown.dataset.done; // the swap of the row in the list settles as well
  if (moved && !undone && current() && step(1)) toast('success', moved);
  else showForm();
}

if (desk) {
  desk.addEventListener('click', onClick);
  document.addEventListener('keydown', onKey);
  document.addEventListener('htmx:afterSettle', onSwap);
  let wanted = '';
  try { wanted = window.localStorage.getItem(BESIDE); } catch { wanted = ''; }
  if (wanted && !small()) { toggleForm(true); intoForm = false; }
}
