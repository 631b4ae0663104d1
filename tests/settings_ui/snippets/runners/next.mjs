// Asks the route for each user of the input.
import { readFileSync } from "node:fs";
import { GET } from "./app/api/servicebot/route.mjs";
import { logIn } from "./session.mjs";

const answers = [];
for (const user of JSON.parse(readFileSync(0, "utf8"))) {
  logIn(user);
  const answer = await GET();
  const headers = Object.fromEntries(answer.headers);
  answers.push({ status: answer.status, headers, body: await answer.json() });
}
console.log(JSON.stringify(answers));
