import { Portal } from "@servicebot/portal/react";
import { useEffect, useState } from "react";

// Our server says who is logged in and makes the hash: the key never comes here.
async function identify() {
  const answer = await fetch("/api/servicebot");
  if (!answer.ok) throw new Error("Log in to see your subscriptions.");
  return answer.json();
}

export function Billing() {
  const [given, setGiven] = useState();
  const [error, setError] = useState();
  useEffect(() => void identify().then(setGiven, setError), []);

  if (error) return <p role="alert">{error.message}</p>;
  if (!given) return <p>Loading…</p>;
  const { host, ...settings } = given;
  return (
    <Portal host={host} settings={{ ...settings, identify }}>
      <p>Loading…</p>
    </Portal>
  );
}
