// @ts-check
// The window of a sign-in that a till page asked for: tell that page, and close.
import { announce } from "./leader.js";

announce("session");
close();
