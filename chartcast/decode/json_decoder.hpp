#pragma once
// A JSON text: one object, or a list of rows. Read whole, when nothing more comes. Any thread.

#include "decode/decoder_base.hpp"

#include <string>

namespace chartcast::decode {

class JsonDecoder final : public DecoderBase {
public:
    explicit JsonDecoder(const DecoderLimits& limits) : limits_(limits) {}

private:
    [[nodiscard]] std::optional<Fault> read(std::string_view bytes) override {
        text_ += bytes;
        return std::nullopt;
    }
    [[nodiscard]] std::optional<Fault> end() override;

    DecoderLimits limits_;
    std::string text_;
};

}  // namespace chartcast::decode
