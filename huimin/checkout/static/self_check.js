// @ts-check
// Says in words what keeps this browser from being a till: too old, a file that did not load, no secure
// connection, no storage. It is no module and uses only old JavaScript, so that it still speaks where the
// till's modules do not even load.
(function () {
  var PATIENCE_MS = 15000;
  var box = document.getElementById("self-check");
  var says = document.getElementById("self-check-says");
  if (!box || !says) return;
  var list = /** @type {HTMLElement} */ (box.querySelector("ul"));
  var again = /** @type {HTMLElement} */ (box.querySelector("button"));
  var root = box; // the page's part that is the till
  while (!root.hasAttribute("data-till") && root.parentElement) root = root.parentElement;
  var words = JSON.parse(says.textContent || "{}");
  /** @type {string[]} */
  var mistakes = []; // what the browser itself said of the scripts
  var isBroken = false;

  /** @param {string} sentence */
  function say(sentence) {
    var item = document.createElement("li");
    item.textContent = sentence;
    list.appendChild(item);
    /** @type {HTMLElement} */ (box).hidden = false;
  }

  /**
   * The till can't work: its sections are hidden, so that it does not look ready.
   * @param {string} sentence
   */
  function stop(sentence) {
    isBroken = true;
    root.setAttribute("data-broken", "");
    again.hidden = false;
    say(sentence);
  }

  function isStarted() {
    return root.hasAttribute("data-started");
  }

  function isTooOld() {
    return !(
      "noModule" in document.createElement("script") &&
      typeof window.fetch === "function" &&
      typeof window.AbortController === "function" &&
      window.crypto &&
      "getRandomValues" in window.crypto &&
      "at" in Array.prototype &&
      "replaceAll" in String.prototype
    );
  }

  /** Which of the till's files can't be had from the server. */
  function sayWhatIsMissing() {
    var files = /** @type {string[]} */ (words.files);
    Promise.all(
      files.map(function (file) {
        return fetch(file).then(
          function (response) {
            return response.ok ? "" : file;
          },
          function () {
            return file;
          },
        );
      }),
    ).then(function (answers) {
      var missing = answers.filter(Boolean).map(function (file) {
        return file.split("/").pop();
      });
      if (missing.length > 5) say(words.unreachable);
      else if (missing.length) say(words.missing.replace("FILES", missing.join(" ")));
      else if (mistakes.length) say(words.mistake.replace("MISTAKE", mistakes[0]));
    });
  }

  function notStarted() {
    if (isStarted() || isBroken) return;
    stop(words.broken);
    sayWhatIsMissing();
  }

  window.addEventListener("error", function (event) {
    if (!isStarted() && event.message) mistakes.push(event.message);
  });
  // Modules are run before the page counts as loaded: a till that has not started by then will not.
  window.addEventListener("load", notStarted);
  setTimeout(function () {
    if (!isStarted() && !isBroken) say(words.slow);
  }, PATIENCE_MS);
  again.addEventListener("click", function () {
    location.reload();
  });

  if (isTooOld()) return stop(words.old);
  if (!navigator.cookieEnabled) return stop(words.cookies);
  if (window.isSecureContext === false) say(words.insecure.replace("ADDRESS", location.origin));
  else if (!navigator.serviceWorker || !window.crypto.subtle) say(words.alone);
  if (!window.indexedDB) return say(words.store);
  var opening = indexedDB.open("huimin-self-check");
  opening.onerror = function () {
    say(words.store);
  };
  opening.onsuccess = function () {
    opening.result.close();
    indexedDB.deleteDatabase("huimin-self-check");
  };
})();
