// The wall: figures come anew every minute, the map is drawn once. Colour, sign and word always stand together.

const wall = document.querySelector('[data-wall]');
const SIGNS = { done: '✔', good: '▲', behind: '◆', far: '✖', none: '–' };
const COLOURS = { done: '#3fb27f', good: '#2f8fd8', behind: '#e3a32b', far: '#e0575b', none: '#334a63' };
const EVERY = 60_000;
const TURN = 20_000;
const find = (name) => wall.querySelector(`[data-${name}]`);
const word = (verdict) => wall.dataset[`verdict${verdict[0].toUpperCase()}${verdict.slice(1)}`];
const whole = (value) => (value === null ? '–' : value.toLocaleString('en-US'));
const share = (value) => (value === null ? '–' : `${value.toFixed(1)}%`);

function make(tag, name, text = '') {
  const node = document.createElement(tag);
  node.className = name;
  node.textContent = text;
  return node;
}

function numbers(found) {
  const { whole: all } = found;
  find('label').textContent = found.label;
  find('percent').textContent = all ? share(all.percent) : '–';
  find('verdict').textContent = all ? `${SIGNS[all.verdict]} ${word(all.verdict)}` : wall.dataset.textNone;
  find('verdict').className = `v-${all?.verdict ?? 'none'}`;
  for (const name of ['done', 'total', 'left', 'pace']) find(name).textContent = all ? whole(all[name]) : '–';
  find('asked').textContent = all ? share(all.asked) : '–';
  find('forecast').textContent = all?.forecast ?? '–';
  find('steps').replaceChildren(...found.steps.map((step) => {
    const line = make('li', step.code === found.measure ? 'is-here' : '');
    line.append(make('span', '', step.label), make('b', '', share(step.percent)), make('span', `v-${step.verdict}`, SIGNS[step.verdict]));
    line.lastChild.title = word(step.verdict);
    return line;
  }));
}

function ranking({ places, top }) {
  // the first ones, and below them those that need help
  const shown = places.length <= top ? places : [...places.slice(0, Math.ceil(top / 2)), ...places.slice(-Math.floor(top / 2))];
  find('rank').replaceChildren(...shown.map((place) => {
    const line = make('li', '');
    const bar = make('div', 'bar');
    const fill = make('span', `v-${place.verdict}`);
    fill.style.width = `${place.percent ?? 0}%`;
    bar.append(fill);
    const name = make('span', '', `${place.name} `);
    name.append(make('span', `v-${place.verdict}`, `${SIGNS[place.verdict]} ${word(place.verdict)}`));
    line.append(make('span', 'no', place.rank ?? '–'), name, make('b', '', share(place.percent)), bar);
    return line;
  }));
}

function legend({ places }) {
  find('legend').replaceChildren(...Object.keys(SIGNS).map((verdict) => {
    const count = places.filter((place) => place.verdict === verdict).length;
    return make('li', `v-${verdict}`, `${SIGNS[verdict]} ${word(verdict)} ${count}`);
  }));
}

let chart = null;
const keys = new Map(); // code of a place → key of its shape
async function prepare() {
  if (!wall.dataset.shapes) return;
  const response = await fetch(`${wall.dataset.shapes}?within=${wall.dataset.region}`);
  if (!response.ok) return;
  const shapes = await response.json();
  shapes.features.forEach((feature, number) => {
    const { code, codes_2017: parts } = feature.properties;
    feature.properties.key = `${code}-${number}`;
    for (const one of [code, ...String(parts ?? '').replaceAll(';', ' ').split(' ')]) {
      if (one) keys.set(one.padEnd(12, '0'), feature.properties.key);
    }
  });
  window.echarts.registerMap('wall', shapes);
  chart = window.echarts.init(find('map'), null, { renderer: 'svg' });
  new ResizeObserver(() => chart.resize()).observe(find('map'));
}

function colour({ places }) {
  if (!chart) return;
  const shown = new Map();
  for (const place of places) if (keys.has(place.region)) shown.set(keys.get(place.region), place);
  chart.setOption({
    animation: false,
    tooltip: { trigger: 'item', formatter: ({ name }) => { const place = shown.get(name); return place ? `${place.name}<br>${share(place.percent)} · ${SIGNS[place.verdict]} ${word(place.verdict)}<br>${whole(place.done)} / ${whole(place.total)}` : ''; } },
    series: [{
      type: 'map', map: 'wall', nameProperty: 'key', roam: false, layoutCenter: ['50%', '50%'], layoutSize: '96%', selectedMode: false,
      itemStyle: { areaColor: '#1b3049', borderColor: '#0d1b2a', borderWidth: 1 },
      emphasis: { label: { show: true }, itemStyle: { areaColor: '#f4d58d' } },
      label: { show: shown.size <= 40, color: '#0b1622', fontSize: 14, fontWeight: 600, textBorderColor: '#ffffffb0', textBorderWidth: 2, formatter: ({ name }) => { const place = shown.get(name); return place ? `${SIGNS[place.verdict]} ${place.name}\n${share(place.percent)}` : ''; } },
      labelLayout: { hideOverlap: true },
      data: [...shown].map(([name, place]) => ({ name, value: place.percent, itemStyle: { areaColor: COLOURS[place.verdict] } })),
    }],
  });
}

let last = '';
async function renew() {
  const about = new URLSearchParams({ region: wall.dataset.region, measure: find('choose').value });
  try {
    const response = await fetch(`${wall.dataset.figures}?${about}`, { headers: { Accept: 'application/json' } });
    if (!response.ok) throw new Error(response.status);
    const found = await response.json();
    numbers(found); ranking(found); legend(found); colour(found);
    last = `${found.day ?? ''} ${found.at}`;
    find('at').textContent = `${wall.dataset.textStale} ${last}`;
    find('at').classList.remove('is-old');
    wall.dataset.shown = found.measure;
  } catch {
    find('at').textContent = `${wall.dataset.textOffline} ${last}`;
    find('at').classList.add('is-old');
  }
}

find('choose').addEventListener('change', renew);
find('full').addEventListener('click', () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
setInterval(() => {
  if (!find('rotate').checked) return;
  const choice = find('choose');
  choice.selectedIndex = (choice.selectedIndex + 1) % choice.options.length;
  renew();
}, TURN);
setInterval(renew, EVERY);
await prepare();
await renew();
