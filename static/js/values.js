/**
 * Typed text to clean values: what sources/forms/values.py makes of the fields of a page, item type by item type.
 *
 * tests/sources/language/test_browser_values.py holds the two together.
 */

const MAX_TEXT = 2000;
const MAX_CODE = 64;
const LIMIT = 1e15;
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'; // Python's \s
const SPACES = new RegExp(`[${SPACE}]`, 'g');
const EDGES = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, 'g');
const CONTROL = /(?![\n\t])[\p{Cc}\p{Cs}]/u;

/** Why a text is no value; `code` is a key of MESSAGES in values.py. */
class Rejected extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const strip = (text) => text.replace(EDGES, '');
const longer = (text, limit) => text.length > limit && [...text].length > limit;
const isBlank = (raw) => raw === null || raw === undefined || (Array.isArray(raw) ? !raw.length : !longer(raw, MAX_TEXT) && !strip(raw));

/**
 * @param {object} item  `{type, codes}` of a form's payload
 * @param {string|string[]} raw  what stands in the field
 * @returns {{value: *}|{fault: string}}  value null: blank
 */
export function clean(item, raw) {
  if (isBlank(raw)) return { value: null };
  try {
    return { value: CLEAN[item.type](raw, item) };
  } catch (error) {
    if (error instanceof Rejected) return { fault: error.code };
    throw error;
  }
}

function string(raw, limit = MAX_TEXT) {
  if (longer(raw, limit * 2)) throw new Rejected('too-long');
  const text = strip(raw.replaceAll('\r\n', '\n'));
  if (longer(text, limit)) throw new Rejected('too-long');
  if (CONTROL.test(text)) throw new Rejected('control');
  return text;
}

const code = (raw) => string(raw, MAX_CODE).normalize('NFKC').replace(SPACES, '').toUpperCase();

const NUMBER = /^[+-]?(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.\d{0,15})?$/;

function number(raw) {
  const letters = [...raw];
  const text = strip(letters.slice(0, 64).join('').normalize('NFKC'));
  if (letters.length > 64 || !NUMBER.test(text)) {
    throw new Rejected(/^[+-]*\p{Nd}+$/u.test([...text].slice(0, 64).join('')) ? 'too-large' : 'not-a-number');
  }
  const value = Number(text.replaceAll(',', ''));
  if (!(Math.abs(value) < LIMIT)) throw new Rejected('too-large');
  return value === 0 ? 0 : value; // no -0
}

const YES_NO = { 1: true, 2: false, 是: true, 否: false, TRUE: true, FALSE: false };

function boolean(raw) {
  const value = YES_NO[code(raw)];
  if (value === undefined) throw new Rejected('not-yes-no');
  return value;
}

function multichoice(raw, item) {
  const parts = Array.isArray(raw) ? raw : string(raw).split(new RegExp(`[,;，；、${SPACE}]+`));
  if (parts.length > 200) throw new Rejected('not-a-code');
  const codes = [...new Set(parts.filter((part) => !isBlank(part)).map(code))];
  const place = (one) => (item.codes.includes(one) ? item.codes.indexOf(one) : item.codes.length);
  return codes.length ? codes.sort((a, b) => place(a) - place(b)) : null;
}

const DATE = /^(?:(\d{4})[-/.年](\d{1,2})(?:月|[-/.月](\d{1,2})日?)?|(\d{4})(\d{2})(\d{2})?)$/;

function date(raw) {
  const match = DATE.exec(code(raw));
  if (!match) throw new Rejected('not-a-date');
  const [year, month, day] = (match[1] ? match.slice(1, 4) : match.slice(4, 7)).map((part) => part && Number(part));
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > days || year < 1900 || year > 2100) throw new Rejected('not-a-date');
  const two = (part) => String(part).padStart(2, '0');
  return `${year}-${two(month)}${day ? `-${two(day)}` : ''}`;
}

const MARKS = { 'º': '°', '˚': '°', 度: '°', "'": '′', '’': '′', '‘': '′', 分: '′', '"': '″', '”': '″', '“': '″', 秒: '″' };
const DMS = /^(\d{1,3})°(\d{1,2})′(?:(\d{1,2}(?:\.\d{1,6})?)″?)?$/;
const PLAIN_DEGREES = /^\d{1,3}\.\d{1,10}°?$/;

/** To the nearest whole number, halves to the even one, as Python rounds. */
function rint(value) {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2) ? low + 1 : low;
}

const coordinate = (limit) => (raw) => {
  if (Array.isArray(raw)) throw new Rejected('not-a-coordinate');
  let text = string(raw, MAX_CODE).replace(/[º˚度'’‘分"”“秒]/g, (mark) => MARKS[mark]).replace(SPACES, '');
  text = text.replaceAll('″', '\x01').replaceAll('′', '\x02').normalize('NFKC').replace(SPACES, '');
  text = text.replaceAll('\x02\x02', '\x01').replaceAll('\x01', '″').replaceAll('\x02', '′');
  let [degrees, minutes, seconds] = [0, 0, '0'];
  if (PLAIN_DEGREES.test(text)) {
    const hundredths = rint(Number(text.replace('°', '')) * 360000);
    degrees = Math.floor(hundredths / 360000);
    minutes = Math.floor((hundredths % 360000) / 6000);
    const left = (hundredths % 360000) % 6000;
    seconds = `${Math.floor(left / 100)}.${String(left % 100).padStart(2, '0')}`.replace(/0+$/, '').replace(/\.$/, '');
  } else {
    const match = DMS.exec(text);
    if (!match) throw new Rejected('not-a-coordinate');
    [degrees, minutes, seconds] = [Number(match[1]), Number(match[2]), match[3] ?? '0'];
  }
  if (minutes > 59 || Number(seconds) >= 60 || degrees + minutes / 60 + Number(seconds) / 3600 > limit) {
    throw new Rejected('not-a-coordinate');
  }
  return `${degrees}°${minutes}′${seconds}″`;
};

const CLEAN = {
  text: (raw) => string(raw),
  integer: number,
  decimal: number,
  choice: code,
  multichoice,
  boolean,
  date,
  longitude_dms: coordinate(180),
  latitude_dms: coordinate(90),
  region_code: code,
  industry_code: code,
  uscc: code,
  phone: code,
};
