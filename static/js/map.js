// The result map: one or two choropleths that move together, census districts and objects on the first, a card, a search.
import { Choropleth } from './map-areas.js';
import { Districts } from './map-districts.js';
import { Objects } from './map-objects.js';
import { lookAround, remember } from './map-view.js';
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
  const side = find('[data-map-side]');
  const { card: objectCard, districtCard } = side ? first.element.dataset : {}; // the sheet to print has no cards
  if (side) new Waters(first, side, (id) => card(objectCard, id));
  const choice = find('[data-map-districts]');
  if (choice) {
    const districts = new Districts(first, choice, find('[data-map-legend]'), districtCard && ((id) => card(districtCard, id)));
    await districts.load();
  }
  maps.forEach(lookAround);
  const objects = new Objects(first, find('[data-map-tools]'), objectCard && ((id) => card(objectCard, id)));
  remembered(first, find('[data-map-form]'));
  if (find('[data-map-find]')) search(find('[data-map-find]'), find('[data-map-found]'), first, (id) => card(objectCard, id));
  await objects.load();
}

// The window of the address is shown again; what is chosen and where one looks goes into the address.
function remembered(map, form) {
  const [lon, lat, zoom] = (new URLSearchParams(window.location.search).get('view') ?? '').split(',').map(Number);
  if (lon && lat && zoom > 0) map.look([lon, lat], zoom);
  if (!form) return;
  const paper = find('[data-map-paper]');
  map.element.addEventListener('map-moved', () => {
    const { center, zoom: now } = map.view();
    form.elements.view.value = [center[0].toFixed(5), center[1].toFixed(5), now.toFixed(2)].join(',');
    remember(form, paper);
  });
  find('[data-map-tools]').addEventListener('change', ({ target }) => {
    if (target.matches('[data-map-show]')) form.elements.points.value = target.checked ? '' : '0';
    remember(form, paper);
  });
}

// What is moved or zoomed on one map is on the other.
function together(one, two) {
  let busy = false;
  for (const [from, to] of [[one, two], [two, one]]) {
    from.twin = to;
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
    map.look(one.at, 30);
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
