// Sends the requests of the input to a deployed function; a log-in provider knows the tokens given.
import { readFileSync } from "node:fs";
import deployed from "./function.mjs";

const { users, requests } = JSON.parse(readFileSync(0, "utf8"));
globalThis.fetch = async (address, { headers }) => {
  if (address !== "https://YOUR-LOGIN.example/userinfo") throw new Error(address);
  const user = users[headers.Authorization.replace("Bearer ", "")];
  return user ? Response.json(user) : new Response("", { status: 401 });
};

const answers = [];
for (const each of requests) {
  const answer = await deployed.fetch(new Request("https://function.example/", each));
  const headers = Object.fromEntries(answer.headers);
  const text = await answer.text();
  answers.push({ status: answer.status, headers, body: text && JSON.parse(text) });
}
console.log(JSON.stringify(answers));
