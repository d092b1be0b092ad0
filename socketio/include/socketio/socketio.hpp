#pragma once
// All of the library but its Redis parts (redis_adapter.hpp, emitter.hpp).

#include "socketio/ack.hpp"
#include "socketio/adapter.hpp"
#include "socketio/admission.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/encoded_event.hpp"
#include "socketio/endpoint.hpp"
#include "socketio/error.hpp"
#include "socketio/event_middleware.hpp"
#include "socketio/handshake.hpp"
#include "socketio/http.hpp"
#include "socketio/namespace.hpp"
#include "socketio/options.hpp"
#include "socketio/per_shard.hpp"
#include "socketio/server.hpp"
#include "socketio/socket.hpp"
#include "socketio/value.hpp"
