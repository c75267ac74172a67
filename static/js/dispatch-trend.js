// The burn-down of the progress board: [data-trend] names the json_script with {left, plan, forecast}, each a list of
// [day, number left].

const COLOURS = { left: '#0b6b62', plan: '#64748b', forecast: '#c2410c' };

function draw(element) {
  const series = JSON.parse(document.getElementById(element.dataset.trend).textContent);
  const names = { left: element.dataset.left, plan: element.dataset.plan, forecast: element.dataset.forecast };
  const shown = Object.keys(names).filter((code) => series[code].length);
  const chart = window.echarts.init(element, null, { renderer: 'svg' });
  chart.setOption({
    animation: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0, data: shown.map((code) => names[code]) },
    tooltip: { trigger: 'axis' },
    xAxis: { type: 'time', axisLabel: { hideOverlap: true, formatter: '{MM}-{dd}' } },
    yAxis: { type: 'value', min: 0 },
    series: shown.map((code) => ({
      name: names[code],
      type: 'line',
      data: series[code],
      showSymbol: code === 'left',
      symbolSize: 4,
      color: COLOURS[code],
      lineStyle: { type: code === 'left' ? 'solid' : 'dashed' },
      areaStyle: code === 'left' ? { opacity: 0.08 } : undefined,
    })),
  });
  new ResizeObserver(() => chart.resize()).observe(element);
}

document.querySelectorAll('[data-trend]').forEach(draw);
