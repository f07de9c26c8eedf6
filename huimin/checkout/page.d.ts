// What TypeScript must be told to prove the till's scripts (jsconfig.json); nothing of it is shipped to
// a till. A test holds the ids and their kinds against the templates.

type Sections = "ready" | "sale" | "recording" | "done" | "refused" | "reverse" | "reversed" | "claim" | "claimed" | "sales";
type Forms = "card-form" | "sale-form" | "reverse-form" | "sales-form" | "claim-form" | "join-form" | "leave-form";
type Inputs =
  | "card" | "catcher" | "amount" | "excluded" | "sales-search" | "join-code"
  | "reverse-amount" | "reverse-excluded" | "reverse-insured" | "reverse-reason"
  | "manager-name" | "manager-password" | "manager-code"
  | "claim-amount" | "claim-excluded" | "claim-order" | "shop-order";
type Buttons =
  | "camera" | "torch" | "sound" | "type-number" | "line-add" | "confirm" | "next" | "print" | "undo"
  | "recording-cancel" | "recording-leave" | "recording-next" | "claim-offer" | "claim-send" | "print-claim"
  | "reverse-all" | "reverse-confirm" | "print-back" | "sales-open" | "print-receipt" | "print-slip";
type Details = "lines" | "queued" | "shop-order-box";
type FieldSets = "presenters" | "manager" | "reverse-lines";
type Videos = "video";
type Others =
  | "till" | "told" | "sign-in-again" | "where" | "camera-box" | "keypad" | "facing" | "customer" | "paper" | "print-problem"
  | "banner" | "banner-says" | "banner-more" | "banner-go" | "queued-list"
  | "owed" | "owed-title" | "owed-list" | "kept-claims" | "kept-claims-title" | "kept-claims-list"
  | "entered" | "entered-title" | "entered-list" | "elsewhere" | "elsewhere-title" | "elsewhere-list"
  | "rate" | "amount-said" | "excluded-box" | "line-list"
  | "quote" | "quote-amount" | "quote-discount" | "quote-payable" | "quote-problem" | "why" | "explanation"
  | "confirm-says" | "recording-title" | "recording-amount" | "recording-says"
  | "unanswered" | "unanswered-title" | "unanswered-list"
  | "done-payable" | "done-discount" | "done-receipt"
  | "refused-say" | "refused-step" | "refused-detail" | "refused-code"
  | "reverse-line-list" | "reverse-sums" | "reverse-excluded-box" | "reverse-insured-box" | "reverse-pays"
  | "reasons" | "reverse-receipt" | "reverse-left" | "reverse-problem" | "manager-code-box"
  | "reversed-payable" | "reversed-receipt"
  | "sales-count" | "sales-list" | "today-count" | "today-discount" | "today-sales"
  | "claim-problem" | "claimed-number" | "join-problem" | "leave-problem";

interface PageElements
  extends Record<Sections, HTMLElement>,
    Record<Forms, HTMLFormElement>,
    Record<Inputs, HTMLInputElement>,
    Record<Buttons, HTMLButtonElement>,
    Record<Details, HTMLDetailsElement>,
    Record<FieldSets, HTMLFieldSetElement>,
    Record<Videos, HTMLVideoElement>,
    Record<Others, HTMLElement> {}

// What some browsers have and TypeScript's own list of the DOM has not.
declare class BarcodeDetector {
  constructor(options: { formats: string[] });
  static getSupportedFormats(): Promise<string[]>;
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
interface MediaTrackCapabilities {
  torch?: boolean;
}
interface MediaTrackConstraintSet {
  torch?: boolean;
}
