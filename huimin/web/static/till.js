// The till page: ready → who and how much → done. Amounts are whole fen; nothing is a float.
const till = document.getElementById("till");
const words = JSON.parse(document.getElementById("words").textContent);
const token = document.querySelector('meta[name="csrf-token"]').content;
const byId = (id) => document.getElementById(id);
const sections = ["ready", "sale", "done", "refused", "reverse", "reversed"];
let sale = null; // the card being sold to: {card, presenters, key, body, last}
let quoteNumber = 0; // the newest quote asked for; older answers are dropped

function show(name, focus) {
  for (const id of sections) byId(id).hidden = id !== name;
  const target = typeof focus === "string" ? byId(focus) : focus;
  if (target) target.focus();
}

function money(fen) {
  const whole = Math.trunc(Math.abs(fen) / 100);
  const part = String(Math.abs(fen) % 100).padStart(2, "0");
  return `${fen < 0 ? "−" : ""}¥${whole}.${part}`;
}

function yuan(fen) {
  return money(fen).slice(1);
}

// "128.5" → 12850; null for what is no amount. Full-width digits come from input methods.
function fenOf(text) {
  const found = /^(\d{1,7})(?:\.(\d{0,2}))?$/.exec(text.normalize("NFKC").replace("。", ".").trim());
  if (!found) return null;
  return Number(found[1]) * 100 + Number((found[2] || "").padEnd(2, "0"));
}

async function ask(address, body, key) {
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const method = body ? "POST" : "GET";
  let answer;
  try {
    answer = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw { detail: words.offline, code: "offline", cashier_message: words.offline };
  }
  if (answer.status === 401) location.reload();
  const told = await answer.json();
  if (!answer.ok) throw told;
  return told;
}

function refuse(problem) {
  byId("refused-say").textContent = problem.cashier_message || problem.detail;
  byId("refused-detail").textContent = reason(problem);
  byId("refused-code").textContent = problem.code;
  show("refused", byId("refused").querySelector("[data-next]"));
}

function reason(problem) {
  const fields = (problem.errors || []).map((error) => error.message).join(" ");
  return fields || problem.detail;
}

function next() {
  sale = null;
  quoteNumber += 1;
  byId("card").value = "";
  show("ready", "card");
  tellToday();
}

byId("card-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const card = byId("card").value.trim();
  if (!card) return byId("card").focus();
  try {
    const told = await ask(till.dataset.verify, { card });
    startSale(card, told);
  } catch (problem) {
    refuse(problem);
  }
});

function startSale(card, told) {
  sale = { card, key: crypto.randomUUID() };
  const box = byId("presenters");
  box.querySelectorAll("label").forEach((label) => label.remove());
  for (const person of told.may_present) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "presenter", value: person.id });
    input.checked = told.may_present.length === 1;
    const relation = document.createElement("small");
    relation.textContent = person.relation;
    label.append(input, person.name_masked, relation);
    box.append(label);
  }
  byId("rate").textContent = told.policy ? told.policy.label : "";
  byId("amount").value = byId("excluded").value = "";
  showQuote(null, "");
  show("sale", box.querySelector("input:checked") ? "amount" : box.querySelector("input"));
}

function saleBody() {
  const amount = fenOf(byId("amount").value);
  const excludedText = byId("excluded").value.trim();
  const excluded = excludedText ? fenOf(excludedText) : 0;
  if (!amount || excluded === null) return null;
  const body = { card: sale.card, amount_fen: amount };
  if (excluded) body.excluded_fen = excluded;
  return body;
}

function showQuote(quote, problem) {
  byId("quote").hidden = !quote;
  byId("quote-problem").textContent = problem;
  byId("confirm").disabled = !quote;
  byId("confirm").textContent = quote ? `${words.confirm} ${money(quote.payable_fen)}` : words.confirm.split(/[，,]/)[0];
  if (!quote) return;
  byId("quote-amount").textContent = money(quote.amount_fen);
  byId("quote-discount").textContent = money(-quote.discount_fen);
  byId("quote-payable").textContent = money(quote.payable_fen);
  const items = quote.explanation.map((text) => Object.assign(document.createElement("li"), { textContent: text }));
  byId("explanation").replaceChildren(...items);
}

async function requote() {
  if (!sale) return;
  const number = ++quoteNumber;
  const body = saleBody();
  // Another amount is another sale: a retry keeps its key only as long as its body stays.
  sale.key = crypto.randomUUID();
  // What can be confirmed is always what is shown: not the old amount while the new one is asked.
  byId("confirm").disabled = true;
  if (!body) return showQuote(null, byId("amount").value ? words.amount : "");
  try {
    const quote = await ask(till.dataset.quote, body);
    if (number === quoteNumber) showQuote(quote, "");
  } catch (problem) {
    if (number === quoteNumber) showQuote(null, reason(problem));
  }
}

