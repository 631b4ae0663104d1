import type { Settings } from "@servicebot/portal";
import { Portal } from "@servicebot/portal/react";
import { useEffect, useState } from "react";

const HOST = "https://billing.example.com"; // REPLACE: Servicebot's address

// Your server answers this for whoever your session says is logged in, and makes the hash.
async function identify(): Promise<Settings> {
  const answer = await fetch("/api/servicebot");
  if (!answer.ok) throw new Error("Log in to see your subscriptions.");
  return answer.json();
}

export function Billing() {
  const [settings, setSettings] = useState<Settings>();
  const [error, setError] = useState<Error>();
  useEffect(() => void identify().then(setSettings, setError), []);

  if (error) return <p role="alert">{error.message}</p>;
  if (!settings) return <p>Loading…</p>;
  return (
    <Portal host={HOST} settings={{ ...settings, identify }} onError={console.error}>
      <p>Loading…</p>
    </Portal>
  );
}
