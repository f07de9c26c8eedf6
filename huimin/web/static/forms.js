// A form that was refused begins where it must be mended.
const summary = document.querySelector("[data-error-summary]");
if (summary) {
  const first = document.querySelector('[aria-invalid="true"]');
  (first || summary).focus();
}

// One press sends a form once: a second one while it is under way does nothing.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 3000) event.preventDefault();
    else form.dataset.sent = String(Date.now());
  });
}

// A file that is too large would be refused only after it was sent, on a page without what was typed.
for (const file of document.querySelectorAll("input[type=file][data-bytes-max]")) {
  const check = () => {
    const large = Array.from(file.files).some((one) => one.size > Number(file.dataset.bytesMax));
    file.setCustomValidity(large ? file.dataset.tooLarge : "");
  };
  file.addEventListener("change", () => {
    check();
    file.reportValidity();
  });
  // Choosing a file of the same name again is no change.
  file.form.addEventListener("click", check, true);
}

// A choice that filters a list is applied at once; the button stays for those without scripts.
for (const choice of document.querySelectorAll("form[data-apply] select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}

// One box ticks all of its name; without scripts they are ticked one by one.
for (const all of document.querySelectorAll("[data-check-all]")) {
  all.addEventListener("change", () => {
    for (const one of all.form.querySelectorAll(`[name="${all.dataset.checkAll}"]`)) {
      one.checked = all.checked;
    }
  });
}

// A long choice, as that of a village, is typed.
if (document.querySelector("select[data-typed]")) import("./typed_choice.js");
