// @ts-check
// The window that faces the customer: it shows the amounts that this terminal's till sends.
import { byId } from "./elements.js";
import { channelOf, draw } from "./facing.js";

const panel = byId("customer");
const channel = new BroadcastChannel(channelOf(panel.dataset.terminal ?? ""));
channel.onmessage = (/** @type {MessageEvent} */ { data }) => {
  if (data?.kind) draw(panel, data);
};
draw(panel, { kind: "ready" });
channel.postMessage("what now");
