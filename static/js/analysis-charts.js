// Charts of the analysis page. [data-concentration] and [data-parts] name the json_script that holds their numbers.

const COLOURS = ['#0b6b62', '#94a3b8', '#c2410c'];
const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;

function chart(element, options) {
  const drawn = window.echarts.init(element, null, { renderer: 'svg' });
  drawn.setOption({ color: COLOURS, animation: !still, ...options });
  new ResizeObserver(() => drawn.resize()).observe(element);
}

function data(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

function concentration(element) {
  const { curve, limits, marks, texts } = data(element.dataset.concentration);
  const axis = { type: 'value', min: 0, max: 100, nameLocation: 'middle' };
  chart(element, {
    grid: { left: 56, right: 16, top: 36, bottom: 48 },
    legend: { top: 0 },
    tooltip: { trigger: 'axis', valueFormatter: (value) => `${Number(value).toFixed(1)} %` },
    xAxis: { ...axis, name: texts.objects, nameGap: 28 },
    yAxis: { ...axis, name: texts.amount, nameGap: 38 },
    series: [
      {
        name: texts.actual, type: 'line', showSymbol: false, data: curve,
        markLine: {
          silent: true, symbol: 'none', lineStyle: { color: COLOURS[2], type: 'dashed' },
          label: { formatter: '{c} %', position: 'insideEndTop' },
          data: limits.map((limit) => ({ yAxis: limit })),
        },
        markPoint: {
          silent: true, symbol: 'circle', symbolSize: 8, itemStyle: { color: COLOURS[2] },
          label: { position: 'right', offset: [2, 11], color: '#334155', formatter: '{b}' },
          data: marks.map((mark) => ({ coord: mark.at, name: mark.text })),
        },
      },
      { name: texts.equal, type: 'line', showSymbol: false, data: [[0, 0], [100, 100]], lineStyle: { type: 'dotted' } },
    ],
  });
}

function parts(element) {
  const { bars, unit } = data(element.dataset.parts);
  const shown = [...bars].reverse(); // ECharts draws categories upwards
  const names = Math.max(110, Math.min(260, element.clientWidth * 0.42));
  chart(element, {
    grid: { left: 8, right: 48, top: 8, bottom: 28, containLabel: true },
    tooltip: {
      trigger: 'axis', axisPointer: { type: 'shadow' },
      valueFormatter: (value) => `${Number(value).toLocaleString('en', { maximumFractionDigits: 2 })} ${unit}`,
    },
    xAxis: { type: 'value', name: unit, axisLabel: { hideOverlap: true } },
    yAxis: { type: 'category', data: shown.map((bar) => bar.name), axisLabel: { width: names, overflow: 'truncate' } },
    series: [{ type: 'bar', data: shown.map((bar) => bar.value), barMaxWidth: 18 }],
  });
}

document.querySelectorAll('[data-concentration]').forEach(concentration);
document.querySelectorAll('[data-parts]').forEach(parts);
