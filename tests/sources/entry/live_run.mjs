// Reads [{payload, raw, facts, answer, steps}] or {clean: [[item, raw]]}, writes what entry-live.js or values.js says.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const { Live } = await import(new URL("entry-live.js", folder));
const { clean } = await import(new URL("values.js", folder));
const input = JSON.parse(readFileSync(0, "utf8"));
const plain = ({ verdicts, rejected, idle, required, ...counts }) => ({
  verdicts, rejected: Object.fromEntries(rejected), idle: [...idle], required: [...required], ...counts,
});
const output = input.clean
  ? input.clean.map(([item, raw]) => clean(item, raw))
  : input.map(({ payload, raw, facts, answer, steps }) => {
    const live = new Live(payload, raw, facts, "zh", answer);
    return steps.map((changes) => plain(changes.answer ? live.adopt(changes.answer, changes.stale) : live.change(changes)));
  });
process.stdout.write(JSON.stringify(output));
