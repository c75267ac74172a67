// Census districts upon the map: outlines around their objects, coloured by how far their forms are.
import { json } from './map-areas.js';

// from orange to violet: told apart from the places below, and by the colour-blind
const SHADES = ['#b35806', '#f1a340', '#fee0b6', '#998ec3', '#542788'];
const NOTHING = '#cbd5e1'; // no form asked for
const NAMED = 40; // so many in the window at most carry their name

const shade = (share) => (share === null ? NOTHING : SHADES[Math.min(SHADES.length - 1, Math.floor(share * SHADES.length))]);
const share = ({ forms, done }) => (forms ? done / forms : null);

export class Districts {
  /**
   * @param {object} map  the Choropleth below
   * @param {HTMLSelectElement|HTMLInputElement} choice  its value: the measure that colours them, empty for none
   * @param {HTMLElement} legend  shown with the classes while districts are; its note says why none are
   * @param {function(string): void} open  shows the card of a district
   */
  constructor(map, choice, legend, open) {
    Object.assign(this, { map, choice, legend, open, asked: 0, drawn: false });
    map.add('districts', this);
    choice.addEventListener('change', () => this.load());
    const classes = SHADES.map((colour, at) => [colour, `${(at * 100) / SHADES.length} – ${((at + 1) * 100) / SHADES.length} %`]);
    legend.querySelector('ul').replaceChildren(...[...classes, [NOTHING, legend.dataset.textNothing]].map(([colour, text]) => {
      const line = document.createElement('li');
      const key = document.createElement('i');
      key.style.background = colour;
      line.append(key, text);
      return line;
    }));
  }

  async load() {
    const mine = ++this.asked;
    const measure = this.choice.value;
    const here = measure && this.map.window();
    this.legend.hidden = !measure;
    if (!here) { this.draw([]); return; }
    const { districts, region } = this.map.element.dataset;
    const found = await json(districts, new URLSearchParams({ region, measure, box: here.box })).catch(() => null);
    if (!found || mine !== this.asked) return;
    this.draw(found.districts);
    const { textFar, textCount } = this.legend.dataset;
    this.legend.querySelector('[data-map-legend-title]').textContent = this.choice.selectedOptions?.[0].textContent ?? this.choice.dataset.label;
    this.legend.querySelector('[data-map-legend-note]').textContent = found.near ? textCount.replace('{count}', found.districts.length.toLocaleString()) : textFar;
  }

  draw(districts) {
    if (!districts.length && !this.drawn) return;
    this.drawn = districts.length > 0;
    const named = districts.length <= NAMED;
    const shape = ({ dataIndex }, api) => {
      const one = districts[dataIndex];
      return one && {
        type: 'polygon',
        shape: { points: one.outline.map((place) => api.coord(place)) },
        style: { fill: shade(share(one)), opacity: 0.6, stroke: '#1e293b', lineWidth: 0.8 },
        emphasis: { style: { opacity: 0.85, lineWidth: 2 } },
        textConfig: { position: 'inside' },
        textContent: named ? { type: 'text', style: { text: one.name, fontSize: 10, fill: '#0f172a', stroke: '#fff', lineWidth: 2 } } : undefined,
      };
    };
    const data = districts.map((one) => ({ value: one.outline[0], district: one }));
    this.map.chart.setOption({ series: [{ id: 'districts', type: 'custom', coordinateSystem: 'geo', renderItem: shape, data, z: 3 }] });
  }

  enter({ district }) {
    this.open?.(district.id);
  }

  tip({ district }) {
    const part = share(district);
    const text = part === null ? this.legend.dataset.textNothing : `${(part * 100).toLocaleString(undefined, { maximumFractionDigits: 1 })} %`;
    return `${window.echarts.format.encodeHTML(district.name)}<br><b>${text}</b> (${district.done.toLocaleString()} / ${district.forms.toLocaleString()})`;
  }
}
