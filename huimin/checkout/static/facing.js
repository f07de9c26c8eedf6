// What faces the customer: amounts alone. No name, no reason, no red; a refusal is not shown at all.
import { money } from "./money.js";

const SUMS = ["amount_fen", "discount_fen", "payable_fen"];

// Draw a state, {kind: "ready" | "quote" | "paid" | "refund", …sums}, into the parts of `root`.
export function draw(root, state) {
  root.dataset.kind = state.kind;
  for (const name of SUMS) {
    const sign = name === "discount_fen" ? -1 : 1;
    const text = state[name] === undefined ? "" : money(sign * state[name]);
    root.querySelectorAll(`[data-sum="${name}"]`).forEach((part) => (part.textContent = text));
  }
}

// The till's side: draws its own panel, and tells every window that faces a customer.
export class Facing {
  constructor(panel, terminalId) {
    this.panel = panel;
    this.state = { kind: "ready" };
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(`huimin-till-${terminalId}`) : null;
    if (this.channel) this.channel.onmessage = ({ data }) => data === "what now" && this.channel.postMessage(this.state);
    this.show(this.state);
  }

  show({ kind, amount_fen, discount_fen, payable_fen }) {
    this.state = { kind, amount_fen, discount_fen, payable_fen };
    draw(this.panel, this.state);
    this.channel?.postMessage(this.state);
  }
}
