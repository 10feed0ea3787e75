#pragma once

/// The fold behind folded and text terms: drop_marks(casefold(NFKD(c))) for each code point by itself,
/// from a table (crypto/fold_table.py), with no locale and no look at the neighbours. So
/// fold(a + b) = fold(a) + fold(b), and texts that LIKE, ILIKE, citext, lower() or upper() take for equal
/// fold to the same: what is found by folded text is a superset. ß is ss, ﬁ is fi, İ and ı are i, and
/// letters with strokes lose them (ø is o).
/// A change of the table needs a new generation of the term keys: kFoldVersion.
/// Bytes that are not UTF-8 stay what they are, one symbol each.

#include <cstdint>
#include <string>
#include <string_view>

namespace pgveil::crypto {

/// 1: Unicode 14.0.
inline constexpr std::uint8_t kFoldVersion = 1;

/// Appends the folded code points of `text` to `out`.
void fold_into(std::string_view text, std::u32string& out);
/// As UTF-8.
[[nodiscard]] std::string fold(std::string_view text);

}  // namespace pgveil::crypto
