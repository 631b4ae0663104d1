// For each identity of a line: its hash in one line, the page with its settings in the next.
import { createInterface } from "node:readline";
import { servicebotHash, servicebotSettings } from "./servicebot.mjs";

for await (const identity of createInterface({ input: process.stdin })) {
  console.log(servicebotHash(identity));
  console.log(`<script>window.servicebotSettings = ${servicebotSettings(identity)};</script>`);
}
