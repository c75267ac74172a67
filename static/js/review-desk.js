// The problem desk: a row opens in the panel; j / k move, x ticks, Enter opens the form, e goes to the text box.
const desk = document.querySelector('[data-desk]');

const rows = () => [...desk.querySelectorAll('tr[data-row]')];
const current = () => desk.querySelector('tr[data-row].is-current');

function choose(row, { scroll = false } = {}) {
  rows().forEach((other) => other.classList.toggle('is-current', other === row));
  row.dispatchEvent(new Event('open'));
  // the address keeps the place, so that coming back from the form shows the same row
  const url = new URL(window.location.href);
  url.searchParams.set('row', row.dataset.row);
  window.history.replaceState(null, '', url);
  const field = desk.querySelector('input[name=next]');
  if (field) field.value = url.pathname + url.search;
  if (scroll) row.scrollIntoView({ block: 'nearest' });
}

function onClick(event) {
  const row = event.target.closest('tr[data-row]');
  if (!row || event.target.closest('input, button, label') || event.ctrlKey || event.metaKey) return;
  const link = event.target.closest('a');
  if (link && !('open' in link.dataset)) return;
  event.preventDefault();
  // on a small screen the row is a page of its own
  if (window.matchMedia('(max-width: 991.98px)').matches) window.location.assign(row.querySelector('[data-open]').href);
  else choose(row);
}

function onKey(event) {
  if (event.target.closest('input:not([type=checkbox]), select, textarea') || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  const list = rows();
  const at = list.indexOf(current());
  if (step && list.length) {
    event.preventDefault();
    choose(list[Math.min(list.length - 1, Math.max(0, at + step))], { scroll: true });
  } else if (event.key === 'x' && at >= 0) {
    const box = list[at].querySelector('input[name=ids]');
    box.checked = !box.checked;
    box.dispatchEvent(new Event('change', { bubbles: true }));
  } else if (event.key === 'e') {
    const box = document.querySelector('#panel [data-write]');
    if (box) { event.preventDefault(); box.focus(); }
  } else if (event.key === 'Enter' && !event.target.closest('a, button, summary, input')) {
    const link = document.querySelector('#panel [data-form-link]');
    if (link) { event.preventDefault(); window.location.assign(link.href); }
  }
}

if (desk) {
  desk.addEventListener('click', onClick);
  document.addEventListener('keydown', onKey);
}
