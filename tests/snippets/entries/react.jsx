import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BillingPortal } from "../BillingPortal";

const root = createRoot(document.getElementById("app"));
root.render(
  <StrictMode>
    <BillingPortal />
  </StrictMode>,
);
window.takeAway = () => root.unmount();
