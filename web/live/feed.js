// One chart's socket: its options, and in plain words how the connection is.
//
//   connecting     no answer yet
//   live           what is shown is what the server has
//   reconnecting   the connection is lost; socket.io-client tries again by itself
//   offline        the server has ended it, or the reader's device has no network
//   refused        with the reason: a code of docs/protocol.md, or `no_chart`

const RECONNECTION = { reconnectionDelay: 500, reconnectionDelayMax: 5000 };

// Sockets of one manager share one connection.
export const connectionFor = (language) => new io.Manager(location.origin, {
  ...RECONNECTION, autoConnect: false, query: { locale: language },
});

function codeOf(error) {
  if (error.message === 'Invalid namespace') return 'no_chart';
  return error.data?.code ?? 'unknown_reason';
}

export function follow(manager, id, { token, onOption, onState }) {
  const socket = manager.socket(`/charts/${id}`, { auth: token ? { token } : {} });
  let refusal;
  let state = 'connecting';
  const become = (next, code) => {
    if (refusal && next !== 'refused' && next !== 'connecting') return;
    state = next;
    onState(next === 'reconnecting' && !navigator.onLine ? 'offline' : next, code);
  };
  const refuse = (code) => {
    refusal = code;
    become('refused', code);
  };

  // A chart that was refused may be allowed later, as after a change of the configuration.
  const show = (option, meta) => {
    refusal = undefined;
    become('live');
    onOption(option, meta);
  };
  socket.on('init chart data', show);
  socket.on('new chart data', show);
  socket.on('chart:refused', ({ code }) => refuse(code));
  socket.on('auth:expired', ({ grace } = {}) => setTimeout(refuse, grace ?? 0, 'expired'));
  socket.on('connect', () => {
    refusal = undefined;
    become('live');
  });
  // `active`: it will try again by itself.
  socket.on('disconnect', () => become(socket.active ? 'reconnecting' : 'offline'));
  socket.on('connect_error', (error) => {
    if (socket.active) become(state === 'connecting' ? 'connecting' : 'reconnecting');
    else refuse(codeOf(error));
  });
  for (const event of ['online', 'offline']) addEventListener(event, () => become(state, refusal));

  socket.connect();
  return {
    retry() {
      socket.disconnect();
      refusal = undefined;
      become('connecting');
      socket.connect();
    },
  };
}
