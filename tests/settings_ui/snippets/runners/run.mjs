// For each identity of a line: its hash in one line, the page with its settings in the next.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { servicebotHash, servicebotSettings } from "./servicebot.mjs";

const ejs = createRequire(import.meta.url)("ejs"); // by NODE_PATH, which import doesn't look at
const render = ejs.compile(readFileSync("page.ejs", "utf8"));

for await (const identity of createInterface({ input: process.stdin })) {
  const user = { email: identity, stripe_customer_id: identity };
  console.log(servicebotHash(identity));
  console.log(render({ user, servicebotSettings }).replaceAll("\n", " "));
}
