// The result map: one or two choropleths that move together, census districts and objects on the first, a card, a search.
import { Choropleth } from './map-areas.js';
import { Districts } from './map-districts.js';
import { Objects } from './map-objects.js';
import { Waters } from './map-waters.js';

const find = (selector) => document.querySelector(selector);

async function start() {
  const maps = [];
  for (const element of document.querySelectorAll('[data-map]')) {
    try {
      maps.push(await Choropleth.draw(element));
    } catch (error) {
      element.textContent = element.dataset.textFailed;
      element.classList.add('map-failed');
      console.warn(error);
    }
  }
  if (!maps.length) return;
  const [first, second] = maps;
  if (second) together(first, second);
  const holder = find('[data-map-table]');
  if (holder) holder.replaceChildren(first.table(second));
  const { points, card: objectCard, districtCard } = first.element.dataset;
  const side = find('[data-map-side]');
  if (side) new Waters(first, side, (id) => card(objectCard, id));
  const choice = find('[data-map-districts]');
  if (choice) {
    const districts = new Districts(first, choice, find('[data-map-legend]'), districtCard && ((id) => card(districtCard, id)));
    choice.addEventListener('change', () => onPaper(choice));
    await districts.load();
  }
  if (!points) return;
  const objects = new Objects(first, find('[data-map-tools]'), (id) => card(objectCard, id));
  search(find('[data-map-find]'), find('[data-map-found]'), first, (id) => card(objectCard, id));
  await objects.load();
}

// The sheet to print, and the page when it is loaded again, show the districts that are shown now.
function onPaper({ name, value }) {
  for (const link of [window.location, ...document.querySelectorAll('[data-map-paper]')]) {
    const address = new URL(link.href);
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
    if (link === window.location) window.history.replaceState(null, '', address);
    else link.href = address;
  }
}

// What is moved or zoomed on one map is on the other.
function together(one, two) {
  let busy = false;
  for (const [from, to] of [[one, two], [two, one]]) {
    from.chart.on('georoam', () => {
      if (busy) return;
      busy = true;
      const { center, zoom } = from.chart.getOption().geo[0];
      to.chart.setOption({ geo: { center, zoom } });
      busy = false;
    });
  }
}

async function card(address, id) {
  const side = find('[data-map-side]');
  const response = await fetch(address.replace('00000000-0000-0000-0000-000000000000', id));
  if (!response.ok) return;
  side.innerHTML = await response.text(); // made by our server, escaped there
  side.hidden = false;
  side.querySelector('[data-map-close]').addEventListener('click', () => { side.hidden = true; });
  side.querySelector('[data-map-close]').focus({ preventScroll: true });
}

function search(input, list, map, open) {
  let waiting;
  let asked = 0;
  const go = (one) => {
    list.hidden = true;
    input.value = one.name;
    map.show(one.at, 30);
    open(one.id);
  };
  const ask = async () => {
    const mine = ++asked;
    if (input.value.trim().length < 2) { list.hidden = true; return; }
    const address = new URL(input.dataset.url, window.location);
    address.search = new URLSearchParams({ region: map.element.dataset.region, q: input.value.trim() });
    const response = await fetch(address).catch(() => null);
    if (!response?.ok || mine !== asked) return;
    const { results } = await response.json();
    list.replaceChildren(...results.map((one) => {
      const line = document.createElement('li');
      const button = Object.assign(document.createElement('button'), { type: 'button', textContent: one.name });
      button.append(Object.assign(document.createElement('small'), { textContent: `${one.kind} · ${one.code}` }));
      button.addEventListener('click', () => go(one));
      line.append(button);
      return line;
    }));
    list.hidden = !results.length;
  };
  input.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(ask, 250); });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') list.hidden = true;
    if (event.key === 'ArrowDown' && !list.hidden) { event.preventDefault(); list.querySelector('button').focus(); }
    if (event.key === 'Enter' && !list.hidden) { event.preventDefault(); list.querySelector('button').click(); }
  });
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
    if (!step) return;
    event.preventDefault();
    (event.target.parentElement[step]?.firstChild ?? input).focus();
  });
}

start();
