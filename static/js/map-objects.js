// The objects in the window: points while few, cells of a grid when many. The server counts; filters ask it again.
import { json } from './map-areas.js';

const KIND_COLOURS = ['#c2410c', '#7c3aed', '#0369a1', '#b45309', '#be123c', '#4d7c0f', '#0f766e', '#a21caf', '#1d4ed8', '#57534e', '#ca8a04'];
const HEAT = ['#fed7aa', '#fdba74', '#fb923c', '#ea580c', '#9a3412'];

export class Objects {
  constructor(map, tools, open) {
    Object.assign(this, { map, tools, open, asked: 0 });
    this.box = tools.querySelector('[data-map-show]');
    this.note = tools.querySelector('[data-map-note]');
    this.kinds = [...tools.querySelectorAll('input[name=kind]')];
    map.add('objects', this);
    tools.addEventListener('change', (event) => { if (event.target.closest('[data-map-filter], [data-map-show]')) this.load(); });
    document.addEventListener('click', (event) => tools.querySelectorAll('details[open]').forEach((one) => { if (!one.contains(event.target)) one.open = false; }));
  }

  params() {
    const here = this.map.window();
    if (!here) return null;
    const params = new URLSearchParams({ region: this.map.element.dataset.region, ...here });
    for (const name of ['kind', 'division']) {
      const chosen = [...this.tools.querySelectorAll(`input[name=${name}]:checked`)];
      chosen.forEach((input) => params.append(name, input.value));
      this.tools.querySelector(`[data-map-count=${name}]`).textContent = chosen.length ? `(${chosen.length})` : '';
    }
    for (const name of ['size', 'amount', 'least']) {
      const { value } = this.tools.querySelector(`[name=${name}]`);
      if (value) params.set(name, value);
    }
    this.tools.querySelector('[data-map-least]').hidden = !params.has('amount');
    return params;
  }

  async load() {
    const mine = ++this.asked;
    const params = this.params();
    if (!this.box.checked || !params) { this.draw([]); this.note.textContent = ''; return; }
    const found = await json(this.map.element.dataset.points, params).catch(() => null);
    if (!found || mine !== this.asked) return;
    this.draw(found.single ? this.points(found) : this.cells(found));
    const say = (text, count) => text.replace('{count}', count.toLocaleString());
    this.note.textContent = [say(this.note.dataset.text, found.count), found.unplaced ? say(this.note.dataset.textUnplaced, found.unplaced) : ''].filter(Boolean).join(' · ');
  }

  draw(data) {
    this.map.chart.setOption({ series: [{ type: 'map' }, { id: 'objects', type: 'scatter', coordinateSystem: 'geo', data, z: 5 }] });
  }

  points({ single, kg }) {
    const kinds = this.kinds.map((input) => input.value);
    const largest = Math.max(1, ...single.map((one) => one[5] ?? 0));
    return single.map(([lon, lat, id, name, kind, amount]) => ({
      value: [lon, lat], id, label: undefined, title: name, amount,
      symbolSize: kg ? 5 + 18 * Math.sqrt((amount ?? 0) / largest) : 7,
      itemStyle: { color: KIND_COLOURS[Math.max(0, kinds.indexOf(kind)) % KIND_COLOURS.length], opacity: 0.75, borderColor: '#fff', borderWidth: 0.5 },
    }));
  }

  cells({ grid }) {
    const { chart } = this.map;
    const weight = grid.sums ?? grid.counts;
    const largest = Math.log1p(weight.reduce((most, value) => Math.max(most, value), 1));
    const corner = chart.convertToPixel('geo', [grid.west, grid.south]);
    const next = chart.convertToPixel('geo', [grid.west + grid.step[0], grid.south + grid.step[1]]);
    const size = [Math.abs(next[0] - corner[0]) * 0.85, Math.abs(next[1] - corner[1]) * 0.85];
    return grid.index.map((place, at) => {
      const x = place % grid.columns;
      const y = (place - x) / grid.columns;
      const heat = Math.min(HEAT.length - 1, Math.floor((Math.log1p(weight[at]) / largest) * HEAT.length));
      return {
        value: [grid.west + (x + 0.5) * grid.step[0], grid.south + (y + 0.5) * grid.step[1]],
        count: grid.counts[at], amount: grid.sums?.[at] ?? null, symbol: 'rect', symbolSize: size, itemStyle: { color: HEAT[heat], opacity: 0.65 },
      };
    });
  }

  enter({ id }) {
    if (id) this.open(id);
  }

  tip(data) {
    const { textObjects, textKg } = this.map.element.dataset;
    const title = data.id ? window.echarts.format.encodeHTML(data.title) : `${data.count.toLocaleString()} ${textObjects}`;
    return data.amount === null || data.amount === undefined ? title : `${title}<br><b>${data.amount.toLocaleString()} ${textKg}/a</b>`;
  }
}
