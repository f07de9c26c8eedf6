// @ts-check
// What the customer sees: only amounts. No name, no reason, no red, and never a refusal.
import { money } from "./money.js";

/** @typedef {{kind: "ready" | "quote" | "paid" | "refund", amount_fen?: number, discount_fen?: number, payable_fen?: number}} FacingState */

const SUMS = /** @type {const} */ (["amount_fen", "discount_fen", "payable_fen"]);

/** @param {string} terminalId */
export const channelOf = (terminalId) => `huimin-till-${terminalId}`;

/**
 * Draw a state into the parts of `root`.
 * @param {HTMLElement} root
 * @param {FacingState} state
 */
export function draw(root, state) {
  root.dataset.kind = state.kind;
  for (const name of SUMS) {
    const fen = state[name];
    const text = fen === undefined ? "" : money(name === "discount_fen" ? -fen : fen);
    root.querySelectorAll(`[data-sum="${name}"]`).forEach((part) => (part.textContent = text));
  }
}

/** The till's side: draws its own panel, and sends the amounts to every customer window. */
export class Facing {
  /** @type {FacingState} */
  #state = { kind: "ready" };

  /**
   * @param {HTMLElement} panel
   * @param {string} terminalId
   */
  constructor(panel, terminalId) {
    this.panel = panel;
    this.channel =
      "BroadcastChannel" in window ? new BroadcastChannel(channelOf(terminalId)) : null;
    if (this.channel)
      this.channel.onmessage = ({ data }) =>
        data === "what now" && this.channel?.postMessage(this.#state);
    this.show(this.#state);
  }

  /** @param {FacingState} state other properties are not shown */
  show({ kind, amount_fen, discount_fen, payable_fen }) {
    this.#state = { kind, amount_fen, discount_fen, payable_fen };
    draw(this.panel, this.#state);
    this.channel?.postMessage(this.#state);
  }
}
