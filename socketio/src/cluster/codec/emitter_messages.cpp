// See emitter_messages.hpp.
#include "cluster/codec/emitter_messages.hpp"

#include "base/base64.hpp"
#include "cluster/codec/classic_broadcast.hpp"
#include "cluster/codec/classic_request.hpp"
#include "cluster/codec/cluster_message.hpp"
#include "cluster/codec/message_parts.hpp"
#include "wire/msgpack.hpp"

#include <utility>

namespace socketio::cluster {
namespace {

using EmitterAdapter = EmitterOptions::Adapter;

ClassicType classic_type_of(EmitterVerb verb) {
    switch (verb) {
        case EmitterVerb::emit: return ClassicType::broadcast;
        case EmitterVerb::join: return ClassicType::remote_join;
        case EmitterVerb::leave: return ClassicType::remote_leave;
        case EmitterVerb::disconnect: return ClassicType::remote_disconnect;
        case EmitterVerb::server_side_emit: break;
    }
    return ClassicType::server_side_emit;
}

MessageType message_type_of(EmitterVerb verb) {
    switch (verb) {
        case EmitterVerb::emit: return MessageType::broadcast;
        case EmitterVerb::join: return MessageType::sockets_join;
        case EmitterVerb::leave: return MessageType::sockets_leave;
        case EmitterVerb::disconnect: return MessageType::disconnect_sockets;
        case EmitterVerb::server_side_emit: break;
    }
    return MessageType::server_side_emit;
}

/// The order of Node's emitters.
Value emitter_opts(const EmitterTarget& target) {
    return Object{{"rooms", names_value(target.audience.rooms)},
                  {"flags", target.flags},
                  {"except", names_value(target.audience.except)}};
}

/// The order of Node's adapters.
Value adapter_opts(const EmitterTarget& target) {
    return Object{{"rooms", names_value(target.audience.rooms)},
                  {"except", names_value(target.audience.except)},
                  {"flags", target.flags}};
}

/// Only an event between servers says whose it is.
ClassicRequest classic_request_of(const EmitterTarget& target, const EmitterRequest& request) {
    ClassicRequest message;
    message.type = classic_type_of(request.verb);
    if (request.verb == EmitterVerb::server_side_emit) message.uid = emitter_uid;
    message.audience = target.audience;
    message.rooms = request.rooms;
    message.close = request.close;
    message.data = request.data;
    return message;
}

std::vector<std::string> classic_command(const std::string& key, const EmitterTarget& target,
                                         const EmitterRequest& request) {
    if (request.verb != EmitterVerb::emit) {
        return {"PUBLISH", request_channel(key, target.nsp),
                encode_request(classic_request_of(target, request))};
    }
    std::string message;
    wire::append_msgpack(
        message, Array{emitter_uid, packet_value(request.data, &target.nsp), emitter_opts(target)});
    return {"PUBLISH", broadcast_channel(key, target.nsp, target.audience.rooms),
            std::move(message)};
}

/// `data` of a message between ClusterAdapters. Node's streams emitter repeats the namespace in the packet.
Value cluster_data(const EmitterTarget& target, const EmitterRequest& request, bool in_stream) {
    Object data;
    switch (request.verb) {
        case EmitterVerb::emit:
            data.append("packet", packet_value(request.data, in_stream ? &target.nsp : nullptr));
            data.append("opts", in_stream ? emitter_opts(target) : adapter_opts(target));
            break;
        case EmitterVerb::join:
        case EmitterVerb::leave:
            data.append("opts", value_of(target.audience, EmitFlags{}));
            data.append("rooms", names_value(request.rooms));
            break;
        case EmitterVerb::disconnect:
            data.append("opts", value_of(target.audience, EmitFlags{}));
            data.append("close", request.close);
            break;
        case EmitterVerb::server_side_emit: data.append("packet", request.data); break;
    }
    return data;
}

/// On the channel of the whole namespace, which every server hears whatever rooms it subscribes to.
std::vector<std::string> sharded_command(const std::string& prefix, const EmitterTarget& target,
                                         const EmitterRequest& request) {
    Object message;
    message.append("type", static_cast<int>(message_type_of(request.verb)));
    message.append("data", cluster_data(target, request, false));
    message.append("uid", emitter_uid);
    message.append("nsp", target.nsp);
    return {"SPUBLISH", broadcast_channel(prefix, target.nsp, {}),
            encode_plain(Value(std::move(message)))};
}

/// Servers read text there: JSON, or base64 of MessagePack.
std::string stream_data(const EmitterTarget& target, const EmitterRequest& request) {
    std::string data = encode_plain(cluster_data(target, request, true));
    if (data.starts_with('{')) return data;
    std::string encoded;
    base::append_base64(encoded, data);
    return encoded;
}

std::vector<std::string> stream_command(const EmitterOptions& options, const EmitterTarget& target,
                                        const EmitterRequest& request) {
    return {"XADD",
            options.key,
            "MAXLEN",
            "~",
            std::to_string(options.stream_length_max),
            "*",
            "uid",
            std::string(emitter_uid),
            "nsp",
            target.nsp,
            "type",
            std::to_string(static_cast<int>(message_type_of(request.verb))),
            "data",
            stream_data(target, request)};
}

}  // namespace

std::vector<std::string> emitter_command(const EmitterOptions& options, const EmitterTarget& target,
                                         const EmitterRequest& request) {
    switch (options.adapter) {
        case EmitterAdapter::classic: break;
        case EmitterAdapter::sharded: return sharded_command(options.key, target, request);
        case EmitterAdapter::streams: return stream_command(options, target, request);
    }
    return classic_command(options.key, target, request);
}

std::string_view emitter_command_key(const std::vector<std::string>& command) noexcept {
    if (command.size() < 2 || command.front() == "PUBLISH") return {};
    return command[1];
}

}  // namespace socketio::cluster
