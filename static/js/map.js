// The result map: a choropleth of a region's children and the objects as points or grid cells (ECharts, no tiles).

const COLOURS = ['#e6f3f1', '#b5dcd6', '#79bfb6', '#379a8f', '#0b6b62', '#05433d'];
const KIND_COLOURS = ['#c2410c', '#7c3aed', '#0369a1', '#b45309', '#be123c', '#4d7c0f', '#0f766e', '#a21caf', '#1d4ed8', '#57534e', '#ca8a04'];

async function json(url, params) {
  const response = await fetch(`${url}?${new URLSearchParams(params)}`, { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return response.json();
}

function extent(shapes) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (part) => {
    if (typeof part[0] === 'number') {
      box[0] = Math.min(box[0], part[0]); box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]); box[3] = Math.max(box[3], part[1]);
    } else part.forEach(walk);
  };
  shapes.features.forEach((feature) => walk(feature.geometry.coordinates));
  return box;
}

function pieces(limits, decimals) {
  const show = (value) => value.toLocaleString(undefined, { maximumFractionDigits: decimals });
  return limits.slice(1).map((upper, index) => ({
    gte: limits[index], [index === limits.length - 2 ? 'lte' : 'lt']: upper, label: `${show(limits[index])} – ${show(upper)}`, color: COLOURS[index],
  }));
}

function table(holder, rows, indicator, none) {
  const format = (value) => (value === null || value === undefined ? none : value.toLocaleString(undefined, { maximumFractionDigits: indicator.decimals, minimumFractionDigits: indicator.decimals }));
  const body = document.createElement('table');
  body.className = 'table';
  for (const row of [...rows].sort((a, b) => (b.value ?? -1) - (a.value ?? -1))) {
    const line = body.insertRow();
    line.insertCell().textContent = row.name;
    const cell = line.insertCell();
    cell.className = 'num';
    cell.textContent = format(row.value);
  }
  holder.replaceChildren(body);
}

async function draw(element) {
  const { region, indicator, kinds, textNone, textObjects, textOpen } = element.dataset;
  const [shapes, found] = await Promise.all([
    json(element.dataset.shapes, { region }), json(element.dataset.values, { region, indicator }),
  ]);
  const seen = new Map();
  for (const feature of shapes.features) {
    const name = feature.properties.name;
    feature.properties.label = name;
    // names may repeat (two counties called 城关区): ECharts joins by name, so make the key unique
    feature.properties.key = feature.properties.code || `line${seen.size}`;
    seen.set(feature.properties.key, feature);
  }
  window.echarts.registerMap('here', shapes);
  const value = (feature) => {
    const parts = feature.properties.codes.map((code) => found.values[code]).filter((v) => v !== null && v !== undefined);
    return parts.length ? parts.reduce((sum, v) => sum + v, 0) : null;
  };
  const rows = [...seen.values()].filter((f) => f.properties.code).map((f) => ({ name: f.properties.key, label: f.properties.label, value: value(f) }));
  const names = new Map(rows.map((row) => [row.name, row.label]));
  const show = (number) => (number === null || number === undefined || Number.isNaN(number) ? textNone : `${number.toLocaleString(undefined, { maximumFractionDigits: found.decimals })} ${found.unit}`);
  const chart = window.echarts.init(element, null, { renderer: 'canvas' });
  chart.setOption({
    animation: false,
    tooltip: { trigger: 'item', formatter: (item) => {
      if (item.seriesType === 'scatter') return item.data.id ? `${window.echarts.format.encodeHTML(item.data.name)}<br><small>${textOpen}</small>` : `${item.data.value[2]} ${textObjects}`;
      return `${window.echarts.format.encodeHTML(names.get(item.name) ?? '')}<br>${found.label}: <b>${show(item.value)}</b>`;
    } },
    visualMap: { type: 'piecewise', pieces: pieces(found.breaks, found.decimals), left: 12, bottom: 12, seriesIndex: 0, text: [`${found.label} (${found.unit})`], showLabel: true, outOfRange: { color: '#f1f5f9' }, textStyle: { fontSize: 11 } },
    geo: { map: 'here', nameProperty: 'key', roam: true, scaleLimit: { min: 0.8, max: 40 }, layoutCenter: ['50%', '50%'], layoutSize: '98%',
      label: { show: seen.size <= 40, fontSize: 11, color: '#334155', formatter: (item) => names.get(item.name) ?? '' },
      itemStyle: { areaColor: '#f8fafc', borderColor: '#64748b', borderWidth: 0.7 }, emphasis: { label: { show: true }, itemStyle: { areaColor: '#fde68a' } } },
    series: [
      { type: 'map', geoIndex: 0, data: rows.map((row) => ({ name: row.name, value: row.value ?? NaN })) },
      { id: 'points', type: 'scatter', coordinateSystem: 'geo', data: [], large: true, largeThreshold: 3000, itemStyle: { opacity: 0.6 } },
    ],
  });
  table(document.querySelector('[data-map-table]'), found.rows, found, textNone);
  chart.on('click', (item) => {
    if (item.seriesType === 'scatter' && item.data.id) window.location.assign(element.dataset.object.replace('00000000-0000-0000-0000-000000000000', item.data.id));
    else if (item.componentType === 'series' && names.has(item.name) && item.name !== region && !item.name.startsWith('line')) {
      const params = new URLSearchParams(window.location.search);
      params.set('region', item.name);
      window.location.search = params.toString();
    }
  });
  new ResizeObserver(() => chart.resize()).observe(element);
  if (kinds) points(element, chart, shapes, kinds.split(','));
}

async function points(element, chart, shapes, kinds) {
  const full = extent(shapes);
  const load = async () => {
    const corner = (x, y) => chart.convertFromPixel('geo', [x, y]);
    const [west, north] = corner(0, 0);
    const [east, south] = corner(element.clientWidth, element.clientHeight);
    const box = [Math.max(west, full[0]), Math.max(south, full[1]), Math.min(east, full[2]), Math.min(north, full[3])];
    if (box[0] >= box[2] || box[1] >= box[3]) return;
    const params = new URLSearchParams({ region: element.dataset.region, box: box.map((v) => v.toFixed(5)).join(',') });
    kinds.forEach((kind) => params.append('kind', kind));
    const found = await json(element.dataset.points, params);
    const data = found.single
      ? found.single.map(([lon, lat, id, name, kind]) => ({ value: [lon, lat], id, name, symbolSize: 6, itemStyle: { color: KIND_COLOURS[kinds.indexOf(kind) % KIND_COLOURS.length] } }))
      : found.grid.map(([lon, lat, count]) => ({ value: [lon, lat, count], symbolSize: Math.min(26, 4 + 1.6 * Math.sqrt(count)), itemStyle: { color: '#c2410c' } }));
    chart.setOption({ series: [{ id: 'points', data, large: false }] });
    const note = document.querySelector('[data-map-unplaced]');
    note.textContent = found.unplaced ? `${note.dataset.text} ${found.unplaced}` : '';
  };
  let waiting;
  chart.on('georoam', () => { clearTimeout(waiting); waiting = setTimeout(load, 250); });
  await load();
}

for (const element of document.querySelectorAll('[data-map]')) {
  draw(element).catch((error) => { element.textContent = element.dataset.textFailed; element.classList.add('map-failed'); console.warn(error); });
}
