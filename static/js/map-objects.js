// The objects in the window: points while few, cells of a grid when many. The server counts; filters ask it again.
import { json } from './map-areas.js';
import { patch, symbol } from './map-key.js';

// source category -> [symbol, colour]: told apart without colour too
const MARKS = { industrial: ['circle', '#c2410c'], agricultural: ['triangle', '#a16207'], domestic: ['rect', '#1d4ed8'], centralized: ['diamond', '#86198f'], mobile: ['roundRect', '#1e293b'] };
const HEAT = ['#fed7aa', '#fdba74', '#fb923c', '#ea580c', '#9a3412'];

export class Objects {
  constructor(map, tools, open) {
    Object.assign(this, { map, tools, open, asked: 0 });
    this.box = tools.querySelector('[data-map-show]');
    this.note = tools.querySelector('[data-map-note]');
    this.kinds = new Map([...tools.querySelectorAll('input[name=kind]')].map((input) => [input.value, input.dataset]));
    map.add('objects', this);
    tools.querySelector('[data-map-clear]').addEventListener('click', () => this.clear());
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
    this.tools.querySelector('[data-map-clear]').hidden = !['kind', 'division', 'size', 'amount'].some((name) => params.has(name));
    return params;
  }

  async load() {
    const mine = ++this.asked;
    const params = this.params();
    if (!this.box.checked || !params) { this.draw([]); this.map.key.set('objects', '', []); this.note.textContent = ''; return; }
    const found = await json(this.map.element.dataset.points, params).catch(() => null);
    if (!found || mine !== this.asked) return;
    this.draw(found.single ? this.points(found) : this.cells(found));
    const say = (text, count) => text.replace('{count}', count.toLocaleString());
    this.note.textContent = [say(this.note.dataset.text, found.count), found.unplaced ? say(this.note.dataset.textUnplaced, found.unplaced) : ''].filter(Boolean).join(' · ');
  }

  // The filters in words, for the legend.
  chosen() {
    const words = (field) => field.closest('label').textContent.trim();
    const ticked = ['kind', 'division'].map((name) => [...this.tools.querySelectorAll(`input[name=${name}]:checked`)].map(words).join(', '));
    const picked = ['size', 'amount'].map((name) => this.tools.querySelector(`[name=${name}]`)).map(({ value, selectedOptions }) => value && selectedOptions[0].textContent);
    const least = this.tools.querySelector('[name=least]');
    return [...ticked, ...picked, picked[1] && least.value && `≥ ${Number(least.value).toLocaleString()} kg/a`].filter(Boolean);
  }

  clear() {
    for (const field of this.tools.querySelectorAll('[data-map-filter]')) {
      if (field.type === 'checkbox') field.checked = false;
      else field.value = '';
    }
    this.box.dispatchEvent(new Event('change', { bubbles: true }));
  }

  draw(data) {
    this.map.chart.setOption({ series: [{ type: 'map' }, { id: 'objects', type: 'scatter', coordinateSystem: 'geo', data, z: 5 }] });
  }

  points({ single, kg }) {
    const largest = Math.max(1, ...single.map((one) => one[5] ?? 0));
    const present = new Map(single.map((one) => this.kinds.get(one[4])).filter(Boolean).map(({ category, label }) => [category, label]));
    const { textSigns, textSize } = this.map.element.dataset;
    const size = kg ? textSize.replace('{most}', largest.toLocaleString(undefined, { maximumFractionDigits: 0 })) : '';
    this.map.key.set('objects', textSigns, [...present].map(([category, label]) => [symbol(...MARKS[category]), label]), [size, ...this.chosen()].filter(Boolean).join(' · '));
    return single.map(([lon, lat, id, name, kind, amount]) => ({
      value: [lon, lat], id, label: undefined, title: name, amount,
      symbol: (MARKS[this.kinds.get(kind)?.category] ?? MARKS.mobile)[0],
      symbolSize: kg ? 6 + 18 * Math.sqrt((amount ?? 0) / largest) : 8,
      itemStyle: { color: (MARKS[this.kinds.get(kind)?.category] ?? MARKS.mobile)[1], opacity: 0.8, borderColor: '#fff', borderWidth: 0.5 },
    }));
  }

  cells({ grid }) {
    const { chart } = this.map;
    const weight = grid.sums ?? grid.counts;
    const largest = Math.log1p(weight.reduce((most, value) => Math.max(most, value), 1));
    this.cellKey(largest, Boolean(grid.sums));
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

  // The shades of the cells go by the logarithm of what lies in them.
  cellKey(largest, kg) {
    const { textCells, textCellsKg } = this.map.element.dataset;
    const limit = (at) => Math.expm1((at / HEAT.length) * largest);
    const entries = HEAT.map((colour, at) => {
      const low = Math.max(kg ? 0 : 1, Math.ceil(limit(at)));
      const high = at === HEAT.length - 1 ? Math.round(limit(HEAT.length)) : Math.ceil(limit(at + 1)) - 1;
      return high < low ? null : [patch(colour), low === high ? low.toLocaleString() : `${low.toLocaleString()} – ${high.toLocaleString()}`];
    });
    this.map.key.set('objects', kg ? textCellsKg : textCells, entries.filter(Boolean).reverse(), this.chosen().join(' · '));
  }

  enter({ id }) {
    if (id) this.open?.(id);
  }

  tip(data) {
    const { textObjects, textKg } = this.map.element.dataset;
    const title = data.id ? window.echarts.format.encodeHTML(data.title) : `${data.count.toLocaleString()} ${textObjects}`;
    return data.amount === null || data.amount === undefined ? title : `${title}<br><b>${data.amount.toLocaleString()} ${textKg}/a</b>`;
  }
}
