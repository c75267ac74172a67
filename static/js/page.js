// Small behaviours every page needs. Bound by data attributes; no inline scripts anywhere.
const texts = document.body.dataset;

// -- Messages -------------------------------------------------------------------------------------
const FADE_AFTER = 6000;

function fadeLater(note) {
  let timer = setTimeout(() => note.remove(), FADE_AFTER);
  note.addEventListener('mouseenter', () => clearTimeout(timer));
  note.addEventListener('mouseleave', () => { timer = setTimeout(() => note.remove(), FADE_AFTER / 2); });
}

/** Show a message: level is success, info, warning or error. Warnings and errors stay until closed. */
export function toast(level, text) {
  const box = document.getElementById('messages');
  if (!box) return;
  const note = document.createElement('div');
  note.className = `toast-note toast-${level}`;
  const body = document.createElement('div');
  body.className = 'toast-text';
  body.textContent = text;
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'btn-close';
  close.dataset.close = '';
  close.setAttribute('aria-label', texts.textClose || 'Close');
  note.append(body, close);
  box.append(note);
  if (level !== 'error' && level !== 'warning') fadeLater(note);
}

document.querySelectorAll('[data-fades]').forEach(fadeLater);
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-close]')) event.target.closest('.toast-note').remove();
});

// The server's messages after an htmx request (census.ui.middleware), and its failures.
document.addEventListener('toast', (event) => {
  const list = Array.isArray(event.detail) ? event.detail : event.detail.value;
  for (const { level, text } of list) toast(level, text);
});
document.addEventListener('htmx:sendError', () => toast('error', texts.textOffline));
document.addEventListener('htmx:responseError', (event) => {
  const { status, responseText } = event.detail.xhr;
  let said = '';
  try { said = JSON.parse(responseText).detail; } catch { said = ''; }
  toast('error', said || { 403: texts.textRefused, 404: texts.textGone, 410: texts.textGone }[status] || texts.textFailed);
});
// A form sent back with its errors (422) is shown like any other answer.
document.addEventListener('htmx:beforeSwap', (event) => {
  if (event.detail.xhr.status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
});
let running = 0;
const loading = (step) => () => { running = Math.max(0, running + step); document.body.classList.toggle('is-loading', running > 0); };
document.addEventListener('htmx:beforeRequest', loading(1));
document.addEventListener('htmx:afterRequest', loading(-1));

// -- Forms ----------------------------------------------------------------------------------------
// <form data-autosubmit>: filters apply as soon as a choice changes.
document.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-autosubmit]');
  if (form && event.target.matches('select, input[type=checkbox], input[type=radio], input[type=date], input[type=hidden]')) form.requestSubmit();
});

// Empty filter fields stay out of the address.
document.addEventListener('submit', (event) => {
  if (!event.target.matches('form[data-autosubmit], form[data-tidy]')) return;
  for (const field of event.target.elements) {
    if (field.name && field.value === '' && !field.disabled) {
      field.disabled = true;
      setTimeout(() => { field.disabled = false; }, 0);
    }
  }
});

// A plain form is sent once: a second click while the answer is on its way does nothing.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post' || form.hasAttribute('hx-post')) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = '1';
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});
window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach((form) => { delete form.dataset.sent; }));

// <button data-confirm="text">: ask first.
document.addEventListener('click', (event) => {
  const asked = event.target.closest('[data-confirm]');
  if (asked && !window.confirm(asked.dataset.confirm)) { event.preventDefault(); event.stopPropagation(); }
}, true);

// <button data-fill='{"field id": "value"}'>: fill in fields, and mark the button as chosen.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-fill]');
  if (!button) return;
  for (const [id, value] of Object.entries(JSON.parse(button.dataset.fill))) document.getElementById(id).value = value;
  document.querySelectorAll('[data-fill].is-chosen').forEach((other) => other.classList.remove('is-chosen'));
  button.classList.add('is-chosen');
  button.closest('main').querySelector('button.btn-primary').focus();
});

// [data-only-for="select id:value,value"]: the field is there only while the select has one of these values.
function showFitting() {
  document.querySelectorAll('[data-only-for]').forEach((control) => {
    const [id, values] = control.dataset.onlyFor.split(':');
    control.closest('.field').hidden = !values.split(',').includes(document.getElementById(id)?.value);
  });
}
showFitting();
document.addEventListener('change', showFitting);

// [data-upload]: show the name of the chosen file; a file may be dropped on the box.
document.addEventListener('change', (event) => {
  const box = event.target.closest('[data-upload]');
  if (box && event.target.files?.length) box.querySelector('[data-upload-name]').textContent = [...event.target.files].map((file) => file.name).join(', ');
});
for (const [name, over] of [['dragenter', true], ['dragover', true], ['dragleave', false], ['drop', false]]) {
  document.addEventListener(name, (event) => event.target.closest?.('[data-upload]')?.classList.toggle('is-over', over));
}

// [data-check-all="name"]: tick every box of that name; [data-checked-count] shows how many are ticked.
document.addEventListener('change', (event) => {
  const all = event.target.closest('[data-check-all]');
  if (all) document.querySelectorAll(`input[name="${all.dataset.checkAll}"]`).forEach((box) => { box.checked = all.checked; });
  const form = event.target.closest('form');
  const shown = form && form.querySelector('[data-checked-count]');
  if (shown) {
    const count = form.querySelectorAll('tbody input[type=checkbox]:checked').length;
    shown.textContent = count;
    form.querySelectorAll('[data-needs-checked]').forEach((button) => { button.disabled = !count; });
  }
});

// -- Lists ----------------------------------------------------------------------------------------
// <tr data-href>: the whole row opens its link; text selection and inner controls are left alone.
document.addEventListener('click', (event) => {
  const row = event.target.closest('tr[data-href]');
  if (!row || event.target.closest('a, button, input, select, label') || String(window.getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, '_blank', 'noopener');
  else window.location.assign(row.dataset.href);
});

// Keyboard in lists: j / k or arrows move between rows, Enter opens, "/" goes to the search box.
document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.target.closest('input, select, textarea, button, a, [contenteditable], .dropdown-menu')) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') {
    const search = document.querySelector('input[type=search]');
    if (search) { event.preventDefault(); search.focus(); search.select(); }
    return;
  }
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  const rows = [...document.querySelectorAll('tr[data-href]')];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains('is-current'));
  if (step) {
    event.preventDefault();
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    rows.forEach((row) => row.classList.toggle('is-current', row === next));
    next.scrollIntoView({ block: 'nearest' });
  } else if (event.key === 'Enter' && at >= 0) {
    window.location.assign(rows[at].dataset.href);
  }
});

// <button data-expand aria-controls="id" data-load="address">: open and close a branch; its content comes once.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-expand]');
  if (!button) return;
  const branch = document.getElementById(button.getAttribute('aria-controls'));
  const open = button.getAttribute('aria-expanded') !== 'true';
  if (open && button.dataset.load) {
    try {
      const answer = await fetch(button.dataset.load, { headers: { 'HX-Request': 'true' } });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      branch.innerHTML = await answer.text();
      delete button.dataset.load;
    } catch { toast('error', texts.textFailed); return; }
  }
  button.setAttribute('aria-expanded', open);
  branch.hidden = !open;
});

// [data-print]: print the page.
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) window.print();
});
