// The places of a region coloured by an indicator (ECharts, no tiles). Suppressed places are hatched.
import { Key, patch } from './map-key.js';

const COLOURS = ['#e6f3f1', '#b5dcd6', '#79bfb6', '#379a8f', '#0b6b62', '#05433d'];
const NOTHING = '#f1f5f9';
const PAUSE = 200; // ms without movement before the layers ask anew
const PROVINCE = /^(北京|天津|上海|重庆)市$|^(.+?)(?:省|(?:壮族|回族|维吾尔)?自治区|特别行政区)$/; // whole names would lie over each other
const HATCHED = { type: 'pattern', image: hatch(), repeat: 'repeat' };

function hatch() {
  const tile = Object.assign(document.createElement('canvas'), { width: 8, height: 8 });
  const pen = tile.getContext('2d');
  pen.fillStyle = '#f8fafc';
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = '#94a3b8';
  pen.beginPath();
  for (const shift of [-8, 0, 8]) { pen.moveTo(shift, 8); pen.lineTo(shift + 8, 0); }
  pen.stroke();
  return tile;
}

export async function json(address, params) {
  const response = await fetch(`${address}?${params}`, { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  return response.json();
}

// [west, south, east, north] of GeoJSON features
function extent(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (part) => {
    if (typeof part[0] === 'number') {
      box[0] = Math.min(box[0], part[0]); box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]); box[3] = Math.max(box[3], part[1]);
    } else part.forEach(walk);
  };
  features.forEach((feature) => walk(feature.geometry.coordinates));
  return box;
}

export class Choropleth {
  static async draw(element) {
    const { region, indicator, publication, column, cut } = element.dataset;
    const about = new URLSearchParams({ region });
    if (publication) about.set('publication', publication);
    if (publication && column) about.set('column', column);
    else about.set('indicator', indicator);
    if (cut) about.set('cut', cut);
    const [shapes, found] = await Promise.all([json(element.dataset.shapes, new URLSearchParams({ region })), json(element.dataset.values, about)]);
    return new Choropleth(element, shapes, found);
  }

  constructor(element, shapes, found) {
    Object.assign(this, { element, found, box: extent(shapes.features), layers: new Map() });
    this.names = new Map();
    this.lines = [];  // boundaries that are no place: drawn, without a name
    const data = [];
    shapes.features.forEach((feature, number) => {
      // names may repeat (two counties called 城关区), and ECharts joins by name: the key is unique
      const key = feature.properties.code || `line${number}`;
      feature.properties.key = key;
      if (!feature.properties.code) return this.lines.push(key);
      this.names.set(key, feature.properties.name);
      data.push(this.place(key, feature.properties.codes));
    });
    window.echarts.registerMap(`map-${element.dataset.region}`, shapes);
    this.chart = window.echarts.init(element, null, { renderer: 'canvas' });
    this.chart.setOption(this.option(data));
    this.key = new Key(element);
    this.legend(data);
    this.chart.on('click', (item) => this.enter(item));
    this.chart.on('georoam', () => this.moved());
    new ResizeObserver(() => this.chart.resize()).observe(element);
  }

  place(key, codes) {
    const values = codes.map((code) => this.found.values[code]).filter((value) => value !== null && value !== undefined);
    const place = { name: key, value: values.length ? values.reduce((sum, value) => sum + value, 0) : NaN };
    if (codes.some((code) => this.found.hidden.includes(code))) Object.assign(place, { value: NaN, hidden: true, itemStyle: { areaColor: HATCHED } });
    return place;
  }

  option(data) {
    const { breaks } = this.found;
    const pieces = breaks.slice(1).map((upper, at) => ({ gte: breaks[at], [at === breaks.length - 2 ? 'lte' : 'lt']: upper, color: COLOURS[at] }));
    const middle = ((this.box[1] + this.box[3]) / 2) * (Math.PI / 180);
    return {
      animation: false,
      tooltip: { trigger: 'item', confine: true, formatter: (item) => this.tip(item) },
      visualMap: { type: 'piecewise', pieces, show: false, seriesIndex: 0, outOfRange: { color: NOTHING } },
      geo: { map: `map-${this.element.dataset.region}`, nameProperty: 'key', roam: true, aspectScale: Math.cos(middle), scaleLimit: { min: 0.8, max: 400 }, layoutCenter: ['50%', '50%'], layoutSize: '98%',
        label: { show: this.names.size <= 40, fontSize: 11, color: '#1e293b', textBorderColor: '#fff', textBorderWidth: 3, formatter: (item) => (this.names.get(item.name) ?? '').replace(PROVINCE, '$1$2') },
        itemStyle: { areaColor: NOTHING, borderColor: '#64748b', borderWidth: 0.7 }, regions: this.lines.map((name) => ({ name, label: { show: false }, silent: true })),
        emphasis: this.names.size > 1 ? { label: { show: true }, itemStyle: { areaColor: '#fde68a' } } : { disabled: true } },
      series: [{ type: 'map', geoIndex: 0, data }],
    };
  }

