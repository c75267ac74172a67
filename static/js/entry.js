// The page of a form: filling, live checks, saving by itself, conflicts, deep links. See the entry-*.js parts.
import { toast } from './page.js';
import { collect, fill, read, write } from './entry-document.js';
import { addRow, bindRows, number } from './entry-rows.js';
import { Saver } from './entry-save.js';
import { go, show } from './entry-verdicts.js';

const root = document.querySelector('[data-entry]');
const parsed = (id) => JSON.parse(document.getElementById(id).textContent);
const pending = parsed('entry-pending');
const notes = parsed('entry-notes');
const status = root.querySelector('[data-status]');

function tell(kind, text = '') {
  const words = {
    unsaved: root.dataset.textUnsaved, saving: root.dataset.textSaving, offline: root.dataset.textOffline,
    failed: `${root.dataset.textFailed}: ${text}`, 'signed-out': root.dataset.textSignedOut,
    saved: `${root.dataset.textSaved} ${text}`,
  };
  status.textContent = words[kind];
  status.dataset.kind = kind;
  if (kind === 'failed') toast('error', words.failed);
}

function editing() {
  const saver = new Saver(root, {
    collect: () => collect(root, pending),
    notes: () => notes,
    status: tell,
    saved(answer, more) {
      if (!more) tell('saved', answer.at);
      show(root, answer, notes, noted);
      root.dispatchEvent(new CustomEvent('entry-saved', { bubbles: true, detail: { version: answer.version } }));
      if (answer.merged) {
        toast('info', root.dataset.textMerged);
        const at = document.activeElement?.closest('[data-field]')?.dataset.field;
        const address = new URL(window.location);
        if (at) address.searchParams.set('path', at);
        setTimeout(() => window.location.replace(address), 1200);
      }
    },
    conflict: (answer) => choose(answer),
  });
  const noted = (key, text) => { notes[key] = text; saver.changed(); };
  root.addEventListener('input', (event) => { if (event.target.closest('[data-field]')) saver.changed(); });
  root.addEventListener('change', (event) => {
    const field = event.target.closest('[data-field]');
    if (!field) return;
    if (field.closest('details') && event.target.value) title(field.closest('details'));
    saver.changed();
  });
  root.addEventListener('click', (event) => {
    const clear = event.target.closest('[data-clear]');
    if (!clear) return;
    write(clear.closest('[data-field]'), '');
    saver.changed();
  });
  bindRows(root, () => saver.changed());
  root.querySelectorAll('[data-table]').forEach(number);
  root.querySelector('[data-submit]')?.addEventListener('submit', async (event) => {
    if (saver.clean) return;
    event.preventDefault();
    await saver.flush();
    if (saver.clean) event.target.submit();
  });
  offerBackup(saver);
  return noted;
}

// Input that an earlier page could not save.
function offerBackup(saver) {
  const kept = saver.kept();
  if (!kept || JSON.stringify(kept.values) === JSON.stringify(collect(root, pending))) { saver.forget(); return; }
  const box = root.querySelector('[data-backup]');
  box.hidden = false;
  box.querySelector('[data-backup-use]').addEventListener('click', () => {
    saver.version = kept.base;
    Object.assign(notes, kept.notes);
    fill(root, kept.values, addRow);
    box.hidden = true;
    saver.changed();
  });
  box.querySelector('[data-backup-drop]').addEventListener('click', () => { saver.forget(); box.hidden = true; });
}

// Both values of each disputed field, to choose from. Resolves with what to overrule.
function choose(answer) {
  const dialog = root.querySelector('[data-conflict]');
  const shown = (value) => (value === null || value === true ? root.dataset.textBlank : Array.isArray(value) ? value.join('；') : String(value));
  dialog.querySelector('[data-conflict-text]').textContent = answer.text;
  dialog.querySelector('[data-conflict-rows]').replaceChildren(...answer.fields.map((field, index) => {
    const row = document.createElement('tr');
    const cells = [field.label, shown(field.base)].map((text) => Object.assign(document.createElement('td'), { textContent: text }));
    for (const side of ['theirs', 'mine']) {
      const cell = document.createElement('td');
      const label = document.createElement('label');
      const radio = Object.assign(document.createElement('input'), { type: 'radio', name: `c${index}`, value: side, checked: side === 'mine' });
      label.className = 'entry-choice';
      label.append(radio, Object.assign(document.createElement('span'), { textContent: shown(field[side]) }));
      cell.append(label);
      cells.push(cell);
    }
    row.append(...cells);
    return row;
  }));
  dialog.addEventListener('cancel', (event) => event.preventDefault());
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      const paths = [];
      answer.fields.forEach((field, index) => {
        if (dialog.querySelector(`input[name=c${index}]:checked`).value === 'mine') paths.push(field.path);
        else {
          const place = root.querySelector(`[data-field="${CSS.escape(field.path)}"]`);
          if (place) write(place, field.theirs);
        }
      });
      resolve({ version: answer.version, paths });
    }, { once: true });
  });
}

function title(record) {
  const named = [...record.querySelectorAll('[data-field]')].map((field) => read(field)).find((value) => typeof value === 'string' && value);
  record.querySelector('[data-record-title]').textContent = named ?? '';
}

// Long lists and look-ups: suggestions while typing, the name beside the code.
function name(input) {
  const option = [...(input.list?.options ?? [])].find((one) => one.value === input.value.trim());
  const shown = input.parentElement.querySelector('[data-chosen]');
  if (shown) shown.textContent = option ? option.label.replace(option.value, '').trim() : '';
}

let asked = 0;
async function suggest(input) {
  const mine = ++asked;
  const address = new URL(input.dataset.lookup, window.location);
  address.searchParams.set('q', input.value.trim());
  const answer = await fetch(address, { headers: { Accept: 'application/json' } }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const { results } = await answer.json();
  input.list.replaceChildren(...results.map((one) => new Option(`${one.name} ${one.path ?? ''}`.trim(), one.code)));
  name(input);
}

let waiting = 0;
root.addEventListener('input', (event) => {
  const input = event.target;
  if (!input.matches?.('input[list]')) return;
  name(input);
  if (!input.dataset.lookup || !input.value.trim()) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => suggest(input), 250);
});

root.addEventListener('click', (event) => {
  const target = event.target;
  const help = target.closest('[data-help]');
  if (help) {
    const hint = help.closest('[data-field]').querySelector('[data-hint]');
    hint.hidden = !hint.hidden;
    help.setAttribute('aria-expanded', String(!hint.hidden));
  }
  const toggle = target.closest('[data-show-list]');
  if (toggle) {
    const list = root.querySelector('[data-list]');
    list.hidden = !list.hidden;
    toggle.setAttribute('aria-expanded', String(!list.hidden));
  }
  const point = target.closest('[data-go]');
  if (point) go(root, point.dataset.go);
  if (target.closest('[data-remarks]')) root.querySelectorAll('[data-remark-input]').forEach((input) => { input.hidden = !input.hidden; });
});

const noted = root.dataset.editable ? editing() : () => {};
show(root, parsed('entry-answer'), notes, noted);
root.querySelectorAll('input[list]').forEach(name);
const path = new URLSearchParams(window.location.search).get('path');
if (path) go(root, path);
else document.querySelectorAll('.entry-returned [data-go]')[0]?.focus();

// The section in view is marked in the list of sections.
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) root.querySelector(`[data-nav="${entry.target.dataset.section}"]`)?.classList.toggle('is-here', entry.isIntersecting);
}, { rootMargin: '-30% 0px -60% 0px' });
root.querySelectorAll('[data-section]').forEach((section) => watcher.observe(section));
