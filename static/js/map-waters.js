// Objects that discharge into one water: rings upon the map, asked for on the card of an object.
import { json } from './map-areas.js';

const BLUE = '#0369a1';

export class Waters {
  /**
   * @param {object} map  the Choropleth below
   * @param {HTMLElement} side  holds the cards; a button with data-map-water shows its water, or hides it again
   * @param {function(string): void} open  shows the card of an object
   */
  constructor(map, side, open) {
    Object.assign(this, { map, open, shown: '' });
    map.add('waters', this);
    side.addEventListener('click', (event) => {
      const button = event.target.closest('[data-map-water]');
      if (button) this.show(button.dataset, side.querySelector('[data-map-water-note]'));
      else if (event.target.closest('[data-map-close]')) this.draw('', []);
    });
  }

  async show({ mapWater, name }, note) {
    if (name === this.shown) { this.draw('', []); note.textContent = ''; return; }
    const found = await json(mapWater, new URLSearchParams({ region: this.map.element.dataset.region, name })).catch(() => null);
    if (!found) return;
    this.draw(name, found.single);
    note.textContent = found.text;
  }

  draw(name, single) {
    this.shown = name;
    const data = single.map(([lon, lat, id, title]) => ({ value: [lon, lat], id, title }));
    this.map.chart.setOption({ series: [{ type: 'map' }, { id: 'waters', type: 'scatter', coordinateSystem: 'geo', symbol: 'circle', symbolSize: 14, itemStyle: { color: 'transparent', borderColor: BLUE, borderWidth: 2.5 }, data, z: 6 }] });
  }

  load() {} // does not depend on the window

  enter({ id }) { this.open(id); }

  tip({ title }) { return window.echarts.format.encodeHTML(title); }
}