  // Classes, the largest first, and what stands for no value and for suppressed ones where there are any.
  legend(data) {
    const { breaks, label, unit, decimals } = this.found;
    const { textNone, textHidden, textClasses } = this.element.dataset;
    const short = (value) => value.toLocaleString(undefined, { maximumFractionDigits: decimals });
    const known = new Set(data.map((place) => place.value).filter((value) => !Number.isNaN(value)));
    const text = (at) => (known.size === 1 ? short([...known][0]) : `${short(breaks[at])} – ${short(breaks[at + 1])}`);
    const entries = breaks.slice(1).map((_upper, at) => [patch(COLOURS[at]), text(at)]).reverse();
    if (data.some((place) => Number.isNaN(place.value) && !place.hidden)) entries.push([patch(NOTHING), textNone]);
    if (data.some((place) => place.hidden)) entries.push([patch('', 'hatched'), textHidden]);
    this.key.set('places', `${label} (${unit})`, entries, breaks.length > 2 ? textClasses : '');
  }

  shown(value, named = true) {
    const { decimals, unit } = this.found;
    if (value === null || value === undefined || Number.isNaN(value)) return this.element.dataset.textNone;
    const text = value.toLocaleString(undefined, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    return named ? `${text} ${unit}` : text;
  }

  tip(item) {
    if (item.seriesType !== 'map') return this.layers.get(item.seriesId)?.tip(item.data) ?? '';
    const value = item.data?.hidden ? this.element.dataset.textHidden : this.shown(item.value);
    const name = window.echarts.format.encodeHTML(this.names.get(item.name) ?? '');
    return name && `${name}<br>${window.echarts.format.encodeHTML(this.found.label)}: <b>${value}</b>`;
  }

  // A click on a place shows what lies in it; what lies upon it opens its card.
  enter(item) {
    if (item.seriesType !== 'map') this.layers.get(item.seriesId)?.enter(item.data);
    if (item.seriesType !== 'map' || !this.names.has(item.name) || item.name === this.element.dataset.region) return;
    const params = new URLSearchParams(window.location.search);
    params.set('region', item.name);
    params.delete('view');
    window.location.search = params.toString();
  }

  // [lon, lat] in the middle of the window, and the zoom: 1 is the whole region.
  view() {
    const { clientWidth: width, clientHeight: height } = this.element;
    return { center: this.chart.convertFromPixel('geo', [width / 2, height / 2]), zoom: this.chart.getOption().geo[0].zoom ?? 1 };
  }

  look(center, zoom) {
    for (const map of [this, this.twin]) map?.chart.setOption({ geo: { center, zoom } });
    this.moved();
  }

  whole() {
    this.look([(this.box[0] + this.box[2]) / 2, (this.box[1] + this.box[3]) / 2], 1);
  }

  // Something that lies upon the places: a series `id` with what to do when the window moves, a tip and a click.
  add(id, layer) {
    this.layers.set(id, layer);
  }

  moved() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.layers.forEach((layer) => layer.load());
      this.element.dispatchEvent(new CustomEvent('map-moved'));
    }, PAUSE);
  }

  // What of the region is seen: its box in degrees and how many pixels it takes; null when nothing.
  window() {
    const { chart, element, box } = this;
    const [west, north] = chart.convertFromPixel('geo', [0, 0]);
    const [east, south] = chart.convertFromPixel('geo', [element.clientWidth, element.clientHeight]);
    const seen = [Math.max(west, box[0] - 0.1), Math.max(south, box[1] - 0.1), Math.min(east, box[2] + 0.1), Math.min(north, box[3] + 0.1)];
    if (seen[0] >= seen[2] || seen[1] >= seen[3]) return null;
    const share = [(seen[2] - seen[0]) / (east - west), (seen[3] - seen[1]) / (north - south)];
    return { box: seen.map((v) => v.toFixed(6)).join(','), pixels: [element.clientWidth * share[0], element.clientHeight * share[1]].map(Math.round).join(',') };
  }

  // The same values as a list, largest first; *second* adds its column.
  table(second) {
    const table = Object.assign(document.createElement('table'), { className: 'table' });
    const others = new Map(second?.found.rows.map((row) => [row.name, row]));
    const head = table.createTHead().insertRow();
    const maps = second ? [this, second] : [this];
    head.append(Object.assign(document.createElement('th'), { textContent: this.element.dataset.textPlace }), ...maps.map((map) => Object.assign(document.createElement('th'), { className: 'num', textContent: `${map.found.label} (${map.found.unit})` })));
    const body = table.createTBody();
    for (const row of [...this.found.rows].sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity))) {
      const line = body.insertRow();
      line.insertCell().append(this.names.has(row.code) && row.code !== this.element.dataset.region ? this.link(row) : row.name);
      maps.forEach((map, at) => {
        const one = at ? others.get(row.name) : row;
        const cell = line.insertCell();
        cell.className = 'num';
        cell.textContent = one?.hidden ? map.element.dataset.textHidden : map.shown(one?.value, false);
      });
    }
    return table;
  }

  link({ code, name }) {
    const params = new URLSearchParams(window.location.search);
    params.set('region', code);
    params.delete('view');
    return Object.assign(document.createElement('a'), { href: `?${params}`, textContent: name });
  }
}
