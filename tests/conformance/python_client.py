"""What Debian's python3-socketio finds at a protocol_fixture: python_clients.test.mjs starts both.

usage: python_client.py PORT Client|AsyncClient websocket|polling|upgraded default|msgpack
"""

import asyncio
import queue
import sys
import threading
import unittest

import engineio
import socketio
from engineio.payload import Payload

PATIENCE_S = 10
# Every server may put more into the answer to one poll than the 16 packets that the package takes unless told.
Payload.max_decode_packets = 1000
JOURNEYS = {'websocket': ['websocket'], 'polling': ['polling'], 'upgraded': None}

port, client_class, journey, serializer = sys.argv[1:]
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()


class InOrder(engineio.Client):
    """Hears one message after the other. With a thread for each, as it is, attachments overtake their event."""

    def _trigger_event(self, event, *args, **options):
        return super()._trigger_event(event, *args, **{**options, 'run_async': False})


class Client(socketio.Client):
    def _engineio_client_class(self):
        return InOrder


class Peer:
    """One client. Both classes of the package have the same methods; those of AsyncClient are awaited here."""

    def __init__(self, *namespaces):
        self.namespaces = namespaces or ('/',)
        self.events = queue.Queue()
        kind = Client if client_class == 'Client' else socketio.AsyncClient
        self.client = kind(reconnection=False, serializer=serializer, handle_sigint=False)
        for namespace in self.namespaces:
            for event in ('auth', 'message-back', 'answer', 'room', 'all', 'broadcast', 'connect_error'):
                self.client.on(event, self.collect(event), namespace=namespace)
            self.client.on('disconnect', self.collect('disconnect'), namespace=namespace)
        self.client.on('question', lambda question: question + '!')

    def collect(self, event):
        return lambda *args: self.events.put([event, *args])

    def do(self, method, *args, **options):
        result = getattr(self.client, method)(*args, **options)
        if asyncio.iscoroutine(result):
            return asyncio.run_coroutine_threadsafe(result, loop).result(PATIENCE_S)
        return result

    def connect(self, auth=None, wait_s=PATIENCE_S / 4):
        self.do('connect', f'http://127.0.0.1:{port}', auth=auth, transports=JOURNEYS[journey],
                namespaces=list(self.namespaces), wait_timeout=wait_s)

    def next(self):
        return self.events.get(timeout=PATIENCE_S)

    def leave(self):
        if self.client.connected:
            self.do('disconnect')


class PythonClient(unittest.TestCase):
    def peer(self, *namespaces, auth=None):
        peer = Peer(*namespaces)
        self.addCleanup(peer.leave)
        peer.connect(auth)
        self.assertEqual(peer.next(), ['auth', auth or {}])
        return peer

    def test_connects_with_auth(self):
        peer = self.peer(auth={'token': 't', 'n': [1]})
        self.assertEqual(peer.client.transport(), 'polling' if journey == 'polling' else 'websocket')
        self.assertRegex(peer.client.get_sid(), '^[A-Za-z0-9_-]{20}$')
        self.assertNotEqual(peer.client.get_sid(), peer.client.eio.sid)

    def test_values_come_back(self):
        peer = self.peer()
        values = ('text', '€😀', 1.5, 1e300, None, True, {'a': [1, {'b': '"'}]}, [])
        peer.do('emit', 'message', values)
        self.assertEqual(peer.next(), ['message-back', *values])

    def test_bytes_come_back(self):
        peer = self.peer()
        blobs = [bytes([i, 255 - i]) for i in range(10)]
        peer.do('emit', 'message', ({'list': blobs}, 'text'))
        self.assertEqual(peer.next(), ['message-back', {'list': blobs}, 'text'])

    def test_acks_both_ways(self):
        peer = self.peer()
        self.assertEqual(peer.do('call', 'message-with-ack', (1, 'two')), (1, 'two'))
        self.assertEqual(peer.do('call', 'message-with-ack', b'\x01\x02'), b'\x01\x02')
        # In MessagePack it forgets to say what it answers when that is 0, the first question of a namespace.
        for question in ('what', 'why') if serializer == 'msgpack' else ('why',):
            peer.do('emit', 'ask', question)
        answer = peer.next()
        self.assertIn(answer, [['answer', 'what!'], ['answer', 'why!']])
        if answer != ['answer', 'why!']:
            self.assertEqual(peer.next(), ['answer', 'why!'])

    def test_500_messages_come_once_and_in_order(self):
        peer = self.peer()
        for i in range(500):
            peer.do('emit', 'message', (i, bytes([i & 255]) if i % 7 == 0 else 'x'))
        self.assertEqual([peer.next()[1] for _ in range(500)], list(range(500)))

    def test_namespaces_share_a_connection(self):
        peer = Peer('/', '/custom')
        self.addCleanup(peer.leave)
        peer.connect()
        self.assertEqual([peer.next(), peer.next()], [['auth', {}]] * 2)
        self.assertNotEqual(peer.client.get_sid('/custom'), peer.client.get_sid())
        peer.do('emit', 'message', 'there', namespace='/custom')
        self.assertEqual(peer.next(), ['message-back', 'there'])

    def test_a_middleware_refuses(self):
        peer = Peer('/guarded')
        self.addCleanup(peer.leave)
        with self.assertRaises(socketio.exceptions.ConnectionError):
            peer.connect({'data': {'why': 'because'}}, wait_s=0.5)
        self.assertEqual(
            peer.next(), ['connect_error', {'message': 'not authorized', 'data': {'why': 'because'}}])

    def test_rooms_and_broadcasts(self):
        one, two = self.peer(), self.peer()
        room = f'{client_class} {journey}'
        self.assertEqual(one.do('call', 'join', room), room)
        two.do('emit', 'to-room', (room, 'hello', b'\x07'))
        self.assertEqual(one.next(), ['room', 'hello', b'\x07'])
        one.do('emit', 'broadcast', 'from one')
        self.assertEqual(two.next(), ['broadcast', 'from one'])
        one.do('emit', 'to-all', 'for all')
        self.assertEqual([one.next(), two.next()], [['all', 'for all']] * 2)

    def test_heartbeats_keep_it(self):
        peer = self.peer()
        self.assertEqual(peer.do('sleep', 1), None)
        self.assertEqual(peer.do('call', 'message-with-ack', 'still'), 'still')

    def test_the_server_sends_it_away(self):
        peer = self.peer()
        peer.do('emit', 'kick', True)
        self.assertEqual(peer.next(), ['disconnect'])
        self.assertFalse(peer.client.connected)

    def test_it_leaves(self):
        peer = self.peer()
        if client_class == 'Client':
            # Its write loop ends as soon as it is to leave: still busy with a POST, it would never say so.
            peer.client.eio.queue.join()
        print('left', peer.client.get_sid(), flush=True)
        peer.do('disconnect')
        self.assertEqual(peer.next(), ['disconnect'])


unittest.main(argv=sys.argv[:1], verbosity=2)
