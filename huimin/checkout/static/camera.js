// The camera as a scanner: it runs when it is wanted and the page is looked at, and that is
// remembered. The browser's own reader where there is one, else ZXing as WebAssembly from this server.

const KEPT = "huimin.till.camera";
const EVERY_MS = 120;
const WIDTH_MAX = 960; // a picture this wide shows a card's code at arm's length, and is read fast
const GONE_MS = 1500; // a card counts again when it was looked for in vain for so long

let reader = null;

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

async function wasmReader() {
  const zxing = await import("../vendor/zxing-wasm/es/reader/index.js");
  const address = new URL("../vendor/zxing-wasm/reader/zxing_reader.wasm", import.meta.url).href;
  zxing.prepareZXingModule({ overrides: { locateFile: () => address } });
  const options = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };
  return async (canvas, context) => {
    const picture = context.getImageData(0, 0, canvas.width, canvas.height);
    return (await zxing.readBarcodes(picture, options)).filter((code) => code.isValid).map((code) => code.text);
  };
}

// `onText(text)` for each code that comes into sight; `onChange({on, torch, problem})` for the page.
export class Camera {
  constructor(video, onText, onChange) {
    Object.assign(this, { video, onText, onChange, stream: null, paused: false, seen: "", misses: 0, missedFrom: 0 });
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.resume()));
  }

  static get possible() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  get wanted() {
    return localStorage.getItem(KEPT) === "on";
  }

  async turn(on) {
    localStorage.setItem(KEPT, on ? "on" : "off");
    if (on) await this.resume();
    else this.stop();
  }

  async resume() {
    if (!this.wanted || this.stream || this.starting || document.hidden || !Camera.possible) return;
    this.starting = true;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      if (!this.wanted) return this.stop(); // turned off while the permission was asked
      this.video.srcObject = this.stream;
      await this.video.play();
      reader ||= (await nativeReader()) || (await wasmReader());
      this.onChange({ on: true, torch: Boolean(this.track?.getCapabilities?.().torch) });
      this.look();
    } catch (problem) {
      this.stop();
      localStorage.setItem(KEPT, "off");
      this.onChange({ on: false, problem: problem.name });
    } finally {
      this.starting = false;
    }
  }

  stop() {
    clearTimeout(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.video.srcObject = null;
    this.onChange({ on: false });
  }

  // While an amount is typed nothing is looked at, and the track is dark.
  pause(paused) {
    this.paused = paused;
    this.misses = 0; // who types for long has not taken the card away
    if (this.track) this.track.enabled = !paused;
  }

  get track() {
    return this.stream?.getVideoTracks()[0];
  }

  async torch(on) {
    await this.track?.applyConstraints({ advanced: [{ torch: on }] });
  }

  async look() {
    if (!this.stream) return;
    try {
      if (!this.paused && this.video.videoWidth) this.found(await this.read());
    } catch {
      // One unreadable picture is nothing; the next one comes.
    }
    this.timer = setTimeout(() => this.look(), EVERY_MS);
  }

  async read() {
    const scale = Math.min(1, WIDTH_MAX / this.video.videoWidth);
    this.canvas.width = Math.round(this.video.videoWidth * scale);
    this.canvas.height = Math.round(this.video.videoHeight * scale);
    this.context.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return reader(this.canvas, this.context);
  }

  found([text]) {
    const now = performance.now();
    if (!text) {
      if (!this.misses) this.missedFrom = now;
      this.misses += 1;
      return;
    }
    // Not by the clock alone: a slow device needs longer than that for a single look.
    const gone = this.misses > 1 && now - this.missedFrom > GONE_MS;
    const fresh = text !== this.seen || gone;
    Object.assign(this, { seen: text, misses: 0 });
    if (fresh) this.onText(text);
  }
}
