#pragma once
// MessagePack: a row, a list of rows, or rows one after the other. Tokens come from libmpack, what they make
// is put together here, without recursion; a length that a header claims costs nothing until its bytes are
// there. Any thread.

#include "decode/decoder_base.hpp"

#include <memory>

namespace chartcast::decode {

class MsgpackDecoder final : public DecoderBase {
public:
    explicit MsgpackDecoder(const DecoderLimits& limits);
    ~MsgpackDecoder() override;

private:
    [[nodiscard]] std::optional<Fault> read(std::string_view bytes) override;
    [[nodiscard]] std::optional<Fault> end() override;

    class Reader;
    std::unique_ptr<Reader> reader_;
};

}  // namespace chartcast::decode
