// Records answers with camera and microphone, and sends them in pieces that survive a lost connection. Works on whatever
// has data-record; everything else of an interview works without this script.
"use strict";

const SLICE_MS = 2000; // so long is a piece
const TRIES_MS = [500, 1000, 2000, 5000, 10000, 30000]; // how long to wait before sending a piece again

for (const place of document.querySelectorAll("[data-record]")) {
  record(place).catch((e) => say(place, `This browser cannot record here: ${e.message}. Use the file below instead.`));
}

function say(place, words) {
  place.querySelector("[data-said]").textContent = words;
}

function type(isVideo) {
  const wanted = isVideo ? ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4"] : ["audio/webm;codecs=opus", "audio/webm", "audio/mp4"];
  return wanted.find((t) => MediaRecorder.isTypeSupported(t)) || "";
}

async function record(place) {
  const isVideo = place.dataset.record === "video";
  const [start, stop, bar] = [place.querySelector("[data-start]"), place.querySelector("[data-stop]"), place.querySelector("progress")];
  const [preview, playback] = [place.querySelector(".preview"), place.querySelector(".playback")];
  if (!navigator.mediaDevices || !window.MediaRecorder) throw new Error("it has no recorder");
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: isVideo && { facingMode: "user" } });
  if (isVideo) {
    preview.srcObject = stream;
    preview.hidden = false;
    await preview.play();
  }
  say(place, "Everything is ready.");
  start.hidden = false;
  start.onclick = async () => {
    start.hidden = true;
    playback.hidden = true;
    const skip = place.querySelector("[data-skip]");
    skip.hidden = !Number(place.dataset.think);
    const skipped = new Promise((done) => { skip.onclick = done; });
    await countdown(place, bar, Number(place.dataset.think), "Think about it. Recording starts in", place.dataset.think > 0 ? skipped : null);
    skip.hidden = true;
    const recorder = new MediaRecorder(stream, { mimeType: type(isVideo), videoBitsPerSecond: 1000000 });
    const upload = place.dataset.url ? new Upload(place, () => recorder.state === "recording" && recorder.stop()) : null;
    const parts = [];
    recorder.ondataavailable = (e) => {
      if (e.data.size === 0) return;
      parts.push(e.data);
      if (upload) upload.add(e.data);
    };
    const stopped = new Promise((done) => { recorder.onstop = done; });
    recorder.start(SLICE_MS);
    stop.hidden = false;
    stop.onclick = () => recorder.state === "recording" && recorder.stop();
    countdown(place, bar, Number(place.dataset.answer), "Recording. It ends in", stopped).then(stop.onclick);
    await stopped;
    stop.hidden = true;
    bar.hidden = true;
    playback.src = URL.createObjectURL(new Blob(parts, { type: recorder.mimeType }));
    playback.hidden = false;
    if (!upload) {
      say(place, "This is what was recorded. Nothing was sent.");
      start.textContent = "Try again";
      start.hidden = false;
      return;
    }
    try {
      await upload.finish();
    } catch (e) {
      // It cannot be sent any more: nobody speaks on in vain, and the camera goes off.
      stream.getTracks().forEach((t) => t.stop());
      say(place, e.message);
      return;
    }
    stream.getTracks().forEach((t) => t.stop());
    say(place, "It is saved.");
    location.reload();
  };
}

// Counts down; ends early when `until` does.
async function countdown(place, bar, seconds, words, until) {
  if (!seconds) return new Promise((done) => (until ? until.then(done) : done()));
  const end = Date.now() + seconds * 1000;
  bar.hidden = false;
  let over = false;
  if (until) until.then(() => { over = true; });
  while (!over && Date.now() < end) {
    const left = Math.ceil((end - Date.now()) / 1000);
    bar.value = (100 * left) / seconds;
    say(place, `${words} ${left} s.`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

// Sends pieces one after the other, each until it is taken. The other side says which one it wants next.
class Upload {
  constructor(place, inVain) {
    this.place = place;
    this.inVain = inVain;
    this.at = `${place.dataset.url}/${place.dataset.take}`;
    this.pieces = [];
    this.next = 0;
    this.working = this.begin();
  }

  // A take that broke off earlier begins anew: the pieces of two recordings do not fit together.
  async begin() {
    const begun = await this.surely(() => fetch(this.at, { method: "DELETE" }));
    const told = await begun.json().catch(() => ({}));
    // Another window that records the same take begins another recording: neither writes into the other's.
    this.which = `?recording=${encodeURIComponent(told.recording || "")}`;
  }

  // Asks until there is an answer.
  async surely(ask) {
    for (let tries = 0; ; tries++) {
      try {
        const answer = await ask();
        if (answer.status < 500) return answer;
      } catch (e) { /* again */ }
      await new Promise((done) => setTimeout(done, TRIES_MS[Math.min(tries, TRIES_MS.length - 1)]));
    }
  }

  add(piece) {
    this.pieces.push(piece);
    this.working = this.working.then(() => this.send());
  }

  async send() {
    for (let tries = 0; this.next < this.pieces.length; tries++) {
      try {
        const answer = await fetch(`${this.at}/${this.next}${this.which}`, { method: "PUT", body: this.pieces[this.next] });
        const told = await answer.json().catch(() => ({ why: "This interview is not open any more. Load the page again." }));
        if (answer.ok && !told.complete && told.next > this.next) {
          this.next = told.next;
          tries = -1;
          continue;
        }
        const why = answer.ok || answer.status === 409 ? "This answer is being recorded in another window too. Load the page again." : told.why;
        if (answer.status < 500) throw Object.assign(new Error(why), { final: true });
      } catch (e) {
        if (e.final) {
          this.inVain();
          throw e;
        }
      }
      say(this.place, "The connection is lost. What you said is kept here and sent as soon as it is back.");
      await new Promise((done) => setTimeout(done, TRIES_MS[Math.min(Math.max(tries, 0), TRIES_MS.length - 1)]));
    }
  }

  async finish() {
    await this.working;
    say(this.place, "Saving what you said.");
    const answer = await this.surely(() => fetch(`${this.at}${this.which}`, { method: "POST" }));
    if (!answer.ok) throw new Error((await answer.json()).why);
  }
}
