// Tokens of every kind, with a real provider of keys on loopback.
#include "auth/authenticator.hpp"

#include "auth/key_fetch.hpp"
#include "support/event_loop.hpp"
#include "support/running_server.hpp"
#include "unit/auth/signing.hpp"
#include <socketio/per_shard.hpp>
#include <socketio/server.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <future>
#include <mutex>

namespace chartcast::auth {
namespace {

using test::Array;
using test::Object;
using Kind = Identity::Kind;

constexpr std::int64_t now = 1'700'000'000'000;
constexpr std::int64_t now_s = now / 1000;

const test::Key& first_key() {
    static const auto made = test::rsa_key();
    return made;
}
const test::Key& second_key() {
    static const auto made = test::rsa_key();
    return made;
}

socketio::Options loopback(unsigned shards = 1) {
    socketio::Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.shards = shards;
    return options;
}

/// Serves whatever the test has put there last; counts the requests.
class Provider {
public:
    Provider() : server_(loopback()), body_(test::jwks({test::rsa_jwk(first_key(), "one")})) {
        server_.on_http("GET", "/jwks", [this](const auto&, const socketio::HttpReply& reply) {
            const std::scoped_lock lock(mutex_);
            ++requests_;
            auto answer = socketio::HttpResponse::text(status_, body_);
            if (!location_.empty()) answer.headers.add("location", location_);
            reply.send(std::move(answer));
        });
        running_.emplace(server_);
    }
    void serve(std::string body, unsigned status = 200, std::string location = {}) {
        const std::scoped_lock lock(mutex_);
        body_ = std::move(body);
        status_ = status;
        location_ = std::move(location);
    }
    [[nodiscard]] int requests() {
        const std::scoped_lock lock(mutex_);
        return requests_;
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_.port()) + "/jwks";
    }

private:
    socketio::Server server_;
    std::mutex mutex_;
    std::string body_;
    unsigned status_ = 200;
    std::string location_;
    int requests_ = 0;
    std::optional<socketio::test::RunningServer> running_;
};

config::Settings settings_with_jwt(const std::string& url) {
    config::Settings settings;
    settings.auth.jwt = config::JwtSettings{url, "chartcast", "", "sub", "realm_access.roles"};
    return settings;
}

Object claims_of(std::string_view user) {
    return {{"sub", user},
            {"aud", "chartcast"},
            {"exp", now_s + 60},
            {"realm_access", Object{{"roles", Array{"sales"}}}}};
}
std::string token_of(std::string_view kid, const test::Key& key, const Object& claims) {
    return test::jwt({{"alg", "RS256"}, {"kid", kid}}, claims, key);
}
std::string annas_token(std::string_view kid = "one", const test::Key& key = first_key()) {
    return token_of(kid, key, claims_of("anna"));
}

/// One shard on the test's own thread.
class OneShard {
public:
    explicit OneShard(config::Settings settings, KeyLimits limits = {})
        : authenticator_(
              std::make_shared<config::Settings>(std::move(settings)), [] { return now; }, shards(),
              limits) {}

    [[nodiscard]] Authenticator& authenticator() noexcept { return authenticator_; }
    /// Waits for what check() says.
    [[nodiscard]] Verdict check(const std::string& token) {
        std::optional<Verdict> verdict;
        authenticator_.check(token, [&](Verdict given) { verdict = std::move(given); });
        EXPECT_TRUE(run_until([&] { return verdict.has_value(); }));
        return verdict.value_or(Refusal::missing);
    }
    [[nodiscard]] bool run_until(const std::function<bool()>& done) {
        return test_support::run_until(context_, done);
    }

private:
    Shards shards() {
        return {1, [] { return 0U; },
                [this](unsigned, std::function<void()> work) {
                    boost::asio::post(context_, std::move(work));
                }};
    }

    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        context_.get_executor()};
    Authenticator authenticator_;
};

Refusal refusal_of(const Verdict& verdict) {
    EXPECT_TRUE(verdict.has_error());
    return verdict.has_error() ? verdict.error() : Refusal::missing;
}

Verdict check_at_once(const Authenticator& authenticator, std::string_view token) {
    std::optional<Verdict> verdict;
    authenticator.check(token, [&](Verdict given) { verdict = std::move(given); });
    EXPECT_TRUE(verdict) << "was not answered in the same call";
    return verdict.value_or(Refusal::missing);
}

Authenticator make(config::Settings settings) {
    return {std::make_shared<config::Settings>(std::move(settings)), [] { return now; }};
}

// ---- Without an identity provider ------------------------------------------------------------------

