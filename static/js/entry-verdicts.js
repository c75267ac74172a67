// Showing what the server said: messages at the fields, the list at the top, counts, progress, conditions.

const make = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text) node.textContent = text;
  return node;
};
const ICONS = { error: 'alert-circle', warning: 'alert-triangle', info: 'info-circle' };
const field_at = (root, path) => root.querySelector(`[data-field="${CSS.escape(path)}"]`);

export function go(root, path) {
  const field = field_at(root, path) ?? root.querySelector(`[data-section="${CSS.escape(path.split('/')[0])}"]`);
  if (!field) return false;
  const record = field.closest('details');
  if (record) record.open = true;
  field.scrollIntoView({ block: 'center' });
  field.classList.add('is-pointed');
  setTimeout(() => field.classList.remove('is-pointed'), 2500);
  field.querySelector('input:checked, input, select, textarea')?.focus({ preventScroll: true });
  return true;
}

export function show(root, answer, notes, noted) {
  root.querySelectorAll('[data-messages]').forEach((box) => box.replaceChildren());
  root.querySelectorAll('.has-fault, .has-warning').forEach((field) => field.classList.remove('has-fault', 'has-warning'));
  for (const [path, text] of Object.entries(answer.rejected)) message(field_at(root, path), 'error', text);
  for (const verdict of answer.verdicts) {
    const text = verdict.kind === 'required' ? root.dataset.textRequired : verdict.text; // the label stands beside it
    verdict.paths.forEach((path, index) => message(field_at(root, path), verdict.severity, index ? '' : text));
  }
  list(root, answer, notes, noted);
  counts(root, answer);
  conditions(root, answer);
}

function message(field, severity, text) {
  if (!field) return;
  field.classList.add(severity === 'error' ? 'has-fault' : 'has-warning');
  if (!text) return;
  const line = make('div', `is-${severity}`);
  line.append(make('i', `ti ti-${ICONS[severity]}`), ` ${text}`);
  field.querySelector('[data-messages]')?.append(line);
}

function label_of(root, path) {
  return field_at(root, path)?.querySelector('label[for]')?.textContent ?? path;
}

function list(root, answer, notes, noted) {
  const box = root.querySelector('[data-list]');
  box.replaceChildren();
  const rejected = Object.entries(answer.rejected).map(([path, text]) => ({ key: '', severity: 'error', paths: [path], text: `${label_of(root, path)}: ${text}`, rule: '' }));
  const all = [...rejected, ...answer.verdicts];
  const heads = { error: root.dataset.textErrors, warning: root.dataset.textWarnings, info: root.dataset.textInfos };
  for (const severity of ['error', 'warning', 'info']) {
    const some = all.filter((one) => one.severity === severity);
    if (!some.length) continue;
    box.append(make('h3', `entry-list-head is-${severity}`, `${heads[severity]} (${some.length})`));
    const items = make('ul');
    for (const one of some) items.append(line(root, one, notes, noted));
    box.append(items);
  }
  if (!all.length) box.append(make('p', 'text-secondary p-3 mb-0', root.dataset.textNone));
}

function line(root, verdict, notes, noted) {
  const item = make('li');
  const link = make('button', 'entry-list-link', verdict.text);
  link.type = 'button';
  link.addEventListener('click', () => go(root, verdict.paths[0] ?? ''));
  item.append(link, make('span', 'code text-secondary', verdict.rule));
  if (verdict.severity === 'warning') {
    if (root.dataset.editable) {
      const note = make('input', 'form-control form-control-sm');
      note.value = notes[verdict.key] ?? '';
      note.maxLength = 500;
      note.placeholder = root.dataset.textNote;
      note.setAttribute('aria-label', root.dataset.textNote);
      note.addEventListener('input', () => noted(verdict.key, note.value));
      item.append(note);
    } else if (notes[verdict.key]) item.append(make('span', 'entry-note', notes[verdict.key]));
  }
  return item;
}

function counts(root, answer) {
  root.querySelector('[data-errors]').textContent = answer.errors;
  root.querySelector('[data-warnings]').textContent = answer.warnings;
  const state = root.querySelector('[data-state]');
  if (state) state.textContent = answer.state_text;
  const wrong = new Map();
  const paths = [...Object.keys(answer.rejected), ...answer.verdicts.filter((one) => one.severity === 'error').map((one) => one.paths[0])];
  for (const path of paths) {
    const place = path && (field_at(root, path) ?? root.querySelector(`[data-section="${CSS.escape(path.split('/')[0])}"]`));
    for (const holder of place ? [place.closest('[data-section]'), place.closest('[data-row]')] : []) {
      if (holder) wrong.set(holder, (wrong.get(holder) ?? 0) + 1);
    }
  }
  for (const section of root.querySelectorAll('[data-section]')) {
    badge(root.querySelector(`[data-nav="${section.dataset.section}"] [data-nav-count]`), wrong.get(section));
  }
  for (const row of root.querySelectorAll('details[data-row]')) badge(row.querySelector('[data-row-count]'), wrong.get(row));
  const total = answer.required.length;
  const done = Math.max(0, total - answer.missing);
  root.querySelector('[data-progress-bar]').style.width = `${total ? (100 * done) / total : 100}%`;
  root.querySelector('[data-progress-text]').textContent = `${done} / ${total}`;
}

function badge(node, count) {
  if (!node) return;
  node.hidden = !count;
  node.textContent = count ?? '';
}

function conditions(root, answer) {
  const required = new Set(answer.required);
  for (const field of root.querySelectorAll('[data-field]')) {
    const star = field.querySelector('[data-star]');
    if (star) star.hidden = !required.has(field.dataset.field);
  }
  for (const section of root.querySelectorAll('[data-section]')) {
    const idle = answer.idle.includes(section.dataset.section);
    section.classList.toggle('is-idle', idle);
    section.querySelector('[data-idle]').hidden = !idle;
  }
}
