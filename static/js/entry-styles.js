// Tabler's rules with :has() (a side bar that folds, steps, legends: nothing of it is on a form) make Chromium work
// out the style of the whole page at every change of the document: some 30 ms a key on a form of 8,000 fields. They go.

function strip(owner) {
  for (let index = owner.cssRules.length - 1; index >= 0; index -= 1) {
    const rule = owner.cssRules[index];
    if (rule.selectorText?.includes(':has(')) owner.deleteRule(index);
    else if (rule.cssRules?.length) strip(rule);
  }
}

for (const sheet of document.styleSheets) if (sheet.href?.includes('/tabler')) strip(sheet);
