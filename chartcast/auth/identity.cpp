#include "auth/identity.hpp"

namespace chartcast::auth {

std::string describe(const Identity& who) {
    switch (who.kind) {
        case Identity::Kind::anonymous: break;
        case Identity::Kind::api_key: return "key:" + who.name;
        case Identity::Kind::jwt: return "user:" + who.name;
        case Identity::Kind::embed: return "embed:" + who.name;
    }
    return "anonymous";
}

}  // namespace chartcast::auth
