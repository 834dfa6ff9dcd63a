// Keeps the page Now fresh. Without it the page is right when loaded.
// /live answers with one <template data-block="NAME"> a block; each replaces the content of the element of that name.
// /events says when something happened; where it cannot be had, asking every few seconds does.
const root = document.documentElement;
const line = document.querySelector('.live span');
const most = 30000, calm = 5000, soonest = 1000;
let heard = Date.now(), wait = calm, timer = 0, asked = 0, asking = false;

const say = (text) => { if (line && line.textContent !== text) line.textContent = text; };

// What a person is using stays as it is: focus inside, or something opened.
const inUse = (block) => block.contains(document.activeElement) || block.querySelector('details[open]');

const put = (html) => {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const part of page.querySelectorAll('template[data-block]')) {
    const block = document.querySelector(`:not(template)[data-block="${part.dataset.block}"]`);
    if (block && !inUse(block) && block.innerHTML !== part.innerHTML) block.innerHTML = part.innerHTML;
  }
};

const ask = async () => {
  if (asking) return;
  clearTimeout(timer);
  asking = true;
  asked = Date.now();
  try {
    const answer = await fetch('/live', { headers: { Accept: 'text/html' } });
    if (!answer.ok) throw new Error(answer.status);
    put(await answer.text());
    const word = answer.headers.get('X-Rooster-Word');
    if (word) say(decodeURIComponent(word));
    heard = Date.now();
    wait = calm;
    root.classList.remove('lost');
  } catch {
    wait = Math.min(wait * 2, most);
    if (Date.now() - heard > 15000) {
      root.classList.add('lost');
      say('No word from Rooster since ' + new Date(heard).toTimeString().slice(0, 5) + '. This page may be old.');
    }
  }
  asking = false;
  plan(wait);
};

const plan = (delay) => {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, delay);
};

let events = null;
const listen = () => {
  if (document.hidden) {
    events?.close();
    events = null;
  } else if (!events) {
    events = new EventSource('/events?only=frame,visit,source,armed');
    for (const kind of ['frame', 'visit', 'source', 'armed', 'reset']) {
      events.addEventListener(kind, () => plan(Math.max(0, soonest - (Date.now() - asked))));
    }
  }
};

document.addEventListener('visibilitychange', () => { listen(); if (!document.hidden) ask(); });
// The sentence after a form is said once: reloading does not say it again.
if (new URLSearchParams(location.search).has('said')) history.replaceState(null, '', location.pathname + location.hash);
listen();
plan(calm);