byId("amount").addEventListener("input", requote);
byId("excluded").addEventListener("input", requote);

let keypadField = byId("amount");
for (const id of ["amount", "excluded"]) byId(id).addEventListener("focus", () => (keypadField = byId(id)));
byId("presenters").addEventListener("change", () => byId("amount").focus());
byId("keypad").addEventListener("click", (event) => {
  const key = event.target.dataset.key;
  if (!key) return;
  keypadField.value = key === "⌫" ? keypadField.value.slice(0, -1) : keypadField.value + key;
  requote();
});

byId("sale-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const chosen = document.querySelector('input[name="presenter"]:checked');
  if (!chosen) {
    byId("quote-problem").textContent = words.choose;
    return document.querySelector('input[name="presenter"]').focus();
  }
  const body = saleBody();
  if (!body || byId("confirm").disabled) return;
  byId("confirm").disabled = true;
  const order = { ...body, order_no: `W-${sale.key}`, presented_by: chosen.value, identity_checked: true };
  try {
    finish(await ask(till.dataset.redeem, order, sale.key));
  } catch (problem) {
    if (problem.code !== "offline") return refuse(problem);
    byId("quote-problem").textContent = words.offline;
    byId("confirm").disabled = false; // the same key: asking again can't sell twice
  }
});

function finish(done) {
  byId("done-payable").textContent = money(done.payable_fen);
  byId("done-discount").textContent = `${words.saved} ${money(-done.discount_fen)}`;
  byId("done-receipt").textContent = done.receipt_no;
  byId("undo").onclick = () => startReverse({ ...done, left_fen: done.amount_fen });
  show("done", "next");
  tellToday();
}

let reversing = null;
function startReverse(done) {
  reversing = { id: done.id, left: done.left_fen, key: crypto.randomUUID() };
  byId("reverse-receipt").textContent = done.receipt_no;
  byId("reverse-amount").value = yuan(done.left_fen);
  byId("reverse-problem").textContent = "";
  show("reverse", "reverse-amount");
}
byId("reverse-amount").addEventListener("input", () => (reversing.key = crypto.randomUUID()));
byId("reverse-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const amount = fenOf(byId("reverse-amount").value);
  if (!amount) return (byId("reverse-problem").textContent = words.amount);
  const body = { amount_fen: amount, reason: byId("reverse-reason").value.trim() };
  try {
    const told = await ask(till.dataset.reverse.replace("REDEMPTION", reversing.id), body, reversing.key);
    byId("reversed-payable").textContent = money(told.payable_fen);
    byId("reversed-receipt").textContent = told.receipt_no;
    show("reversed", byId("reversed").querySelector("[data-next]"));
    tellToday();
  } catch (problem) {
    byId("reverse-problem").textContent = reason(problem);
  }
});

async function tellToday() {
  let told;
  try {
    told = await ask(till.dataset.today);
  } catch {
    return;
  }
  byId("today-count").textContent = told.sums.redemptions;
  byId("today-discount").textContent = money(told.sums.discount_fen);
  const rows = told.sales.slice(0, 8).map((row) => {
    const item = document.createElement("li");
    const undo = document.createElement("button");
    Object.assign(undo, { type: "button", className: "btn btn-outline-secondary btn-sm" });
    undo.textContent = row.left_fen ? words.undo : words.returned;
    undo.disabled = !row.left_fen;
    undo.setAttribute("aria-label", `${undo.textContent} ${row.receipt_no}`);
    undo.addEventListener("click", () => startReverse(row));
    const time = new Date(row.recorded_at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
    item.append(`${time} ${money(row.payable_fen)}`, undo);
    return item;
  });
  const empty = Object.assign(document.createElement("li"), { textContent: byId("today-sales").dataset.empty });
  byId("today-sales").replaceChildren(...(rows.length ? rows : [empty]));
}

// A scan must land in the field whatever had the focus: with the till ready or a sale done, keys go there.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
  const onField = event.target.matches("input, textarea");
  if (!onField && /[0-9A-Za-z:/]/.test(event.key) && ["ready", "done", "refused", "reversed"].some((id) => !byId(id).hidden)) {
    if (byId("ready").hidden) next();
    byId("card").focus();
  }
});
document.querySelectorAll("[data-next]").forEach((button) => button.addEventListener("click", next));
byId("print").addEventListener("click", () => window.print());
tellToday();
