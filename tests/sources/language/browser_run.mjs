// Reads {trees, records} or {payload, records} from the standard input, writes what rules.js makes of them.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { evaluate, RuleBook, reads } = await import(pathToFileURL(process.argv[2]));
const input = JSON.parse(readFileSync(0, "utf8"));
let output;
if (input.trees) {
  output = input.trees.map((tree) => input.records.map((record) => evaluate(tree, record)));
} else {
  const book = new RuleBook(input.payload);
  const ran = [];
  for (const check of book.checks) {
    const run = check.run;
    check.run = (c) => (ran.push(check.rule), run(c));
  }
  output = input.records.map(({ values, around, changed }) => {
    ran.length = 0;
    book.check(values, around, changed ?? null);
    return { verdicts: book.verdicts(), ran: [...new Set(ran)] };
  });
  output.push(input.payload.checks.map((check) => reads(check.tree)).map(({ row, wide }) => [...row, ...wide]));
}
process.stdout.write(JSON.stringify(output));
