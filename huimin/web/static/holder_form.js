// Checks an ID number as it is typed (GB 11643) and tells the birth date and the sex that it
// holds; the server checks it all the same.
const field = document.querySelector("[data-id-number]");
const told = document.getElementById("id-number-told");
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

function cleaned(text) {
  return text.normalize("NFKC").replace(/[\s'’-]+/g, "").toUpperCase();
}

function birthDay(number) {
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const text = `${year}-${month}-${day}`;
  const today = document.getElementById("holder-form").dataset.today;
  return date.toISOString().slice(0, 10) === text && text <= today && year >= "1900" ? text : null;
}

function fits(number) {
  if (!/^[0-9]{17}[0-9X]$/.test(number)) return false;
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(number[place]), 0);
  return "10X98765432"[sum % 11] === number[17];
}

field.addEventListener("input", () => {
  const number = cleaned(field.value);
  if (number.length !== 18) {
    told.textContent = number.length > 18 ? told.dataset.wrong : "";
    return;
  }
  let born = null;
  try {
    born = fits(number) ? birthDay(number) : null;
  } catch {
    born = null;
  }
  const sex = Number(number[16]) % 2 ? told.dataset.male : told.dataset.female;
  told.textContent = born ? `${told.dataset.born} ${born} · ${sex}` : told.dataset.wrong;
});
