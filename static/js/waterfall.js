// The waterfall of a comparison. [data-waterfall] names the json_script with its bars.

const COLOURS = { total: '#475569', more: '#c2410c', less: '#0b6b62' };
const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;

function draw(element) {
  const { bars, unit } = JSON.parse(document.getElementById(element.dataset.waterfall).textContent);
  const number = (value) => Number(value).toLocaleString('en', { maximumFractionDigits: 3 });
  const drawn = window.echarts.init(element, null, { renderer: 'svg' });
  const ends = bars.flatMap((bar) => [bar.from, bar.to]);
  const changing = bars.filter((bar) => !bar.total).flatMap((bar) => [bar.from, bar.to]);
  const span = Math.max(...changing) - Math.min(...changing);
  // Small changes of a large total would not show on an axis from zero: then it begins below the smallest step.
  const cut = Math.min(...changing) > 0 && span < Math.max(...ends) * 0.3;
  const round = 10 ** Math.floor(Math.log10(span || 1));
  const low = cut ? Math.max(0, Math.floor((Math.min(...changing) - span * 0.5) / round) * round) : Math.min(0, ...ends);
  const note = element.parentElement.querySelector('[data-axis-note]');
  if (note && low > 0) {
    note.textContent = note.dataset.axisNote.replace('{low}', `${number(low)} ${unit}`);
    note.hidden = false;
  }
  drawn.setOption({
    animation: !still,
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    tooltip: {
      formatter: ({ dataIndex }) => {
        const bar = bars[dataIndex];
        return `${bar.name}: ${number(bar.total ? bar.to : bar.to - bar.from)} ${unit}`;
      },
    },
    xAxis: { type: 'category', data: bars.map((bar) => bar.name), axisLabel: { interval: 0, width: 84, overflow: 'break' } },
    yAxis: { type: 'value', min: low, name: unit, scale: true, axisLabel: { formatter: number } },
    series: [{
      type: 'custom',
      encode: { x: 0, y: [1, 2] },
      data: bars.map((bar, index) => [index, bar.total ? low : bar.from, bar.to]),
      renderItem: (_params, api) => {
        const bar = bars[api.value(0)];
        const start = api.coord([api.value(0), api.value(1)]);
        const end = api.coord([api.value(0), api.value(2)]);
        const width = Math.min(56, api.size([1, 0])[0] * 0.6);
        const kind = bar.total ? 'total' : bar.to >= bar.from ? 'more' : 'less';
        const top = Math.min(start[1], end[1]);
        const step = bar.to - bar.from;
        const next = bars[api.value(0) + 1];
        const parts = [
          {
            type: 'rect',
            shape: { x: start[0] - width / 2, y: top, width, height: Math.max(1.5, Math.abs(end[1] - start[1])) },
            style: { fill: COLOURS[kind] },
          },
          {
            type: 'text', x: start[0], y: top - 4,
            style: {
              text: bar.total ? number(bar.to) : `${step > 0 ? '+' : ''}${number(step)}`,
              fill: '#334155', fontSize: 11, align: 'center', verticalAlign: 'bottom',
            },
          },
        ];
        if (next) { // where the next bar goes on
          const across = api.coord([api.value(0) + 1, api.value(2)]);
          parts.push({
            type: 'line', style: { stroke: '#94a3b8', lineDash: [3, 3] },
            shape: { x1: start[0] + width / 2, y1: end[1], x2: across[0] - width / 2, y2: across[1] },
          });
        }
        return { type: 'group', children: parts };
      },
    }],
  });
  new ResizeObserver(() => drawn.resize()).observe(element);
}

document.querySelectorAll('[data-waterfall]').forEach(draw);
