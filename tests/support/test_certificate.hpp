#pragma once
// A certificate with its key in files, made by openssl: signed by itself, for 127.0.0.1.

#include "support/temporary_folder.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

namespace socketio::test {

class TestCertificate {
public:
    /// `name` is whom it names, and the beginning of its files' names.
    explicit TestCertificate(std::string name = "server") : name_(std::move(name)) { make(); }

    [[nodiscard]] std::string certificate_file() const { return folder_.file(name_ + ".pem"); }
    [[nodiscard]] std::string key_file() const { return folder_.file(name_ + ".key"); }
    /// Another one in the same files.
    void renew(const std::string& name) { make(name); }

private:
    void make() { make(name_); }
    void make(const std::string& name) {
        const auto command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
            " -subj /CN=" +
            name + " -addext subjectAltName=IP:127.0.0.1 -keyout " + key_file() + " -out " +
            certificate_file() + " > /dev/null 2>&1";
        if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl req failed");
    }

    std::string name_;
    support::TemporaryFolder folder_;
};

}  // namespace socketio::test
