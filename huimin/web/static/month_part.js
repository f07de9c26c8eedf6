// The month so far comes after the page: what waits is read first, and need not wait for sums.
for (const section of document.querySelectorAll("[data-part]")) {
  fetch(section.dataset.part, { headers: { Accept: "text/html" } })
    .then((answer) => (answer.ok && !answer.redirected ? answer.text() : Promise.reject()))
    .then((part) => {
      section.querySelector("p").remove(); // the link that leads there without scripts
      section.insertAdjacentHTML("beforeend", part);
    })
    .catch(() => {});
}
