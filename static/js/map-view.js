// Looking around without a mouse: buttons and keys to zoom and move; and the address remembers what is shown.

const STEP = 1.6;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function lookAround(map) {
  const { element } = map;
  const bar = Object.assign(document.createElement('div'), { className: 'map-zoom d-print-none' });
  const acts = [['textIn', 'plus', () => zoom(map, STEP)], ['textOut', 'minus', () => zoom(map, 1 / STEP)], ['textWhole', 'maximize', () => map.whole()]];
  for (const [label, icon, act] of acts) {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn-icon btn-sm', title: element.dataset[label] });
    button.setAttribute('aria-label', element.dataset[label]);
    button.append(Object.assign(document.createElement('i'), { className: `ti ti-${icon}` }));
    button.addEventListener('click', act);
    bar.append(button);
  }
  element.append(bar);
  element.tabIndex = 0;
  element.addEventListener('keydown', (event) => {
    if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move) pan(map, move);
    else if (event.key === '+' || event.key === '=') zoom(map, STEP);
    else if (event.key === '-') zoom(map, 1 / STEP);
    else if (event.key === '0') map.whole();
    else return;
    event.preventDefault();
  });
}

function zoom(map, factor) {
  const { center, zoom: now } = map.view();
  map.look(center, Math.min(400, Math.max(0.8, now * factor)));
}

function pan(map, [x, y]) {
  const { clientWidth: width, clientHeight: height } = map.element;
  map.look(map.chart.convertFromPixel('geo', [width * (0.5 + x / 4), height * (0.5 + y / 4)]), map.view().zoom);
}

// The address, and the link to the sheet, say what is chosen; a page loaded again or gone back to shows it.
export function remember(form, paper) {
  const params = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  if (!params.has('amount')) params.delete('least');
  window.history.replaceState(null, '', `?${params}`);
  params.set('paper', '1');
  if (paper) paper.search = params;
}
