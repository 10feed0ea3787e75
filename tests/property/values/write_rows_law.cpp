// Law: whatever rows the twin makes, the arrays that are sent hold them column by column and in order: sealed
// columns as sealed values that open to the same bytes, and nothing of them in the clear; the others as they are.

#include "crypto/keyring.hpp"
#include "proxy/transform/array_value.hpp"
#include "proxy/transform/write_rows.hpp"
#include "tests/property/values/generate.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pgveil::proxy::transform {
namespace {

using test::Rng;

constexpr policy::TypeOid kText = 25, kBytea = 17, kInt4 = 23, kTid = 27;
constexpr std::uint32_t kFirstField = 700;

crypto::SecretBytes any_secret(Rng& rng) {
  crypto::SecretBytes secret(crypto::kKeySize);
  for (std::byte& b : secret.expose_mutable()) {
    b = static_cast<std::byte>(rng.bits());
  }
  return secret;
}

struct Case {
  policy::WriteBack write;
  std::vector<MadeRow> rows;
  std::shared_ptr<const crypto::Keyring> keys;
};

Bytes bytes_of(std::string_view text) {
  const ByteView view = protocol::as_bytes(text);
  return {view.begin(), view.end()};
}

Case any_case(Rng& rng) {
  Case made;
  constexpr policy::WriteBack::Rows kRows[] = {policy::WriteBack::Rows::Inserted,
                                               policy::WriteBack::Rows::Updated,
                                               policy::WriteBack::Rows::Deleted};
  made.write.rows = rng.pick(kRows);
  const bool deletes = made.write.rows == policy::WriteBack::Rows::Deleted;
  crypto::KeyringBuilder keys;
  for (std::size_t i = 0, n = deletes ? 0 : 1 + rng.below(5); i < n; ++i) {
    policy::WriteColumn column;
    column.name = "c" + std::to_string(i);
    column.element = rng.one_in(2) ? kText : kInt4;
    if (rng.one_in(2)) {
      const auto field = static_cast<crypto::FieldId>(kFirstField + i);
      policy::ValueUse use;
      use.kind = policy::ValueUse::Kind::Seal;
      use.field = policy::FieldId{kFirstField + static_cast<std::uint32_t>(i)};
      use.base_type = use.value_type = kText;
      use.terms.equality = rng.one_in(2);
      use.terms.text = rng.one_in(3);
      use.pad = rng.one_in(2) ? 16 : 0;
      column.sealed = use;
      column.element = kBytea;
      keys.add(
          std::make_shared<const crypto::ValueKey>(field, crypto::Generation{1}, any_secret(rng)),
          true);
      keys.add(
          std::make_shared<const crypto::TermKey>(field, crypto::Generation{1}, any_secret(rng)),
          true);
    }
    made.write.columns.push_back(std::move(column));
  }
  made.keys = std::move(keys).build();
  const bool by_row = made.write.rows != policy::WriteBack::Rows::Inserted;
  for (std::size_t i = 0, n = rng.below(12); i < n; ++i) {
    MadeRow row;
    if (by_row) {
      row.emplace_back(Bytes(6, static_cast<std::byte>(i)));
    }
    for (const policy::WriteColumn& column : made.write.columns) {
      if (rng.one_in(5)) {
        row.emplace_back();
      } else if (column.element == kInt4) {
        row.emplace_back(Bytes(4, static_cast<std::byte>(rng.bits())));
      } else {
        row.emplace_back(bytes_of("planted " + test::any_text(rng, 40)));
      }
    }
    made.rows.push_back(std::move(row));
  }
  return made;
}

bool holds(const Bytes& haystack, std::string_view needle) {
  const Bytes searched = bytes_of(needle);
  return std::ranges::search(haystack, searched).begin() != haystack.end();
}

TEST(WriteRowsLaw, ArraysHoldTheRows) {
  for (std::uint64_t at = test::seed(), end = at + 1'500; at < end; ++at) {
    SCOPED_TRACE("PGVEIL_SEED=" + std::to_string(at));
    Rng rng(at);
    const Case made = any_case(rng);
    const auto answered = write_arrays(made.write, made.rows, SessionFormat{}, *made.keys);
    ASSERT_TRUE(answered);
    const auto* arrays = std::get_if<std::vector<Bytes>>(&*answered);
    ASSERT_NE(arrays, nullptr);
    const std::size_t first = made.write.rows == policy::WriteBack::Rows::Inserted ? 0 : 1;
    ASSERT_EQ(arrays->size(), first + made.write.columns.size());
    for (std::size_t i = 0; i < arrays->size(); ++i) {
      const policy::WriteColumn* column = i < first ? nullptr : &made.write.columns[i - first];
      const auto read = read_array_binary((*arrays)[i], column == nullptr ? kTid : column->element);
      ASSERT_TRUE(read);
      ASSERT_EQ(read->elements.size(), made.rows.size());
      const bool sealed = column != nullptr && column->sealed;
      ASSERT_FALSE(sealed && holds((*arrays)[i], "planted"));
      for (std::size_t row = 0; row < made.rows.size(); ++row) {
        const auto& want = made.rows[row][i];
        const auto& got = read->elements[row];
        ASSERT_EQ(got.has_value(), want.has_value());
        if (!want || !sealed) {
          ASSERT_EQ(got, want);
          continue;
        }
        Bytes opened;
        const auto field =
            static_cast<crypto::FieldId>(static_cast<std::uint32_t>(column->sealed->field));
        ASSERT_TRUE(crypto::open_cell(*made.keys, field, *got, opened).has_value());
        ASSERT_EQ(opened, *want);
      }
    }
  }
}

TEST(WriteRowsLaw, RowsOfAnotherWidthAreNotSent) {
  for (std::uint64_t at = test::seed(), end = at + 300; at < end; ++at) {
    SCOPED_TRACE("PGVEIL_SEED=" + std::to_string(at));
    Rng rng(at);
    Case made = any_case(rng);
    if (made.rows.empty()) {
      continue;
    }
    MadeRow& row = made.rows[rng.below(made.rows.size())];
    if (rng.one_in(2)) {
      row.emplace_back();
    } else {
      row.pop_back();
    }
    const auto answered = write_arrays(made.write, made.rows, SessionFormat{}, *made.keys);
    ASSERT_FALSE(answered);
    ASSERT_EQ(answered.error().code, Errc::PlanMismatch);
  }
}

TEST(WriteRowsLaw, WithoutItsKeyNothingIsSent) {
  for (std::uint64_t at = test::seed(), end = at + 300; at < end; ++at) {
    Rng rng(at);
    const Case made = any_case(rng);
    bool any = false;
    const std::size_t first = made.write.rows == policy::WriteBack::Rows::Inserted ? 0 : 1;
    for (const MadeRow& row : made.rows) {
      for (std::size_t i = 0; i < made.write.columns.size(); ++i) {
        any = any || (made.write.columns[i].sealed && row[first + i]);
      }
    }
    const auto none = crypto::KeyringBuilder().build();
    ASSERT_EQ(write_arrays(made.write, made.rows, SessionFormat{}, *none).has_value(), !any)
        << "PGVEIL_SEED=" << at;
  }
}

}  // namespace
}  // namespace pgveil::proxy::transform
