// Says whether the picture is live, and dims it while it is not.

const RECONNECT_DELAY_MAX_MS = 2000;

export function connect(pill, chartHolder) {
  const socket = io({ reconnectionDelay: 500, reconnectionDelayMax: RECONNECT_DELAY_MAX_MS });

  const show = (state) => {
    // Screen readers announce each change of the text: attempts that change nothing stay silent.
    if (pill.dataset.state === state) return;
    pill.dataset.state = state;
    pill.textContent = pill.dataset[state];
    chartHolder.classList.toggle('stale', state === 'disconnected' || state === 'reconnecting');
  };

  socket.on('connect', () => show('connected'));
  socket.on('disconnect', () => show('disconnected'));
  socket.io.on('reconnect_attempt', () => show('reconnecting'));
  socket.on('message', (...args) => console.info('message', ...args));
  return socket;
}
