// Threads beside a form: marks at the items that are talked about; the item last clicked is what a new comment is about.
// The panel is swapped as a whole by htmx, so everything is looked up when it is needed.

const panel = () => document.querySelector('[data-comments]');
const root = document.querySelector('[data-entry]');
const fieldAt = (path) => root.querySelector(`[data-field="${CSS.escape(path)}"]`);
const nameOf = (field) => field.querySelector('label[for]')?.textContent ?? field.dataset.label ?? field.dataset.item;

// *field*: what a new comment is about; nothing for the form as a whole.
function about(field) {
  const form = panel()?.querySelector('.thread-new');
  if (!form) return;
  form.elements.path.value = field?.dataset.field ?? '';
  form.querySelector('[data-comment-about]').textContent = field ? nameOf(field) : panel().dataset.textWhole;
  form.querySelector('[data-comment-whole]').hidden = !field;
}

function mark() {
  root.querySelectorAll('[data-comment-mark]').forEach((one) => one.remove());
  const marks = JSON.parse(document.getElementById('comment-marks').textContent);
  for (const [path, [open, all]] of Object.entries(marks)) {
    const field = path && fieldAt(path);
    if (!field) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `entry-comment-mark${open ? ' is-open' : ''}`;
    button.dataset.commentMark = path;
    button.setAttribute('aria-label', `${panel().dataset.textMark}: ${all}`);
    button.title = button.getAttribute('aria-label');
    const icon = document.createElement('i');
    icon.className = `ti ti-message${open ? '-2' : ''}`;
    button.append(icon, ` ${all}`);
    (field.querySelector('.entry-label') ?? field).append(button);
  }
}

root.addEventListener('click', (event) => {
  const marked = event.target.closest('[data-comment-mark]');
  if (marked) {
    const thread = panel().querySelector(`[data-thread="${CSS.escape(marked.dataset.commentMark)}"]`);
    thread.open = true;
    thread.scrollIntoView({ block: 'nearest' });
    thread.querySelector('textarea')?.focus({ preventScroll: true });
  }
  const field = event.target.closest('[data-field]');
  if (field) about(field);
  if (event.target.closest('[data-comment-whole]')) about(null);
  const go = event.target.closest('[data-comment-go]');
  if (go) {
    event.preventDefault(); // the summary it stands in stays as it is
    const place = fieldAt(go.dataset.commentGo);
    if (!place) return;
    const record = place.closest('details');
    if (record) record.open = true;
    place.scrollIntoView({ block: 'center' });
    place.classList.add('is-pointed');
    setTimeout(() => place.classList.remove('is-pointed'), 2500);
  }
});
root.addEventListener('focusin', (event) => {
  const field = event.target.closest('[data-field]');
  if (field) about(field);
});
document.addEventListener('htmx:afterSwap', () => { if (panel()) { mark(); about(fieldAt(panel().querySelector('.thread-new')?.elements.path.value ?? '')); } });
mark();
about(fieldAt(new URLSearchParams(window.location.search).get('path') ?? ''));
