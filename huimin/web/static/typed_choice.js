// A long select element (select[data-typed]) becomes a field to type in, with the choices that fit below it: the
// editable combobox of the ARIA Authoring Practices. The select stays, holds the value and is what is sent; without
// scripts it is a select as any other. Its words come with it: data-none, data-count ({count}), data-hint, data-was
// ({name}, {former}). An option is also found by its former names, a list in data-former.
import { fit, plain } from "./pinyin.js";

const TYPED_MAX = 30;

/** @param {HTMLOptionElement} option @returns {string[]} */
function formerNames(option) {
  return JSON.parse(option.dataset.former ?? "[]");
}

/** @param {HTMLSelectElement} select */
function makeTyped(select) {
  const options = [...select.options].filter((option) => option.value || option.text);
  const field = document.createElement("input");
  const list = document.createElement("ul");
  const told = document.createElement("p");
  let shown = options;
  let active = -1;

  function build() {
    const id = select.id;
    field.type = "text";
    field.id = id;
    field.className = "form-control";
    field.autocomplete = "off";
    field.placeholder = select.dataset.hint ?? "";
    field.required = select.required;
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", "false");
    field.setAttribute("aria-controls", `${id}-list`);
    for (const name of ["aria-describedby", "aria-invalid"]) {
      const value = select.getAttribute(name);
      if (value) field.setAttribute(name, value);
    }
    list.id = `${id}-list`;
    list.className = "typed-choices";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", document.querySelector(`label[for="${id}"]`)?.textContent?.trim() ?? "");
    list.hidden = true;
    told.className = "visually-hidden";
    told.setAttribute("role", "status");
    const around = document.createElement("div");
    around.className = "typed-choice";
    const hadFocus = document.activeElement === select;
    select.before(around);
    select.id = `${id}-chosen`;
    select.required = false;
    select.hidden = true;
    around.append(field, list, told, select);
    if (hadFocus) field.focus();
  }

  function chosenText() {
    const option = select.selectedOptions[0];
    return option?.value ? option.text : "";
  }

  function close() {
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  /** @param {number} at */
  function point(at) {
    active = at;
    for (const [place, item] of [...list.children].entries()) {
      item.setAttribute("aria-selected", String(place === at));
    }
    const item = list.children[at];
    if (!item) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", item.id);
    return item.scrollIntoView({ block: "nearest" });
  }

  function fitting() {
    const typed = plain(field.value.slice(0, TYPED_MAX));
    if (!typed || field.value === chosenText()) return options;
    return options
      .map((option) => ({ option, fits: option.value.startsWith(typed) ? 3 : fit(option.text, typed) }))
      .map((one) => (one.fits ? one : { ...one, fits: formerFit(one.option, typed) }))
      .filter((one) => one.option.value && one.fits > 0)
      .sort((one, other) => other.fits - one.fits)
      .map((one) => one.option);
  }

  // Below every name of today.
  /** @param {HTMLOptionElement} option @param {string} typed */
  function formerFit(option, typed) {
    return Math.max(0, ...formerNames(option).map((name) => fit(name, typed) / 10));
  }

  /** What a choice says: with its former name where only that fits what is typed.
   * @param {HTMLOptionElement} option */
  function words(option) {
    const typed = plain(field.value.slice(0, TYPED_MAX));
    if (!typed || option.value.startsWith(typed) || fit(option.text, typed)) return option.text;
    const former = formerNames(option).find((name) => fit(name, typed));
    if (!former) return option.text;
    return (select.dataset.was ?? "{name}").replace("{name}", option.text).replace("{former}", former);
  }

  function open() {
    shown = fitting();
    list.replaceChildren(
      ...shown.map((option, place) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${place}`;
        item.setAttribute("role", "option");
        item.textContent = words(option);
        return item;
      }),
    );
    list.hidden = shown.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
    const typing = field.value !== "" && field.value !== chosenText();
    told.textContent = shown.length
      ? (select.dataset.count ?? "").replace("{count}", String(shown.length))
      : (select.dataset.none ?? "");
    point(typing && shown.length ? 0 : shown.findIndex((option) => option.selected && option.value !== ""));
  }

  /** @param {HTMLOptionElement} option */
  function choose(option) {
    const changed = select.value !== option.value;
    select.value = option.value;
    field.value = chosenText();
    field.setCustomValidity("");
    field.removeAttribute("aria-invalid");
    close();
    if (changed) select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // What is typed and not chosen counts if it can mean only one; an emptied field is the blank choice.
  function settle() {
    close();
    const blank = options.find((option) => option.value === "");
    if (field.value.trim() === "" && blank) return choose(blank);
    if (field.value === chosenText()) return field.setCustomValidity("");
    const name = field.value.trim();
    const same = options.find((option) => option.text === name || formerNames(option).includes(name));
    const fits = fitting();
    const only = same ?? (fits.length === 1 ? fits[0] : undefined);
    if (only) return choose(only);
    return field.setCustomValidity(select.dataset.none ?? "");
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.isComposing) return;
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) return open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      return point((active + step + shown.length) % shown.length);
    }
    if (event.key === "Enter" && isOpen && active >= 0) {
      event.preventDefault();
      return choose(shown[active]);
    }
    if (event.key === "Tab" && isOpen && active >= 0 && field.value !== chosenText()) return choose(shown[active]);
    if (event.key === "Escape") {
      if (isOpen) close();
      else field.value = chosenText();
      field.setCustomValidity("");
      return event.stopPropagation();
    }
    return undefined;
  }

  build();
  field.value = chosenText();
  field.addEventListener("input", () => {
    field.setCustomValidity("");
    open();
  });
  field.addEventListener("compositionend", open);
  field.addEventListener("keydown", onKey);
  // A field that gets the focus with the page, or from a refused form, opens nothing by itself.
  field.addEventListener("click", () => (list.hidden ? open() : undefined));
  field.addEventListener("blur", settle);
  field.addEventListener("focus", () => field.select());
  // The field keeps the focus, so that a press on a choice does not count as leaving it.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = /** @type {Element} */ (event.target).closest("[role=option]");
    if (item) choose(shown[[...list.children].indexOf(item)]);
  });
  select.form?.addEventListener("reset", () => setTimeout(() => (field.value = chosenText())));
  // A page that comes back from the history has its choices again.
  addEventListener("pageshow", () => (document.activeElement === field ? undefined : (field.value = chosenText())));
}

for (const select of document.querySelectorAll("select[data-typed]")) {
  makeTyped(/** @type {HTMLSelectElement} */ (select));
}
