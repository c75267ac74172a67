// The cumulative curve of selective editing: [data-curve] names the json_script that holds its points. The first few
// objects decide, so the axis of objects is logarithmic.

const COLOURS = ['#0b6b62', '#c2410c', '#7c3aed', '#0369a1'];

function draw(element) {
  const { points, names } = JSON.parse(document.getElementById(element.dataset.curve).textContent);
  const shown = Object.entries(names).filter(([code]) => points.some((point) => point[code] !== null));
  const last = Math.max(points[points.length - 1].of, 2);
  const percent = (value) => `${Math.round(value * 100)}%`;
  const chart = window.echarts.init(element, null, { renderer: 'svg' });
  chart.setOption({
    color: COLOURS,
    animation: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    grid: { left: 48, right: 16, top: 36, bottom: 44 },
    legend: { top: 0, data: shown.map(([, name]) => name) },
    tooltip: { trigger: 'axis', valueFormatter: (value) => (value === null ? '–' : `${(value * 100).toFixed(1)}%`) },
    xAxis: { type: 'log', min: 1, max: last, name: element.dataset.objects, nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'value', min: 0, max: 1, axisLabel: { formatter: percent } },
    series: shown.map(([code, name]) => ({
      name, type: 'line', showSymbol: false, data: points.map((point) => [point.n, point[code]]),
    })),
  });
  new ResizeObserver(() => chart.resize()).observe(element);
}

document.querySelectorAll('[data-curve]').forEach(draw);
