// Property: the runs of a pattern without wildcards and escapes are the pattern; and the text made of a
// pattern's runs in order has every lexeme that the pattern asks for, in its partition.
// Input: the escape character's size (0 or 1), the pattern.
#include "crypto/like_pattern.hpp"
#include "tests/support/crypto_keys.hpp"

#include <algorithm>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgveil::crypto;
  if (size == 0 || size > 4096) {
    return 0;
  }
  static const auto key = term_key(FieldId{1}, 1);
  const std::string_view pattern = as_text(std::as_bytes(std::span(data + 1, size - 1)));
  const auto runs = like_runs(pattern, data[0] % 2 == 0 ? "" : "\\");
  if (pattern.find_first_of("%_\\") == std::string_view::npos) {
    BOOST_ASSERT(runs.size() == 1 && runs[0].literal == pattern);
  }
  std::string text;
  for (const TextRun& run : runs) {
    // Between runs stands a wildcard; a blank, so that broken UTF-8 does not grow together.
    text += (text.empty() && run.at_begin ? "" : " ") + run.literal + (run.at_end ? "" : " ");
  }
  const auto query = text_query(*key, runs);
  BOOST_ASSERT(query.has_value());
  if ((*query).has_value()) {
    const auto terms = text_terms_in(*key, text, 0);
    const std::string arm = (**query).substr(1, (**query).find(')') - 1);
    for (std::size_t i = 0; i < arm.size(); i += 9) {
      const bool overflow = (*terms).size() == 8 && (**query).ends_with(*terms);
      BOOST_ASSERT(overflow || (*terms).find(arm.substr(i, 8)) != std::string::npos);
    }
  }
  return 0;
}
