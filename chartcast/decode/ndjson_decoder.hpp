#pragma once
// A row (or key) a line, as they come. Any thread.

#include "decode/decoder_base.hpp"

#include <string>

namespace chartcast::decode {

class NdjsonDecoder final : public DecoderBase {
public:
    explicit NdjsonDecoder(const DecoderLimits& limits) : limits_(limits) {}

private:
    [[nodiscard]] std::optional<Fault> read(std::string_view bytes) override;
    [[nodiscard]] std::optional<Fault> end() override;
    [[nodiscard]] std::optional<Fault> line(std::string_view text);
    [[nodiscard]] Fault too_long() const;

    DecoderLimits limits_;
    /// The beginning of a line that is not complete.
    std::string partial_;
    /// The one that comes next.
    std::size_t line_ = 1;
};

}  // namespace chartcast::decode
