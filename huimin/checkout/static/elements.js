// @ts-check
// The page's elements by id. page.d.ts lists them with their kinds.

/**
 * @template {keyof PageElements} Id
 * @param {Id} id
 * @returns {PageElements[Id]}
 */
export const byId = (id) => /** @type {PageElements[Id]} */ (document.getElementById(id));

/**
 * A new element with these properties and children.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Partial<HTMLElementTagNameMap[Name]>} properties
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, properties = {}, ...children) {
  const created = document.createElement(name);
  Object.assign(created, properties);
  created.append(...children);
  return created;
}

/**
 * A button in Bootstrap's looks ("outline-primary sm"). `about` tells a screen reader what it acts on.
 * @param {string} looks
 * @param {string} text
 * @param {() => unknown} act
 * @param {string} [about]
 */
export function button(looks, text, act, about) {
  const className = ["btn", ...looks.split(" ").map((look) => `btn-${look}`)].join(" ");
  const created = element("button", { type: "button", className, textContent: text });
  if (about) created.setAttribute("aria-label", `${text} ${about}`);
  created.addEventListener("click", act);
  return created;
}
