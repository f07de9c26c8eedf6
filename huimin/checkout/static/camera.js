// @ts-check
// The camera as a scanner. It runs while it is switched on (which this device remembers) and the page is
// visible. Codes are read by the browser if it can, otherwise by ZXing in WebAssembly from this server.

const WANTED_KEY = "huimin.till.camera";
const LOOK_EVERY_MS = 120;
const WIDTH_MAX = 960; // a picture this wide shows a card's code at arm's length, and is read fast
const GONE_MS = 1500; // a card that was out of sight this long counts as a new scan
const SYMBOLS_MAX = 16; // in one picture: a card lies among stickers for payment, posters and goods
const STRANGE_PICTURES = 8; // what is not wanted is told only if nothing better comes into sight meanwhile

/** @typedef {(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D) => Promise<string[]>} Reader */
/** @typedef {{on: boolean, torch?: boolean, problem?: string}} CameraState `torch`: there is one; `problem`: why it is off */

/** @type {Reader | null} */
let reader = null;

/** @returns {Promise<Reader | null>} */
async function nativeReader() {
  if (!("BarcodeDetector" in window)) return null;
  try {
    if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (canvas) => (await detector.detect(canvas)).map((code) => code.rawValue);
  } catch {
    return null;
  }
}

/** @returns {Promise<Reader>} */
async function wasmReader() {
  const zxing = await import("../vendor/zxing-wasm/es/reader/index.js");
  const address = new URL("../vendor/zxing-wasm/reader/zxing_reader.wasm", import.meta.url).href;
  zxing.prepareZXingModule({ overrides: { locateFile: () => address } });
  const options = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: SYMBOLS_MAX };
  return async (canvas, context) => {
    const picture = context.getImageData(0, 0, canvas.width, canvas.height);
    /** @type {{isValid: boolean, text: string}[]} */
    const codes = await zxing.readBarcodes(picture, options);
    return codes.filter((code) => code.isValid).map((code) => code.text);
  };
}

export class Camera {
  #canvas = document.createElement("canvas");
  #context = /** @type {CanvasRenderingContext2D} */ (
    this.#canvas.getContext("2d", { willReadFrequently: true })
  );
  /** @type {MediaStream | null} */
  stream = null;
  #isStarting = false;
  #isPaused = false;
  #timer = 0;
  #seen = ""; // the last code read
  #misses = 0; // pictures without it since then, and when the first of them was taken
  #missedFrom = 0;
  #strange = 0; // pictures in which there was nothing but unwanted codes, one after the other
  /** @type {Set<string>} */
  #strangers = new Set();

  /**
   * @param {HTMLVideoElement} video
   * @param {(text: string) => boolean} isWanted of several codes in sight, a wanted one is taken
   * @param {(text: string) => unknown} onText for each code that comes into sight
   * @param {(state: CameraState) => unknown} onChange
   */
  constructor(video, isWanted, onText, onChange) {
    this.video = video;
    this.isWanted = isWanted;
    this.onText = onText;
    this.onChange = onChange;
    document.addEventListener("visibilitychange", () =>
      document.hidden ? this.stop() : this.resume(),
    );
  }

  static get possible() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  get #isWanted() {
    return localStorage.getItem(WANTED_KEY) === "on";
  }

  get #track() {
    return this.stream?.getVideoTracks()[0];
  }

  /** @param {boolean} on */
  async turn(on) {
    localStorage.setItem(WANTED_KEY, on ? "on" : "off");
    this.#strangers.clear();
    this.#seen = ""; // who switches it off and on again wants the card in sight to be read
    if (on) await this.resume();
    else this.stop();
  }

  async resume() {
    if (!this.#isWanted || this.stream || this.#isStarting || document.hidden || !Camera.possible) {
      return;
    }
    this.#isStarting = true;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: {
          facingMode: { ideal: "environment" },
          width: { ideal: 1280 },
          height: { ideal: 720 },
        },
      });
      if (!this.#isWanted) return this.stop(); // switched off while the browser asked for permission
      this.video.srcObject = this.stream;
      await this.video.play();
      reader ||= (await nativeReader()) || (await wasmReader());
      this.onChange({ on: true, torch: Boolean(this.#track?.getCapabilities?.().torch) });
      this.#look();
    } catch (/** @type {any} */ problem) {
      this.stop();
      localStorage.setItem(WANTED_KEY, "off");
      this.onChange({ on: false, problem: problem.name });
    } finally {
      this.#isStarting = false;
    }
  }

  stop() {
    clearTimeout(this.#timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.video.srcObject = null;
    this.onChange({ on: false });
  }

  /**
   * While an amount is typed the camera's pictures are not read, and are black.
   * @param {boolean} isPaused
   */
  pause(isPaused) {
    this.#isPaused = isPaused;
    this.#misses = 0; // typing for a long time is not taking the card away
    if (this.#track) this.#track.enabled = !isPaused;
  }

  /** @param {boolean} isLit */
  async torch(isLit) {
    await this.#track?.applyConstraints({ advanced: [{ torch: isLit }] });
  }

  async #look() {
    if (!this.stream) return;
    try {
      if (!this.#isPaused && this.video.videoWidth) this.#take(await this.#read());
    } catch {
      // One unreadable picture does not matter; the next one follows.
    }
    this.#timer = setTimeout(() => this.#look(), LOOK_EVERY_MS);
  }

  /** The texts of the codes in the picture. */
  async #read() {
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(1, WIDTH_MAX / videoWidth);
    const { width, height } = Object.assign(this.#canvas, {
      width: Math.round(videoWidth * scale),
      height: Math.round(videoHeight * scale),
    });
    this.#context.drawImage(this.video, 0, 0, width, height);
    return reader ? reader(this.#canvas, this.#context) : [];
  }

  /** @param {string[]} texts of all the codes in the picture */
  #take(texts) {
    const now = performance.now();
    const text = texts.find(this.isWanted);
    if (!text) {
      this.#tellStrange(texts[0]);
      if (!this.#misses) this.#missedFrom = now;
      this.#misses += 1;
      return;
    }
    // Two misses at least: on a slow device a single picture may take longer than GONE_MS.
    const wasGone = this.#misses > 1 && now - this.#missedFrom > GONE_MS;
    const isNew = text !== this.#seen || wasGone;
    this.#seen = text;
    this.#misses = this.#strange = 0;
    if (isNew) this.onText(text);
  }

  /**
   * A code that nobody wants is told once: a sticker beside the till is always in sight.
   * @param {string | undefined} text
   */
  #tellStrange(text) {
    this.#strange = text ? this.#strange + 1 : 0;
    if (!text || this.#strange < STRANGE_PICTURES || this.#strangers.has(text)) return;
    this.#strangers.add(text);
    this.onText(text);
  }
}
