import { createApp } from "vue";
import BillingPortal from "../BillingPortal.vue";

const app = createApp(BillingPortal);
app.mount("#app");
window.takeAway = () => app.unmount();
