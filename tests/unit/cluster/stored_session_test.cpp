// Sessions as Node's servers keep them (redis_vectors.json), and what may stand in their place.
#include "cluster/codec/stored_session.hpp"

#include "base/base64.hpp"
#include "unit/cluster/redis_vectors.hpp"
#include "wire/msgpack.hpp"

#include <gtest/gtest.h>

namespace socketio::cluster {
namespace {

std::string captured_session() {
    const Value root = test::read_vector_file();
    for (const Value& scenario : root.as_object().find("scenarios")->as_array()) {
        if (scenario.as_object().find("name")->as_string() != "streams.persistSession") continue;
        return scenario.as_object().find("commands")->as_array().at(0).as_array().at(2).as_string();
    }
    return {};
}

std::string base64_of(const Value& value) {
    std::string bytes;
    wire::append_msgpack(bytes, value);
    std::string text;
    base::append_base64(text, bytes);
    return text;
}

TEST(StoredSessionText, IsReadAndWrittenAsByNode) {
    const std::string text = captured_session();
    const Result<StoredSession> session = decode_session(text);
    ASSERT_TRUE(session.has_value());
    EXPECT_EQ(session->pid, "J-vrFDOx46cRfPRCAAAG");
    EXPECT_EQ(session->sid, "tATzfDlDgnb88KtEAAAF");
    EXPECT_EQ(session->nsp, "/");
    EXPECT_EQ(session->rooms, (std::vector<std::string>{"tATzfDlDgnb88KtEAAAF", "room1", "r2"}));
    EXPECT_EQ(session->data, Value(Object{{"name", "bob"}}));
    EXPECT_EQ(encode_session(*session), text);
}

TEST(StoredSessionText, KeepsItsNamespace) {
    const StoredSession session{"s", "p", "/admin", {"s"}, {}};
    const Result<StoredSession> read = decode_session(encode_session(session));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->nsp, "/admin");
    // What Node's servers take for socket.data.
    EXPECT_EQ(read->data, Value(Object()));
}

TEST(StoredSessionText, RefusesWhatIsNone) {
    for (const std::string& text :
         {std::string(), std::string("!"), base64_of(5), base64_of(Object{{"sid", "s"}}),
          base64_of(Object{{"sid", "s"}, {"pid", 5}, {"rooms", Array{}}}),
          base64_of(Object{{"sid", "s"}, {"pid", "p"}, {"rooms", Array{Array{}}}}),
          base64_of(Object{{"sid", "s"}, {"pid", "p"}, {"rooms", Array{}}, {"nsp", 5}})}) {
        EXPECT_TRUE(decode_session(text).has_error()) << text;
    }
}

TEST(StoredSessionText, SaysWhatWasMeantForIt) {
    const RoomNames rooms{"id", "a"};
    EXPECT_TRUE(is_meant({{}, {}}, rooms));
    EXPECT_TRUE(is_meant({{"x", "a"}, {}}, rooms));
    EXPECT_FALSE(is_meant({{"x"}, {}}, rooms));
    EXPECT_FALSE(is_meant({{}, {"id"}}, rooms));
    EXPECT_FALSE(is_meant({{"a"}, {"a"}}, rooms));
}

}  // namespace
}  // namespace socketio::cluster
