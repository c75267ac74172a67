// The legend of one map, beside the canvas so that it can be read out, selected and printed: a part for each layer.

const SVG = 'http://www.w3.org/2000/svg';
const SHAPES = {
  circle: '<circle cx="7" cy="7" r="5"/>', triangle: '<path d="M7 1.5 12.5 12h-11z"/>', rect: '<rect x="2.5" y="2.5" width="9" height="9"/>',
  diamond: '<path d="M7 1 13 7 7 13 1 7z"/>', roundRect: '<rect x="1" y="4" width="12" height="6" rx="3"/>',
};

// A patch of colour; *className* "hatched" for what is suppressed.
export function patch(colour, className = '') {
  const mark = Object.assign(document.createElement('i'), { className });
  if (colour) mark.style.background = colour;
  return mark;
}

export function symbol(name, colour) {
  const mark = document.createElementNS(SVG, 'svg');
  mark.setAttribute('viewBox', '0 0 14 14');
  mark.setAttribute('fill', colour);
  mark.innerHTML = SHAPES[name];
  return mark;
}

export class Key {
  constructor(element) {
    this.parts = new Map();
    this.box = Object.assign(document.createElement('details'), { className: 'map-key', open: element.clientWidth >= 520 });
    this.box.append(Object.assign(document.createElement('summary'), { textContent: element.dataset.textKey }));
    element.append(this.box);
  }

  // *entries*: [mark, text] each; none takes the part away.
  set(id, title, entries, note = '') {
    this.parts.get(id)?.remove();
    this.parts.delete(id);
    if (!entries.length) return;
    const part = document.createElement('div');
    const list = document.createElement('ul');
    for (const [mark, text] of entries) {
      const line = document.createElement('li');
      line.append(mark, text);
      list.append(line);
    }
    part.append(Object.assign(document.createElement('strong'), { textContent: title }), list);
    if (note) part.append(Object.assign(document.createElement('small'), { textContent: note }));
    this.box.append(part);
    this.parts.set(id, part);
  }
}
