// The page of a form: filling, live checks, saving by itself, conflicts, deep links. See the entry-*.js parts.
import './entry-styles.js';
import { toast } from './page.js';
import { Sheet, fill, part, read, same, write } from './entry-document.js';
import { Live, told } from './entry-live.js';
import { addRow, bindRows, number } from './entry-rows.js';
import { Saver } from './entry-save.js';
import { Display, go } from './entry-verdicts.js';

const root = document.querySelector('[data-entry]');
const parsed = (id) => JSON.parse(document.getElementById(id).textContent);
const notes = parsed('entry-notes');
const sheet = new Sheet(root, parsed('entry-pending'));
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
  let live = null; // until the rules are here, and without them, the server alone checks
  let last = parsed('entry-answer');
  const saver = new Saver(root, {
    collect: () => sheet.values,
    notes: () => notes,
    status: tell,
    saved(answer, more) {
      if (!more) tell('saved', answer.at);
      last = answer;
      const { state_text: text } = answer;
      display.show(live ? { ...live.adopt(answer, more), state_text: text } : told(answer));
      root.dispatchEvent(new CustomEvent('entry-saved', { bubbles: true, detail: { version: answer.version } }));
      if (answer.merged) {
        toast('info', root.dataset.textMerged);
        const at = document.activeElement?.closest('[data-field]')?.dataset.field;
        const address = new URL(window.location);
        if (at) address.searchParams.set('path', at);
        setTimeout(() => window.location.replace(address), 1200);
      }
    },
    conflict: (answer) => choose(answer, changed),
  });
  const display = new Display(root, sheet, notes, (key, text) => { notes[key] = text; saver.changed(); });
  display.show(told(last));

  // Something changed at these paths: an item, or a table whose rows came or went.
  function changed(paths) {
    saver.changed(); // first: whatever the checks do, what was typed is saved
    if (live) display.show(live.change(paths.map((path) => [path, sheet.at(path)])));
  }
  // The whole page changed.
  function replaced() {
    sheet.load();
    saver.changed();
    if (live) display.show(live.look(sheet.values));
  }
  const taken = (field) => { if (field && sheet.take(field)) changed([field.dataset.field]); };

  root.addEventListener('input', (event) => taken(event.target.closest('[data-field]')));
  root.addEventListener('change', (event) => {
    const field = event.target.closest('[data-field]');
    if (field?.closest('details') && event.target.value) title(field.closest('details'));
    taken(field);
  });
  root.addEventListener('click', (event) => {
    const field = event.target.closest('[data-clear]')?.closest('[data-field]');
    if (!field) return;
    write(field, '');
    taken(field);
  });
  bindRows(root, {
    added(row) { sheet.add(row); changed([part(row).split('/')[0]]); },
    dropped(row) { sheet.drop(row); changed([part(row).split('/')[0]]); },
  });
  root.querySelectorAll('[data-table]').forEach(number);
  root.querySelector('[data-submit]')?.addEventListener('submit', async (event) => {
    if (saver.clean) return;
    event.preventDefault();
    await saver.flush();
    if (saver.clean) event.target.submit();
  });
  offerBackup(saver, replaced);
  fetch(root.dataset.rules).then((answer) => (answer.ok ? answer.json() : null)).then((payload) => {
    if (!payload) return;
    live = new Live(payload, sheet.values, parsed('entry-facts'), document.documentElement.lang.startsWith('en') ? 'en' : 'zh', last);
    display.ranks = live.book.ranks;
    display.show(saver.clean ? live.state() : live.look(sheet.values));
    root.dataset.live = '1';
  }, () => {});
  return display;
}

// Input that an earlier page could not save.
function offerBackup(saver, replaced) {
  const kept = saver.kept();
  if (!kept || same(kept.values, sheet.values)) { saver.forget(); return; }
  const box = root.querySelector('[data-backup]');
  box.hidden = false;
  box.querySelector('[data-backup-use]').addEventListener('click', () => {
    saver.version = kept.base;
    Object.assign(notes, kept.notes);
    fill(root, kept.values, addRow);
    box.hidden = true;
    replaced();
  });
  box.querySelector('[data-backup-drop]').addEventListener('click', () => { saver.forget(); box.hidden = true; });
}

// Both values of each disputed field, to choose from. Resolves with what to overrule.
function choose(answer, changed) {
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
      const [paths, theirs] = [[], []];
      answer.fields.forEach((field, index) => {
        if (dialog.querySelector(`input[name=c${index}]:checked`).value === 'mine') paths.push(field.path);
        else {
          const place = root.querySelector(`[data-field="${CSS.escape(field.path)}"]`);
          if (!place) return;
          write(place, field.theirs);
          if (sheet.take(place)) theirs.push(field.path);
        }
      });
      if (theirs.length) changed(theirs);
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
    toggle.setAttribute('aria-expanded', String(display.toggle()));
  }
  const point = target.closest('[data-go]');
  if (point) go(root, point.dataset.go);
  if (target.closest('[data-remarks]')) root.querySelectorAll('[data-remark-input]').forEach((input) => { input.hidden = !input.hidden; });
});

const display = root.dataset.editable ? editing() : new Display(root, sheet, notes);
if (!root.dataset.editable) display.show(told(parsed('entry-answer')));
root.querySelectorAll('input[list]').forEach(name);
const path = new URLSearchParams(window.location.search).get('path');
if (path) go(root, path);
else if (root.dataset.editable) { // what was sent back opens at the first questioned item
  const first = document.querySelector('.entry-returned [data-go]');
  if (first) go(root, first.dataset.go);
}

// The section in view is marked in the list of sections.
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) root.querySelector(`[data-nav="${entry.target.dataset.section}"]`)?.classList.toggle('is-here', entry.isIntersecting);
}, { rootMargin: '-30% 0px -60% 0px' });
root.querySelectorAll('[data-section]').forEach((section) => watcher.observe(section));
