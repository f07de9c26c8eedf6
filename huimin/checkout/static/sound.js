// One sound for yes, a softer one for "please look". Never the only sign: the words say it too.

const KEPT = "huimin.till.sound";
let context = null;

export const sound = {
  get on() {
    return localStorage.getItem(KEPT) !== "off";
  },
  set on(wanted) {
    localStorage.setItem(KEPT, wanted ? "on" : "off");
  },
  yes: () => play([[880, 0], [1320, 0.09]], 0.2),
  no: () => play([[330, 0]], 0.07),
};

// Browsers let a page sound only after it was touched or typed at; before that it stays silent.
function play(tones, loudness) {
  if (!sound.on || !navigator.userActivation?.hasBeenActive) return;
  try {
    context ||= new AudioContext();
    context.resume();
    for (const [frequency, after] of tones) tone(frequency, context.currentTime + after, loudness);
  } catch {
    // No sound device: the words remain.
  }
}

function tone(frequency, at, loudness) {
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(loudness, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.14);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.15);
  document.documentElement.dataset.sounded = String(frequency);
}
