// Who answers a sale: {verify(card), quote(body), redeem(body, key)}. The seam for work without a
// network: a desk that can answer when `problem.code` is "offline" is chosen here.
import { serverDesk } from "./server_desk.js";

export const desk = serverDesk;