TEST(Authenticator, TakesNoTokenForAnonymousWhereThatMayDoSomething) {
    config::Settings settings;
    EXPECT_EQ(check_at_once(make(settings), "")->kind, Kind::anonymous);
    settings.auth.anonymous = config::AuthSettings::Anonymous::none;
    EXPECT_EQ(refusal_of(check_at_once(make(settings), "")), Refusal::missing);
    settings.charts.emplace_back().allow = config::Allow{{"anonymous"}, {}, {}};
    EXPECT_EQ(check_at_once(make(settings), "")->kind, Kind::anonymous);
}

TEST(Authenticator, HashesKeysAsSha256sumDoes) {
    EXPECT_EQ(hash_key("abc"),
              "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Authenticator, KnowsApiKeysByTheirHashes) {
    config::Settings settings;
    settings.auth.api_keys = {{"erp", hash_key("first key"), {"publish:deals"}},
                              {"crm", hash_key("second.key.with.dots"), {"view:*"}},
                              {"bad", "sha256:abc", {"view:*"}},
                              {"worse", "sha256:" + std::string(64, 'z'), {"view:*"}}};
    const auto authenticator = make(settings);
    const auto erp = check_at_once(authenticator, "first key");
    ASSERT_TRUE(erp);
    EXPECT_EQ(describe(*erp), "key:erp");
    EXPECT_EQ(erp->can, std::vector<std::string>{"publish:deals"});
    EXPECT_EQ(check_at_once(authenticator, "second.key.with.dots")->name, "crm");
    EXPECT_EQ(refusal_of(check_at_once(authenticator, "first kez")), Refusal::unknown);
    EXPECT_EQ(refusal_of(check_at_once(authenticator, hash_key("first key"))), Refusal::unknown);
    EXPECT_EQ(refusal_of(check_at_once(authenticator, std::string(9000, 'k'))), Refusal::malformed);
    EXPECT_EQ(refusal_of(check_at_once(make({}), "first key")), Refusal::malformed);
}

TEST(Authenticator, ChecksTheEmbedTokensThatItIssues) {
    config::Settings settings;
    settings.auth.embed = config::EmbedSettings{"a secret", std::chrono::hours(1)};
    const auto authenticator = make(settings);
    const auto token = authenticator.issue({"page", {"deals"}, {{"regions", Array{"EU"}}}, {}});
    ASSERT_TRUE(token);
    const auto who = check_at_once(authenticator, *token);
    ASSERT_TRUE(who);
    EXPECT_EQ(describe(*who), "embed:page");
    EXPECT_EQ(who->charts, std::vector<std::string>{"deals"});
    EXPECT_EQ(who->claims, (Object{{"regions", Array{"EU"}}}));
    EXPECT_EQ(who->expires_at, now + 3'600'000);
    const auto life = [&](std::chrono::milliseconds ttl) {
        return *check_at_once(authenticator, *authenticator.issue({"page", {}, {}, ttl}))
                    ->expires_at -
               now;
    };
    EXPECT_EQ(life(std::chrono::minutes(5)), 300'000);
    EXPECT_EQ(life(std::chrono::hours(5)), 3'600'000);
    EXPECT_EQ(life(std::chrono::milliseconds(-5)), 3'600'000);
    EXPECT_EQ(make({}).issue({"page", {"deals"}, {}, {}}), std::nullopt);
    EXPECT_EQ(refusal_of(check_at_once(make({}), *token)), Refusal::malformed);
}

TEST(Authenticator, WantsShardsToPostToForJwts) {
    EXPECT_THROW(make(settings_with_jwt("http://127.0.0.1/")), std::invalid_argument);
}

// ---- With one --------------------------------------------------------------------------------------

TEST(Authenticator, KnowsAPersonByTheProvidersSignature) {
    Provider provider;
    OneShard shard(settings_with_jwt(provider.url()));
    const auto who = shard.check(annas_token());
    ASSERT_TRUE(who) << to_string(who.error());
    EXPECT_EQ(describe(*who), "user:anna");
    EXPECT_EQ(who->roles, std::vector<std::string>{"sales"});
    EXPECT_EQ(who->expires_at, now + 60'000);
    EXPECT_EQ(*who->claims.find("aud"), socketio::Value("chartcast"));
    // The keys are here now.
    EXPECT_TRUE(check_at_once(shard.authenticator(), annas_token()));
    EXPECT_EQ(provider.requests(), 1);
}

TEST(Authenticator, RefusesTokensThatProveNothing) {
    Provider provider;
    OneShard shard(settings_with_jwt(provider.url()));
    ASSERT_TRUE(shard.check(annas_token()));
    const auto refused = [&](const std::string& token) {
        return refusal_of(check_at_once(shard.authenticator(), token));
    };
    EXPECT_EQ(refused(annas_token("one", second_key())), Refusal::unknown);
    auto claims = claims_of("anna");
    claims["exp"] = now_s - 31;
    EXPECT_EQ(refused(token_of("one", first_key(), claims)), Refusal::expired);
    claims = claims_of("anna");
    claims["nbf"] = now_s + 60;
    EXPECT_EQ(refused(token_of("one", first_key(), claims)), Refusal::not_yet);
    claims = claims_of("anna");
    claims["aud"] = "another";
    EXPECT_EQ(refused(token_of("one", first_key(), claims)), Refusal::unknown);
    EXPECT_EQ(refused(token_of("one", first_key(), claims_of(""))), Refusal::malformed);
    EXPECT_EQ(refused(annas_token() + ".a.b"), Refusal::malformed);
    const auto text = test::unsigned_token({{"alg", "HS256"}, {"kid", "one"}}, claims_of("anna"));
    EXPECT_EQ(refused(text + "." + to_base64url(test::hmac(text, test::public_pem(first_key())))),
              Refusal::malformed);
}

TEST(Authenticator, MeetsANewKeyAndForgetsTheOldOne) {
    Provider provider;
    KeyLimits limits;
    limits.ask_interval = std::chrono::milliseconds(0);
    OneShard shard(settings_with_jwt(provider.url()), limits);
    ASSERT_TRUE(shard.check(annas_token()));
    provider.serve(test::jwks({test::rsa_jwk(second_key(), "two")}));
    EXPECT_TRUE(shard.check(annas_token("two", second_key())));
    EXPECT_EQ(refusal_of(shard.check(annas_token())), Refusal::unknown);
}

TEST(Authenticator, FetchesOnceForAllTokensOfAnUnknownKid) {
    Provider provider;
    KeyLimits limits;
    limits.ask_interval = std::chrono::milliseconds(0);
    OneShard shard(settings_with_jwt(provider.url()), limits);
    ASSERT_TRUE(shard.check(annas_token()));
    const int before = provider.requests();
    std::size_t unavailable = 0;
    std::size_t unknown = 0;
    const auto token = annas_token("nobody's");
    for (int i = 0; i < 1200; ++i) {
        shard.authenticator().check(token, [&](const Verdict& verdict) {
            ++(verdict.error() == Refusal::unknown ? unknown : unavailable);
        });
    }
    EXPECT_EQ(unavailable, 200U);
    ASSERT_TRUE(shard.run_until([&] { return unknown == 1000; }));
    EXPECT_EQ(provider.requests(), before + 1);
}

TEST(Authenticator, DoesNotFetchAgainWithinTheInterval) {
    Provider provider;
    OneShard shard(settings_with_jwt(provider.url()));
    ASSERT_TRUE(shard.check(annas_token()));
    EXPECT_EQ(refusal_of(check_at_once(shard.authenticator(), annas_token("new"))),
              Refusal::unknown);
    EXPECT_EQ(provider.requests(), 1);
}

TEST(Authenticator, IsUnavailableWhileNoKeysCanBeFetched) {
    Provider provider;
    for (const auto& body :
         {std::string("nonsense"), test::jwks({}), std::string(2'000'000, ' ')}) {
        provider.serve(body);
        OneShard shard(settings_with_jwt(provider.url()));
        EXPECT_EQ(refusal_of(shard.check(annas_token())), Refusal::unavailable);
    }
    provider.serve(test::jwks({test::rsa_jwk(first_key(), "one")}), 500);
    OneShard shard(settings_with_jwt(provider.url()));
    EXPECT_EQ(refusal_of(shard.check(annas_token())), Refusal::unavailable);
}

TEST(Authenticator, TriesAgainByItself) {
    Provider provider;
    provider.serve("", 503);
    KeyLimits limits;
    limits.retry_min = std::chrono::milliseconds(1);
    limits.retry_max = std::chrono::milliseconds(1);
    OneShard shard(settings_with_jwt(provider.url()), limits);
    EXPECT_EQ(refusal_of(shard.check(annas_token())), Refusal::unavailable);
    provider.serve(test::jwks({test::rsa_jwk(first_key(), "one")}));
    // The verdict may come after the question's turn.
    bool in = false;
    const auto is_in = [&] {
        shard.authenticator().check(annas_token(),
                                    [&](const Verdict& who) { in = in || bool(who); });
        return in;
    };
    EXPECT_TRUE(shard.run_until(is_in));
}

TEST(Authenticator, KeepsTheLastGoodKeysWhileTheProviderFails) {
    Provider provider;
    KeyLimits limits;
    limits.ask_interval = std::chrono::milliseconds(0);
    OneShard shard(settings_with_jwt(provider.url()), limits);
    ASSERT_TRUE(shard.check(annas_token()));
    const int before = provider.requests();
    provider.serve("out of order", 500);
    EXPECT_EQ(refusal_of(shard.check(annas_token("new"))), Refusal::unknown);
    EXPECT_EQ(provider.requests(), before + 1);
    EXPECT_TRUE(check_at_once(shard.authenticator(), annas_token()));
}

TEST(Authenticator, DropsKeysThatNobodyHasConfirmedForTooLong) {
    Provider provider;
    KeyLimits limits;
    limits.ask_interval = std::chrono::milliseconds(0);
    limits.stale_max = std::chrono::milliseconds(0);
    OneShard shard(settings_with_jwt(provider.url()), limits);
    ASSERT_TRUE(shard.check(annas_token()));
    provider.serve("out of order", 500);
    EXPECT_EQ(refusal_of(shard.check(annas_token("new"))), Refusal::unavailable);
    EXPECT_EQ(refusal_of(shard.check(annas_token())), Refusal::unavailable);
}

TEST(Authenticator, RefreshesKeysWhenTheyAreNoLongerFresh) {
    Provider provider;
    KeyLimits limits;
    limits.fresh_min = limits.fresh_default = limits.fresh_max = std::chrono::milliseconds(1);
    OneShard shard(settings_with_jwt(provider.url()), limits);
    ASSERT_TRUE(shard.check(annas_token()));
    EXPECT_TRUE(shard.run_until([&] { return provider.requests() >= 3; }));
    EXPECT_TRUE(check_at_once(shard.authenticator(), annas_token()));
}

TEST(Authenticator, AnswersEachShardOnItsOwnThread) {
    Provider provider;
    socketio::Server server(loopback(2));
    const Authenticator authenticator(
        std::make_shared<config::Settings>(settings_with_jwt(provider.url())), [] { return now; },
        shards_of(server));
    const socketio::test::RunningServer running(server);
    for (unsigned shard = 0; shard < 2; ++shard) {
        std::promise<std::pair<unsigned, bool>> answered;
        server.post(shard, [&] {
            authenticator.check(annas_token(), [&](const Verdict& who) {
                answered.set_value({server.current_shard(), bool(who)});
            });
        });
        EXPECT_EQ(answered.get_future().get(), (std::pair{shard, true}));
    }
    EXPECT_EQ(provider.requests(), 1);
}

// ---- Fetching ----------------------------------------------------------------------------------------

TEST(KeyFetch, FollowsRedirectsThreeTimesAndToHttpOnly) {
    Provider provider;
    provider.serve("", 302, "/jwks");
    const auto never = [] { return false; };
    EXPECT_NE(fetch_keys(provider.url(), {}, never).error, "");
    EXPECT_EQ(provider.requests(), 4);
    provider.serve("", 302, "file:///etc/passwd");
    EXPECT_NE(fetch_keys(provider.url(), {}, never).error, "");
    EXPECT_NE(fetch_keys("file:///etc/passwd", {}, never).error, "");
}

TEST(KeyFetch, EndsAtItsTimeoutAndWhenItIsStopped) {
    socketio::Server server(loopback());
    std::vector<socketio::HttpReply> held;
    server.on_http("GET", "/jwks",
                   [&](const auto&, const socketio::HttpReply& reply) { held.push_back(reply); });
    const socketio::test::RunningServer running(server);
    const auto url = "http://127.0.0.1:" + std::to_string(server.port()) + "/jwks";
    FetchLimits limits;
    limits.timeout = std::chrono::milliseconds(50);
    EXPECT_NE(fetch_keys(url, limits, [] { return false; }).error, "");
    limits.timeout = std::chrono::hours(1);
    EXPECT_NE(fetch_keys(url, limits, [] { return true; }).error, "");
}

TEST(KeyFetch, ReadsHowLongAnAnswerIsFresh) {
    using std::chrono::seconds;
    EXPECT_EQ(max_age_of("public, Max-Age=600"), seconds(600));
    EXPECT_EQ(max_age_of("max-age=5, no-store"), seconds(0));
    EXPECT_EQ(max_age_of("no-cache"), seconds(0));
    for (const auto* text : {"", "public", "max-age=", "max-age=-1", "max-age=1x", "s-max-age=5",
                             "max-age=99999999999999"}) {
        EXPECT_EQ(max_age_of(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace chartcast::auth
