import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Billing } from "./Billing.jsx";

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <h1>Billing</h1>
    <Billing />
  </StrictMode>,
);
