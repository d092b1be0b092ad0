// The start page: every chart in a card of its own, all of them on one connection. `io` and `echarts` come
// from their own files.

import { chartPage, token } from './address.js';
import { connectionFor } from './feed.js';
import { applyFixedTheme } from './look.js';
import { chartPanel, notice } from './panel.js';
import { connectionPill } from './pill.js';

const element = (id) => document.getElementById(id);
const words = JSON.parse(document.body.dataset.words);
const language = document.documentElement.lang;
const showState = connectionPill(element('connection'), element('announcer'), words);
const states = new Map();

// The page is as good as its worst chart; those that are refused say so themselves.
function summarise() {
  const all = [...states.values()];
  showState(['offline', 'reconnecting', 'connecting', 'live', 'refused'].find((state) => all.includes(state)));
}

// As the server chooses: the language itself, a related one, the first.
function inLanguage(texts = {}) {
  const primary = (tag) => tag.split('-')[0];
  const related = Object.keys(texts).find((tag) => primary(tag) === primary(language));
  return texts[language] ?? texts[related] ?? Object.values(texts)[0];
}

// Charts connect when they are first about to be seen: a list may be long.
const whenNear = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    whenNear.unobserve(target);
    target.dispatchEvent(new Event('near'));
  }
}, { rootMargin: '400px' });

function addCard({ id, title }, manager) {
  const card = element('card').content.cloneNode(true).querySelector('article');
  const link = card.querySelector('h2 a');
  link.href = chartPage(id);
  link.textContent = inLanguage(title) ?? id;
  notice(card)(words.waiting);
  card.addEventListener('near', () => chartPanel(card, {
    manager, id, token: token(), titled: false, words, language,
    onTitle({ text, subtext }) {
      if (text) link.textContent = text;
      card.querySelector('[data-part="subtitle"]').textContent = subtext;
    },
    onState(state) {
      states.set(id, state);
      summarise();
    },
  }), { once: true });
  element('charts').append(card);
  whenNear.observe(card);
}

async function loadList() {
  const headers = token() ? { authorization: `Bearer ${token()}` } : {};
  const answer = await fetch('/api/v1/charts', { headers }).catch(() => null);
  if (!answer?.ok) {
    return { failure: [401, 403].includes(answer?.status) ? words.list_refused : words.list_failed };
  }
  const { charts } = await answer.json();
  return { charts };
}

async function start() {
  const say = notice(element('whole'));
  say('');
  const { charts, failure } = await loadList();
  if (failure) {
    showState('offline');
    return say(failure, start);
  }
  element('connection').hidden = charts.length === 0;
  element('first-steps').hidden = charts.length > 0;
  const manager = connectionFor(language);
  for (const chart of charts) addCard(chart, manager);
}

applyFixedTheme();
for (const place of document.querySelectorAll('[data-origin]')) {
  place.textContent = place.textContent.replace('http://localhost:8080', location.origin);
}
start();
