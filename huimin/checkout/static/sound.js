// @ts-check
// One sound for yes, a softer one for "please look". The words on the page always say the same.

const SOUND_KEY = "huimin.till.sound";
/** @type {AudioContext | null} */
let context = null;

export const sound = {
  get on() {
    return localStorage.getItem(SOUND_KEY) !== "off";
  },
  set on(wanted) {
    localStorage.setItem(SOUND_KEY, wanted ? "on" : "off");
  },
  yes: () =>
    play(
      [
        { hertz: 880, after: 0 },
        { hertz: 1320, after: 0.09 },
      ],
      0.2,
    ),
  no: () => play([{ hertz: 330, after: 0 }], 0.07),
};

/**
 * Browsers allow sound only after the page was touched or typed into; until then it stays silent.
 * @param {{hertz: number, after: number}[]} tones `after` in seconds
 * @param {number} loudness
 */
function play(tones, loudness) {
  if (!sound.on || !navigator.userActivation?.hasBeenActive) return;
  try {
    context ||= new AudioContext();
    context.resume();
    for (const { hertz, after } of tones) {
      playTone(context, hertz, context.currentTime + after, loudness);
    }
  } catch {
    // No sound device: the words are enough.
  }
}

/**
 * @param {AudioContext} audio
 * @param {number} hertz
 * @param {number} at
 * @param {number} loudness
 */
function playTone(audio, hertz, at, loudness) {
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.frequency.value = hertz;
  volume.gain.setValueAtTime(loudness, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.14);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.15);
  document.documentElement.dataset.sounded = String(hertz);
}
