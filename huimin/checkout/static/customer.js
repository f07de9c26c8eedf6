// The window that faces the customer: it shows the amounts that the till of this terminal tells.
import { draw } from "./facing.js";

const panel = document.getElementById("customer");
const channel = new BroadcastChannel(`huimin-till-${panel.dataset.terminal}`);
channel.onmessage = ({ data }) => {
  if (data?.kind) draw(panel, data);
};
draw(panel, { kind: "ready" });
channel.postMessage("what now");
