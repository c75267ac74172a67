// The rule editor: completion of item names, live faults with their place, the three cases run while typing.
const WAIT = 350;
const WORD = /[\p{L}\p{N}_.$]*$/u;
const SHOWN = 60;

/** Items that fit what is typed: names that begin so first, then names and words that contain it. */
export function fitting(names, typed) {
  const wanted = typed.toLowerCase();
  const tail = wanted.slice(wanted.lastIndexOf('.') + 1); // behind the form: words of its items
  const rank = ({ name, label }) => {
    const low = name.toLowerCase();
    const words = label.toLowerCase();
    if (low.startsWith(wanted)) return 0;
    if (words.startsWith(tail)) return 1;
    return low.includes(tail) || words.includes(tail) ? 2 : 3;
  };
  return names.map((one) => [rank(one), one]).filter(([at]) => at < 3)
    .sort((a, b) => a[0] - b[0]).slice(0, SHOWN).map(([, one]) => one);
}

function bind(form) {
  const texts = form.dataset;
  const rule = form.querySelector('[data-rule]');
  const list = form.querySelector('.rule-names');
  const verdict = form.querySelector('[data-verdict]');
  const params = form.querySelector('[data-params]');
  const kept = new Map();
  let [options, at, asked, timer] = [[], -1, 0, 0];

  // -- completion
  const namesAt = async (address) => {
    if (!kept.has(address)) {
      kept.set(address, fetch(address, { headers: { Accept: 'application/json' } })
        .then((answer) => (answer.ok ? answer.json() : { names: [] })).then(({ names }) => names)
        .catch(() => { kept.delete(address); return []; }));
    }
    return kept.get(address);
  };
  const names = async (typed) => {
    const code = form.elements.form.value;
    const other = /^([A-Z]+_?\d+(?:_\d+)?)\./.exec(typed);
    return namesAt(`${texts.names}?form=${encodeURIComponent(code)}${other ? `&of=${other[1]}` : ''}`);
  };
  const word = () => WORD.exec(rule.value.slice(0, rule.selectionStart))[0];
  const close = () => { list.hidden = true; at = -1; rule.setAttribute('aria-expanded', 'false'); rule.removeAttribute('aria-activedescendant'); };
  const mark = (next) => {
    at = next;
    [...list.children].forEach((row, index) => row.setAttribute('aria-selected', index === at));
    rule.setAttribute('aria-activedescendant', list.children[at].id);
    list.children[at].scrollIntoView({ block: 'nearest' });
  };
  const choose = ({ name }) => {
    const end = rule.selectionStart;
    const begin = end - word().length;
    rule.setRangeText(name, begin, end, 'end');
    const hole = name.indexOf('()');
    if (hole >= 0) rule.selectionStart = rule.selectionEnd = begin + hole + 1;
    close();
    rule.focus();
    later();
  };
  const complete = async (always) => {
    const typed = word();
    if (!always && typed.length < 2) { close(); return; }
    const mine = ++asked;
    const found = fitting(await names(typed), typed);
    if (mine !== asked) return;
    if (!found.length || (found.length === 1 && found[0].name === typed)) { close(); return; }
    options = found;
    list.replaceChildren(...found.map((one, index) => {
      const row = document.createElement('div');
      row.id = `rule-name-${index}`;
      row.setAttribute('role', 'option');
      const code = document.createElement('span');
      code.className = 'code';
      code.textContent = one.name;
      const note = document.createElement('small');
      note.textContent = one.note;
      row.append(code, one.label, note);
      row.addEventListener('mousedown', (event) => { event.preventDefault(); choose(one); });
      return row;
    }));
    list.hidden = false;
    rule.setAttribute('aria-expanded', 'true');
    mark(0);
  };
  rule.setAttribute('role', 'combobox');
  rule.setAttribute('aria-controls', list.id);
  rule.setAttribute('aria-expanded', 'false');
  rule.addEventListener('keydown', (event) => {
    if (event.key === ' ' && event.ctrlKey) { event.preventDefault(); complete(true); return; }
    if (list.hidden) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      mark((at + (event.key === 'ArrowDown' ? 1 : options.length - 1)) % options.length);
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      event.preventDefault();
      choose(options[at]);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      close();
    }
  });
  rule.addEventListener('input', () => complete(false));
  rule.addEventListener('blur', close);

  // -- faults and cases
  const line = (kind, ...parts) => {
    const one = document.createElement('li');
    one.className = kind;
    one.append(...parts);
    return one;
  };
  const show = (answer) => {
    const found = document.createElement('ul');
    for (const fault of answer.faults) {
      const go = document.createElement('button');
      go.type = 'button';
      go.title = fault.detail;
      go.textContent = fault.near ? `“${fault.near}”: ${fault.text}` : fault.text;
      go.addEventListener('click', () => { rule.focus(); rule.setSelectionRange(fault.at, fault.at + Math.max(1, fault.near.length)); });
      found.append(line('is-bad', go));
    }
    if (!answer.faults.length) {
      found.append(line('is-good', texts.good + (answer.level ? ` ${texts.rows} ${answer.level}` : '')));
      const words = answer.reads.map(({ name, label }) => `${label} (${name})`).join(' · ');
      if (words) found.append(line('text-secondary', `${texts.reads}: ${words}`));
    }
    verdict.replaceChildren(found);
    rule.classList.toggle('is-invalid', answer.faults.length > 0);
    for (const box of form.querySelectorAll('[data-case]')) {
      const told = answer.cases[box.dataset.case.replace('case_', '')];
      const place = box.querySelector('[data-case-verdict]');
      place.className = `rule-case-verdict ${told ? (told.good ? 'is-good' : 'is-bad') : ''}`;
      place.textContent = told ? `${told.good ? '✓' : '✗'} ${told.text}` : '';
    }
    rows(answer.thresholds);
  };
  const rows = (wanted) => {
    const have = [...params.querySelectorAll('[name=param_name]')];
    const free = () => have.find((input) => !input.value.trim());
    for (const name of wanted) {
      if (have.some((input) => input.value.trim().replace(/^\$/, '') === name)) continue;
      let input = free();
      if (!input) {
        const row = params.lastElementChild.cloneNode(true);
        row.querySelectorAll('input').forEach((one) => { one.value = ''; });
        params.append(row);
        input = row.querySelector('[name=param_name]');
        have.push(input);
      }
      input.value = name;
    }
  };
  let turn = 0;
  const check = async () => {
    const mine = ++turn;
    const body = new URLSearchParams(new FormData(form));
    for (const name of ['form', 'rule']) body.set(name, form.elements[name].value); // also when disabled
    try {
      const answer = await fetch(texts.check, { method: 'POST', body, headers: { 'X-CSRFToken': document.body.dataset.csrf, Accept: 'application/json' } });
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      if (mine === turn) { show(told); form.dataset.checked = String(mine); }
    } catch {
      if (mine === turn) verdict.textContent = texts.offline;
    }
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(check, WAIT); };
  form.addEventListener('input', later);
  form.addEventListener('change', later);
  check();
}

document.querySelectorAll('[data-rule-editor]').forEach(bind);
