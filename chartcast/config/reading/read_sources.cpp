// connections, and where the rows of a dataset come from.
#include "config/reading/parts.hpp"

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;
using live::Operation;

void read_format(Section& section, Format& format) {
    section["format"].choice(format, {{"json", Format::json},
                                      {"ndjson", Format::ndjson},
                                      {"csv", Format::csv},
                                      {"msgpack", Format::msgpack}});
}

void read_operation(Section& section, Operation& operation) {
    section["op"].choice(operation, {{"append", Operation::append},
                                     {"upsert", Operation::upsert},
                                     {"replace", Operation::replace}});
}

PushSource read_push(Section section) {
    PushSource push;
    section["auto_create"].flag(push.auto_create);
    double rate = 0;
    section["rate"].rate(rate, 1'000'000);
    if (rate > 0) push.rate = rate;
    section.done();
    return push;
}

SqlSource read_sql(Section section, const Names& names) {
    SqlSource sql;
    section["connection"].required().name_of(sql.connection, names.connections, "connection");
    section["query"].required().text(sql.query);
    section["every"].duration(sql.every, 100ms, 24h);
    section["only_while_watched"].flag(sql.only_while_watched);
    if (auto inside = section["on_change"].section()) {
        sql.on_change.emplace();
        (*inside)["listen"].text(sql.on_change->listen);
        (*inside)["debounce"].duration(sql.on_change->debounce, 0ms, 1h);
        inside->done();
    }
    section.done();
    return sql;
}

FileSource read_file(Section section) {
    FileSource file;
    section["path"].required().text(file.path);
    read_format(section, file.format);
    read_operation(section, file.op);
    section.done();
    return file;
}

StdinSource read_stdin(Section section) {
    StdinSource input;
    read_format(section, input.format);
    read_operation(section, input.op);
    section.done();
    return input;
}

HttpSource read_http(Section section) {
    HttpSource http;
    section["url"].required().url(http.url);
    read_format(section, http.format);
    read_operation(section, http.op);
    section["every"].duration(http.every, 100ms, 24h);
    section["only_while_watched"].flag(http.only_while_watched);
    section.done();
    return http;
}

}  // namespace

Source read_source(Section section, const Names& names) {
    Source source;
    const auto kinds = section.members().size();
    if (const auto inside = section["push"].section()) source = read_push(*inside);
    if (const auto inside = section["sql"].section()) source = read_sql(*inside, names);
    if (const auto inside = section["file"].section()) source = read_file(*inside);
    if (const auto inside = section["stdin"].section()) source = read_stdin(*inside);
    if (const auto inside = section["http"].section()) source = read_http(*inside);
    section.done();
    if (kinds != 1) section.complain("has one of push, sql, file, stdin and http");
    return source;
}

void read_connection(Section section, ConnectionSettings& connection) {
    using Driver = ConnectionSettings::Driver;
    section["driver"].required().choice(connection.driver, {{"sqlite", Driver::sqlite},
                                                            {"postgresql", Driver::postgresql},
                                                            {"mysql", Driver::mysql},
                                                            {"odbc", Driver::odbc}});
    const auto path = section["path"];
    const auto dsn = section["dsn"];
    const bool by_path = connection.driver == Driver::sqlite;
    if (section.node().find("driver")) {
        const auto& needed = by_path ? path : dsn;
        const auto& surplus = by_path ? dsn : path;
        (void)needed.required();
        if (surplus.present()) {
            surplus.complain(by_path ? "is not for sqlite; give the path of the file"
                                     : "is for sqlite only; give a dsn");
        }
    }
    path.text(connection.path);
    dsn.text(connection.dsn);
    section["pool"].whole(connection.pool, 1, 64);
    section["read_only"].flag(connection.read_only);
    section["timeout"].duration(connection.timeout, 100ms, 1h);
    section.done();
}

}  // namespace chartcast::config
