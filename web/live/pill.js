// The connection in one word, and each change of it for those who do not see the word.

export function connectionPill(pill, announcer, words) {
  let said;
  return (state) => {
    const text = words.states[state];
    if (pill.dataset.state === state) return;
    pill.dataset.state = state;
    pill.textContent = text;
    // The first connection is what everybody expects: only what comes after it is news.
    if (said !== undefined || state !== 'live') announcer.textContent = words.announcements[state] ?? text;
    if (state !== 'connecting') said = state;
  };
}
