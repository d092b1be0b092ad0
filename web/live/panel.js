// A chart with everything around it: its state, its age, and a sentence in its place when there is none.

import { asOf } from './age.js';
import { chartView } from './chart_view.js';
import { follow } from './feed.js';
import { isEmpty, titleOf } from './option.js';

const within = (root, part) => root.querySelector(`[data-part="${part}"]`);

// Why a chart is not shown; codes that nobody has words for are shown as they are.
export function refusalText(code, words) {
  return words.refusals[code] ?? `${words.refusals.unknown_reason} (${code})`;
}

// The sentence over an empty chart, with a button where trying again may help.
export function notice(root) {
  const holder = within(root, 'notice');
  const button = within(holder, 'retry');
  return (text, onRetry) => {
    holder.hidden = !text;
    within(holder, 'text').textContent = text ?? '';
    button.hidden = !onRetry;
    button.onclick = onRetry ?? null;
  };
}

export function chartPanel(root, { manager, id, token, titled, words, language, onTitle, onState }) {
  const say = notice(root);
  const show = chartView(within(root, 'chart'), { titled });
  const setTime = asOf(within(root, 'as-of'), language, words);
  let seen = false;
  let empty = false;
  say(words.waiting);

  const feed = follow(manager, id, {
    token,
    onOption(option, meta) {
      seen = true;
      empty = isEmpty(option);
      root.classList.toggle('bare', empty);
      show(option);
      onTitle(titleOf(option));
      // An emitter of another program sends no meta: what it sent is as old as its arrival.
      if (!meta) setTime(Date.now());
      else if (meta.ts > 0) setTime(meta.ts);
      say(empty ? words.no_rows : '');
    },
    onState(state, code) {
      root.classList.toggle('stale', seen && state !== 'live');
      root.classList.toggle('bare', state === 'refused' || !seen || empty);
      if (state === 'refused') say(refusalText(code, words), () => feed.retry());
      else if (!seen) say(state === 'live' || state === 'connecting' ? words.waiting : words.not_reached);
      else say(empty ? words.no_rows : '');
      onState(state, code);
    },
  });
}
