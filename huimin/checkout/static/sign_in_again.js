// @ts-check
// When the session has ended: a line that says so, with a sign-in in a window of its own, so that what was
// typed stays. The page goes on once that window says that somebody is signed in.
import { askState, onSignedOut } from "./ask.js";
import { byId } from "./elements.js";
import { announce, onAnnounce } from "./leader.js";

export function listenToSessions() {
  onSignedOut((_, quietly) => {
    if (!quietly) byId("sign-in-again").hidden = false;
  });
  onAnnounce("session", async () => {
    byId("sign-in-again").hidden = true;
    await askState({}).catch(() => {}); // the token of the new session; else the next answer asks for it
  });
  if (byId("till").dataset.terminal) announce("session"); // for this browser's other pages
}
