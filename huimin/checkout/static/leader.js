// One of this browser's till pages leads: it alone sends the queue and fetches the pack. The others
// follow by a channel; when the leader's page goes, however it goes, the browser names the next one.
const LOCK = "huimin-till-leader";
const CHANNEL = "huimin-till-offline";

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
const listeners = new Map();
let leading = false;

// `start()` runs once this page leads. Without locks (an old browser) every page leads: what the
// server keeps by client id still makes each sale count once.
export function lead(start) {
  const begin = () => {
    leading = true;
    start();
    return new Promise(() => {}); // held until the page is gone
  };
  if (!navigator.locks) return void begin();
  navigator.locks.request(LOCK, begin);
}

export const leads = () => leading;

// Say something to every till page of this browser, this one too.
export function announce(name, data = null) {
  channel?.postMessage({ name, data });
  heard(name, data);
}

export function onAnnounce(name, listener) {
  listeners.set(name, [...(listeners.get(name) || []), listener]);
}

function heard(name, data) {
  for (const listener of listeners.get(name) || []) listener(data);
}

if (channel) channel.onmessage = ({ data }) => heard(data.name, data.data);
