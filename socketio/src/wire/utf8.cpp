// UTF-8 by a small automaton, with eight ASCII bytes at a step where text is plain. Any thread.
// RFC 3629, section 4.

#include "wire/utf8.hpp"

#include <array>
#include <cstring>

namespace socketio::wire {

namespace {

// What must follow. The states are named by the bytes that are still to come.
//
//   accept --C2..DF--> one            one:     80..BF -> accept
//          --E0-----> e0              e0:      A0..BF -> one        (no overlong form)
//          --E1..EC, EE, EF--> two    two:     80..BF -> one
//          --ED-----> ed              ed:      80..9F -> one        (no surrogate)
//          --F0-----> f0              f0:      90..BF -> two        (no overlong form)
//          --F1..F3-> three           three:   80..BF -> two
//          --F4-----> f4              f4:      80..8F -> two        (nothing above U+10FFFF)
enum State : std::uint8_t { accept, one, two, three, e0, ed, f0, f4, broken, states };

// Bytes that every state treats alike.
enum Class : std::uint8_t {
    ascii,
    low,     ///< 80..8F
    middle,  ///< 90..9F
    high,    ///< A0..BF
    lead_two,
    lead_e0,
    lead_three,
    lead_ed,
    lead_f0,
    lead_four,
    lead_f4,
    never,
    classes
};

constexpr Class classify(unsigned byte) noexcept {
    if (byte < 0x80) return ascii;
    if (byte < 0x90) return low;
    if (byte < 0xA0) return middle;
    if (byte < 0xC0) return high;
    if (byte < 0xC2) return never;
    if (byte < 0xE0) return lead_two;
    if (byte == 0xE0) return lead_e0;
    if (byte == 0xED) return lead_ed;
    if (byte < 0xF0) return lead_three;
    if (byte == 0xF0) return lead_f0;
    if (byte < 0xF4) return lead_four;
    return byte == 0xF4 ? lead_f4 : never;
}

constexpr std::array<Class, 256> class_of = [] {
    std::array<Class, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) table[byte] = classify(byte);
    return table;
}();

constexpr auto next_of = [] {
    std::array<std::array<State, classes>, states> next{};
    for (auto& row : next) row.fill(broken);
    next[accept][ascii] = accept;
    next[accept][lead_two] = one;
    next[accept][lead_e0] = e0;
    next[accept][lead_three] = two;
    next[accept][lead_ed] = ed;
    next[accept][lead_f0] = f0;
    next[accept][lead_four] = three;
    next[accept][lead_f4] = f4;
    for (const auto continuation : {low, middle, high}) {
        next[one][continuation] = accept;
        next[two][continuation] = one;
        next[three][continuation] = two;
    }
    next[e0][high] = one;
    next[ed][low] = next[ed][middle] = one;
    next[f0][middle] = next[f0][high] = two;
    next[f4][low] = two;
    return next;
}();

constexpr std::uint64_t top_bits = 0x8080808080808080;

[[nodiscard]] std::uint64_t load_eight(const char* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

[[nodiscard]] bool is_continuation(char character) noexcept {
    return (static_cast<unsigned char>(character) & 0xC0) == 0x80;
}

/// The length of a whole sequence that any continuation bytes complete, which is what most text beyond
/// ASCII consists of; 0 when it takes a closer look.
[[nodiscard]] std::ptrdiff_t common_sequence(const char* at, const char* end) noexcept {
    if (end - at < 3) return 0;
    const auto lead = class_of[static_cast<unsigned char>(*at)];
    if (lead == lead_two && is_continuation(at[1])) return 2;
    if (lead == lead_three && is_continuation(at[1]) && is_continuation(at[2])) return 3;
    return 0;
}

[[nodiscard]] const char* skip_ascii(const char* at, const char* end) noexcept {
    while (end - at >= 16 && ((load_eight(at) | load_eight(at + 8)) & top_bits) == 0) at += 16;
    while (at != end && static_cast<unsigned char>(*at) < 0x80) ++at;
    return at;
}

}  // namespace

bool Utf8Checker::feed(std::string_view piece) noexcept {
    auto state = static_cast<State>(state_);
    const char* at = piece.data();
    const char* const end = at + piece.size();
    while (at != end && state != broken) {
        if (state == accept) {
            at = skip_ascii(at, end);
            while (const auto length = common_sequence(at, end)) at += length;
            if (at == end) break;
        }
        state = next_of[state][class_of[static_cast<unsigned char>(*at)]];
        ++at;
    }
    state_ = state;
    return state != broken;
}

bool is_utf8(std::string_view text) noexcept {
    Utf8Checker checker;
    return checker.feed(text) && checker.complete();
}

std::string to_valid_utf8(std::string_view text) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string out;
    out.reserve(text.size() + replacement.size());
    std::size_t begun = 0;  // Where the sequence that is being read began.
    auto state = accept;
    for (std::size_t at = 0; at < text.size();) {
        const auto before = state;
        state = next_of[state][class_of[static_cast<unsigned char>(text[at])]];
        if (state != broken) {
            ++at;
            if (state == accept) {
                out.append(text, begun, at - begun);
                begun = at;
            }
            continue;
        }
        // A byte that breaks a sequence may begin the next one; one that begins none is skipped.
        if (before == accept) ++at;
        out += replacement;
        begun = at;
        state = accept;
    }
    if (state != accept) out += replacement;
    return out;
}

std::size_t utf16_length(std::string_view text) noexcept {
    std::size_t length = 0;
    for (const auto character : text) {
        const auto byte = static_cast<unsigned char>(character);
        // Continuation bytes count nothing; the lead of four bytes stands for a surrogate pair.
        length += ((byte & 0xC0) != 0x80 ? 1U : 0U) + (byte >= 0xF0 ? 1U : 0U);
    }
    return length;
}

}  // namespace socketio::wire
