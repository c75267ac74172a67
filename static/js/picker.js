// Type-ahead over a JSON look-up: <div data-picker data-url="/places/regions.json?within=…">, made by
// census.ui.pickers. The hidden input holds the code; the text input is only for searching. Results come as
// {"results": [{"code", "name", "path"}]}. Emptying the text empties the choice.
import { toast } from './page.js';

const WAIT = 180;

function bind(box) {
  const [hidden, input] = [box.querySelector('input[type=hidden]'), box.querySelector('input[type=text]')];
  const list = box.querySelector('.picker-list');
  let [options, at, timer, asked] = [[], -1, 0, 0];
  let shown = input.value;

  const close = () => { list.hidden = true; input.setAttribute('aria-expanded', 'false'); input.removeAttribute('aria-activedescendant'); at = -1; };
  const choose = (option) => {
    hidden.value = option ? option.code : '';
    input.value = shown = option ? option.name : '';
    input.title = option ? option.path : '';
    hidden.dispatchEvent(new Event('change', { bubbles: true }));
    close();
  };
  const mark = (next) => {
    at = next;
    [...list.children].forEach((row, index) => row.setAttribute('aria-selected', index === at));
    if (list.children[at]) {
      input.setAttribute('aria-activedescendant', list.children[at].id);
      list.children[at].scrollIntoView({ block: 'nearest' });
    }
  };
  const show = (results) => {
    options = results;
    list.replaceChildren(...results.map((option, index) => {
      const row = document.createElement('div');
      row.id = `${input.id}-${index}`;
      row.setAttribute('role', 'option');
      row.append(option.name);
      const where = document.createElement('small');
      where.textContent = [option.name.startsWith(option.code) ? '' : option.code, option.path].filter(Boolean).join(' · ');
      row.append(where);
      row.addEventListener('mousedown', (event) => { event.preventDefault(); choose(option); });
      return row;
    }));
    if (!results.length) {
      const none = document.createElement('div');
      none.className = 'picker-none';
      none.textContent = box.dataset.none;
      list.append(none);
    }
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    if (results.length) mark(0);
  };
  const search = async () => {
    const mine = ++asked;
    const address = new URL(box.dataset.url, window.location);
    address.searchParams.set('q', input.value.trim());
    try {
      const answer = await fetch(address, { headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(answer.status);
      const { results } = await answer.json();
      if (mine === asked && document.activeElement === input) show(results);
    } catch { toast('error', document.body.dataset.textFailed); }
  };

  input.addEventListener('input', () => {
    clearTimeout(timer);
    if (!input.value.trim()) { asked += 1; choose(null); return; }
    timer = setTimeout(search, WAIT);
  });
  input.addEventListener('focus', () => { if (!input.value) search(); });
  input.addEventListener('blur', () => { clearTimeout(timer); input.value = shown; close(); });
  input.addEventListener('keydown', (event) => {
    if (list.hidden) { if (event.key === 'ArrowDown') { event.preventDefault(); search(); } return; }
    if (event.key === 'ArrowDown') { event.preventDefault(); mark(Math.min(options.length - 1, at + 1)); }
    else if (event.key === 'ArrowUp') { event.preventDefault(); mark(Math.max(0, at - 1)); }
    else if (event.key === 'Enter' && options[at]) { event.preventDefault(); choose(options[at]); }
    else if (event.key === 'Escape') { event.preventDefault(); input.value = shown; close(); }
  });
}

export function bindAll(root = document) {
  root.querySelectorAll('[data-picker]:not([data-bound])').forEach((box) => { box.dataset.bound = ''; bind(box); });
}

bindAll();
document.addEventListener('htmx:load', (event) => bindAll(event.target));
