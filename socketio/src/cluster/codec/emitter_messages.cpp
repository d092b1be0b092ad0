// See emitter_messages.hpp.
#include "cluster/codec/emitter_messages.hpp"

#include "base/base64.hpp"
#include "cluster/codec/cluster_codec.hpp"
#include "cluster/codec/message_parts.hpp"
#include "wire/json.hpp"
#include "wire/msgpack.hpp"

#include <utility>

namespace socketio::cluster {
namespace {

using EmitterAdapter = EmitterOptions::Adapter;

/// The numbers of the classic adapter's requests; an event is none of them.
std::int64_t request_number(EmitterVerb verb) {
    switch (verb) {
        case EmitterVerb::join: return 2;
        case EmitterVerb::leave: return 3;
        case EmitterVerb::disconnect: return 4;
        case EmitterVerb::server_side_emit: return 6;
        case EmitterVerb::emit: break;
    }
    return -1;
}

/// The numbers of socket.io-adapter's ClusterAdapter.
std::int64_t cluster_number(EmitterVerb verb) {
    switch (verb) {
        case EmitterVerb::emit: break;
        case EmitterVerb::join: return 4;
        case EmitterVerb::leave: return 5;
        case EmitterVerb::disconnect: return 6;
        case EmitterVerb::server_side_emit: return 9;
    }
    return 3;
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

/// JSON where that can say it.
std::string json_or_msgpack(const Value& value, bool in_base64) {
    std::string text;
    std::vector<Binary> attachments;
    wire::append_json(text, value, &attachments);
    if (attachments.empty()) return text;
    text.clear();
    wire::append_msgpack(text, value);
    if (!in_base64) return text;
    std::string encoded;
    base::append_base64(encoded, text);
    return encoded;
}

Value classic_request(const EmitterTarget& target, const EmitterRequest& request) {
    Object message;
    if (request.verb == EmitterVerb::server_side_emit) {
        message.append("uid", emitter_uid);
        message.append("type", request_number(request.verb));
        message.append("data", request.data);
        return message;
    }
    message.append("type", request_number(request.verb));
    message.append("opts", value_of(target.audience));
    if (request.verb == EmitterVerb::disconnect) {
        message.append("close", request.close);
    } else {
        message.append("rooms", names_value(request.rooms));
    }
    return message;
}

std::vector<std::string> classic_command(const std::string& key, const EmitterTarget& target,
                                         const EmitterRequest& request) {
    if (request.verb != EmitterVerb::emit) {
        return {"PUBLISH", key + "-request#" + target.nsp + "#",
                json_or_msgpack(classic_request(target, request), false)};
    }
    std::string message;
    wire::append_msgpack(message, Array{emitter_uid, packet_value(request.data, &target.nsp),
                                        emitter_opts(target)});
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
    message.append("type", cluster_number(request.verb));
    message.append("data", cluster_data(target, request, false));
    message.append("uid", emitter_uid);
    message.append("nsp", target.nsp);
    return {"SPUBLISH", broadcast_channel(prefix, target.nsp, {}),
            json_or_msgpack(std::move(message), false)};
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
            std::to_string(cluster_number(request.verb)),
            "data",
            json_or_msgpack(cluster_data(target, request, true), true)};
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
