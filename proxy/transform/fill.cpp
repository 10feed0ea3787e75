#include "proxy/transform/fill.hpp"

#include "crypto/keyring.hpp"
#include "crypto/like_pattern.hpp"
#include "protocol/value/bucket.hpp"
#include "protocol/value/utf8.hpp"
#include "proxy/transform/array_value.hpp"
#include "proxy/transform/value_reader.hpp"

#include <utility>

namespace pgveil::proxy::transform {
namespace {

using namespace protocol::value;
using policy::ValueUse;
using Kind = policy::ValueUse::Kind;

constexpr std::int16_t kBinaryFormat = 1;

/// What a slot becomes, before it is written as SQL or as a parameter.
struct Null {};

struct Binary {
  Bytes bytes;
};

struct TextQuery {
  std::string text;
};

struct BinaryArray {
  ValueReader::Elements elements;
};

using Cell = std::variant<Null, Binary, TextQuery, BinaryArray>;
using Made = std::variant<Cell, Pending, PgError>;

crypto::FieldId field_of(const ValueUse& use) { return static_cast<crypto::FieldId>(use.field); }

/// The client's text without the blanks that char(n) adds.
std::string_view searched_text(const ValueUse& use, ByteView canonical) {
  const std::string_view text = protocol::as_text(canonical);
  return use.base_type == kBpchar ? without_trailing_blanks(text) : text;
}

/// Makes the cells of one message.
class Filler {
 public:
  Filler(const ClientValues& values,
         const crypto::Keyring& keys,
         std::span<const ConversionResult> converted)
      : reader_(values, converted), keys_(&keys) {}

  [[nodiscard]] Result<Made> make(const policy::ValueSource& source, const ValueUse& use) {
    auto raw = reader_.raw(source);
    if (!raw) {
      return Error{Errc::PlanMismatch};
    }
    if (auto* error = std::get_if<PgError>(&*raw)) {
      return Made(std::move(*error));
    }
    const RawValue& value = std::get<RawValue>(*raw);
    if (use.kind == Kind::RangeTerms) {
      return range_terms(use, value);
    }
    if (!value.bytes) {
      return Made(Null{});
    }
    switch (use.kind) {
      case Kind::Seal:
        return seal(use, value);
      case Kind::EqualityTerm:
        return equality(use, value);
      case Kind::FoldedTerm:
        return folded(use, value);
      case Kind::TextQuery:
        return text_query(use, value);
      case Kind::EqualityTerms:
        return equalities(use, value);
      case Kind::RangeTerms:  // above
      case Kind::Verbatim:    // the caller's
        break;
    }
    return Error{Errc::PlanMismatch};
  }

  [[nodiscard]] std::vector<Conversion>& wanted() { return reader_.wanted(); }

 private:
  /// Pending and PgError, of a variant that holds one of them.
  template <class From>
  static Made unmade(From&& from) {
    if (auto* error = std::get_if<PgError>(&from)) {
      return std::move(*error);
    }
    return Pending{};
  }

  Result<Made> seal(const ValueUse& use, const RawValue& value) {
    auto assigned = reader_.assigned(use, value);
    auto* canonical = std::get_if<Bytes>(&assigned);
    if (canonical == nullptr) {
      return unmade(assigned);
    }
    Bytes form;
    const bool text = use.terms.folded || use.terms.text;
    if ((use.terms.equality && !equality_form(use.base_type, *canonical, form)) ||
        (text && !is_text(use.base_type))) {
      return Error{Errc::PlanMismatch};
    }
    Binary sealed;
    const crypto::CellForm terms{use.terms.equality, use.terms.folded, use.terms.text, use.pad,
                                 use.terms.range,    use.terms.order};
    crypto::CellContent content{*canonical,
                                form,
                                text ? searched_text(use, *canonical) : std::string_view(),
                                std::nullopt,
                                {}};
    Bytes prefix;
    if (const auto unit = bucket_unit(use.terms.range)) {
      content.bucket = bucket_of(use.base_type, *canonical, *unit);
    }
    if (!use.terms.order.empty()) {
      if (!order_prefix(use.base_type, *canonical, use.terms.order, prefix)) {
        return Error{Errc::PlanMismatch};
      }
      content.order_prefix = prefix;
    }
    if (!use.terms.range.empty() && !content.bucket) {
      return Error{Errc::PlanMismatch};
    }
    if (!crypto::seal_cell(*keys_, field_of(use), terms, content, sealed.bytes)) {
      return Error{Errc::Sealing};
    }
    return Made(std::move(sealed));
  }

  /// The equality term of canonical bytes.
  Result<Bytes> term_of(const ValueUse& use, ByteView canonical) {
    const crypto::TermKey* key = keys_->current_term_key(field_of(use));
    if (key == nullptr) {
      return Error{Errc::Sealing};
    }
    Bytes form;
    if (!equality_form(use.base_type, canonical, form)) {
      return Error{Errc::PlanMismatch};
    }
    const auto term = crypto::equality_term(*key, form);
    if (!term) {
      return Error{Errc::Sealing};
    }
    return Bytes((*term).begin(), (*term).end());
  }

  Result<Made> equality(const ValueUse& use, const RawValue& value) {
    auto compared = reader_.compared(use, value);
    if (std::holds_alternative<Never>(compared)) {
      return Made(Binary{});
    }
    const auto* canonical = std::get_if<Bytes>(&compared);
    if (canonical == nullptr) {
      return unmade(compared);
    }
    auto term = term_of(use, *canonical);
    if (!term) {
      return term.error();
    }
    return Made(Binary{*std::move(term)});
  }

  Result<Made> folded(const ValueUse& use, const RawValue& value) {
    auto characters = reader_.characters(use, value);
    const auto* text = std::get_if<Bytes>(&characters);
    if (text == nullptr) {
      return unmade(characters);
    }
    const crypto::TermKey* key = keys_->current_term_key(field_of(use));
    if (key == nullptr) {
      return Error{Errc::Sealing};
    }
    const auto term = crypto::folded_term(*key, searched_text(use, *text));
    if (!term) {
      return Error{Errc::Sealing};
    }
    return Made(Binary{Bytes((*term).begin(), (*term).end())});
  }

  Result<Made> text_query(const ValueUse& use, const RawValue& value) {
    auto characters = reader_.characters(use, value);
    const auto* pattern = std::get_if<Bytes>(&characters);
    if (pattern == nullptr) {
      return unmade(characters);
    }
    const crypto::TermKey* key = keys_->current_term_key(field_of(use));
    if (key == nullptr) {
      return Error{Errc::Sealing};
    }
    std::vector<crypto::TextRun> runs = crypto::like_runs(protocol::as_text(*pattern));
    if (use.base_type == kBpchar) {
      // Terms know nothing of the blanks that char(n) adds, and LIKE sees them.
      for (crypto::TextRun& run : runs) {
        run.literal.resize(without_trailing_blanks(run.literal).size());
      }
      std::erase_if(runs, [](const crypto::TextRun& run) {
        return run.literal.empty() && !(run.at_begin && run.at_end);
      });
    }
    auto query = crypto::text_query(*key, runs);
    if (!query) {
      return Error{Errc::Sealing};
    }
    return *query ? Made(TextQuery{**std::move(query)}) : Made(Null{});
  }

  Result<Made> equalities(const ValueUse& use, const RawValue& value) {
    auto read = reader_.elements(use, value);
    auto* elements = std::get_if<ValueReader::Elements>(&read);
    if (elements == nullptr) {
      return unmade(read);
    }
    ValueUse element_use = use;
    element_use.kind = Kind::EqualityTerm;
    element_use.value_type = element_of(use.value_type);
    BinaryArray terms;
    bool pending = false;
    for (auto& element : *elements) {
      if (!element) {
        terms.elements.emplace_back();
        continue;
      }
      auto made = equality(element_use, {std::move(element), kBinaryFormat, value.source});
      if (!made) {
        return made.error();
      }
      if (std::holds_alternative<PgError>(*made)) {
        return made;
      }
      pending = pending || std::holds_alternative<Pending>(*made);
      if (auto* cell = std::get_if<Cell>(&*made); cell != nullptr && !pending) {
        terms.elements.emplace_back(std::get<Binary>(std::move(*cell)).bytes);
      }
    }
    return pending ? Made(Pending{}) : Made(Cell(std::move(terms)));
  }

  /// The bucket of a bound; nothing: any.
  using Bucket = std::variant<std::optional<std::int64_t>, Pending, PgError>;

  Bucket bucket(const ValueUse& use, const RawValue& value, const BucketUnit& unit) {
    auto read = reader_.comparand(use, value);
    if (auto* comparand = std::get_if<ValueReader::Comparand>(&read)) {
      return bucket_of(comparand->type, comparand->bytes, unit);
    }
    if (auto* error = std::get_if<PgError>(&read)) {
      return std::move(*error);
    }
    return std::holds_alternative<Pending>(read) ? Bucket(Pending{})
                                                 : Bucket(std::optional<std::int64_t>());
  }

  Result<Made> range_terms(const ValueUse& use, const RawValue& value) {
    const auto unit = bucket_unit(use.terms.range);
    const crypto::TermKey* key = keys_->current_term_key(field_of(use));
    if (!unit || key == nullptr) {
      return Error{unit ? Errc::Sealing : Errc::PlanMismatch};
    }
    std::optional<std::variant<RawValue, PgError>> upper;
    ValueUse upper_use = use;
    if (use.to) {
      upper = reader_.raw(use.to->source);
      if (!upper) {
        return Error{Errc::PlanMismatch};
      }
      upper_use.value_type = use.to->value_type;
    }
    const RawValue* above = upper ? std::get_if<RawValue>(&*upper) : nullptr;
    if (upper && above == nullptr) {
      return Made(std::get<PgError>(std::move(*upper)));
    }
    if (!value.bytes || (above != nullptr && !above->bytes)) {
      return Made(BinaryArray{});
    }
    Bucket one = bucket(use, value, *unit);
    Bucket other = above == nullptr ? one : bucket(upper_use, *above, *unit);
    for (Bucket* each : {&one, &other}) {
      if (!std::holds_alternative<std::optional<std::int64_t>>(*each)) {
        return unmade(*each);
      }
    }
    BucketRange range = buckets_of(*unit);
    const auto low = std::get<std::optional<std::int64_t>>(one);
    const auto high = std::get<std::optional<std::int64_t>>(other);
    if (use.bound != ValueUse::Bound::High) {
      range.first = low.value_or(range.first);
    }
    if (use.bound != ValueUse::Bound::Low || use.to) {
      range.last = high.value_or(range.last);
    }
    if (range.last - range.first >= kMaxRangeTerms) {
      return Made(Null{});
    }
    BinaryArray terms;
    for (std::int64_t b = range.first; b <= range.last; ++b) {
      const auto term = crypto::range_term(*key, use.terms.range, b);
      if (!term) {
        return Error{Errc::Sealing};
      }
      terms.elements.emplace_back(Bytes((*term).begin(), (*term).end()));
    }
    return Made(std::move(terms));
  }

  ValueReader reader_;
  const crypto::Keyring* keys_;
};

std::string bytea_sql(ByteView bytes, bool backslash_quotes) {
  // Where '…' takes backslashes, only E'…' means the same everywhere.
  return (backslash_quotes ? "E'\\\\x" : "'\\x") + crypto::hex_encode(bytes) +
         "'::pg_catalog.bytea";
}

std::string cell_sql(const Cell& cell, Kind kind, bool backslash_quotes) {
  if (const auto* binary = std::get_if<Binary>(&cell)) {
    return bytea_sql(binary->bytes, backslash_quotes);
  }
  if (const auto* query = std::get_if<TextQuery>(&cell)) {
    return "'" + query->text + "'::pg_catalog.tsquery";
  }
  if (const auto* array = std::get_if<BinaryArray>(&cell)) {
    std::string sql = "ARRAY[";
    for (std::size_t i = 0; i < array->elements.size(); ++i) {
      const auto& element = array->elements[i];
      sql += i == 0 ? "" : ",";
      sql += element ? bytea_sql(*element, backslash_quotes) : "NULL";
    }
    return sql + "]::pg_catalog.bytea[]";
  }
  // Typed: in ARRAY[NULL] nothing else says of what.
  const bool array = kind == Kind::EqualityTerms || kind == Kind::RangeTerms;
  return kind == Kind::TextQuery ? "NULL::pg_catalog.tsquery"
         : array                 ? "NULL::pg_catalog.bytea[]"
                                 : "NULL::pg_catalog.bytea";
}

ServerValue cell_value(Cell cell) {
  if (auto* binary = std::get_if<Binary>(&cell)) {
    return {std::move(binary->bytes), kBinaryFormat};
  }
  if (const auto* query = std::get_if<TextQuery>(&cell)) {
    const ByteView text = protocol::as_bytes(query->text);
    return {Bytes(text.begin(), text.end()), 0};
  }
  if (const auto* array = std::get_if<BinaryArray>(&cell)) {
    ServerValue value{Bytes(), kBinaryFormat};
    write_array_binary(array->elements, kBytea, *value.bytes);
    return value;
  }
  return {std::nullopt, kBinaryFormat};
}

}  // namespace

Result<FilledSql> fill_sql(const policy::SqlTemplate& sql,
                           const ClientValues& values,
                           const crypto::Keyring& keys,
                           std::span<const ConversionResult> converted) {
  if (sql.text.size() != sql.slots.size() + 1) {
    return Error{Errc::PlanMismatch};
  }
  Filler filler(values, keys, converted);
  std::string result = sql.text[0];
  for (std::size_t i = 0; i < sql.slots.size(); ++i) {
    const policy::Slot& slot = sql.slots[i];
    if (slot.source.from != policy::ValueSource::From::Literal ||
        slot.source.index >= values.literals.size()) {
      return Error{Errc::PlanMismatch};
    }
    if (slot.use.kind == Kind::Verbatim) {
      result += values.literals[slot.source.index];
    } else {
      auto made = filler.make(slot.source, slot.use);
      if (!made) {
        return made.error();
      }
      if (auto* error = std::get_if<PgError>(&*made); error != nullptr && filler.wanted().empty()) {
        return FilledSql(ValueError{std::move(*error), slot.source});
      } else if (error != nullptr) {
        break;  // what stands before it is decided first
      }
      if (const auto* cell = std::get_if<Cell>(&*made)) {
        result += cell_sql(*cell, slot.use.kind, values.backslash_quotes);
      }
    }
    result += sql.text[i + 1];
  }
  return filler.wanted().empty() ? FilledSql(std::move(result))
                                 : FilledSql(std::move(filler.wanted()));
}

Result<FilledParameters> fill_parameters(std::span<const policy::ServerParameter> parameters,
                                         const ClientValues& values,
                                         const crypto::Keyring& keys,
                                         std::span<const ConversionResult> converted) {
  Filler filler(values, keys, converted);
  std::vector<ServerValue> result;
  result.reserve(parameters.size());
  for (const policy::ServerParameter& parameter : parameters) {
    const policy::ValueSource source{policy::ValueSource::From::Parameter, parameter.client_index};
    if (parameter.client_index == 0 || parameter.client_index > values.parameters.size()) {
      return Error{Errc::PlanMismatch};
    }
    if (parameter.use.kind == Kind::Verbatim) {
      const ClientParameter& sent = values.parameters[parameter.client_index - 1U];
      result.push_back(
          {sent.bytes ? std::optional(Bytes(sent.bytes->begin(), sent.bytes->end())) : std::nullopt,
           sent.format});
      continue;
    }
    auto made = filler.make(source, parameter.use);
    if (!made) {
      return made.error();
    }
    if (auto* error = std::get_if<PgError>(&*made); error != nullptr && filler.wanted().empty()) {
      return FilledParameters(ValueError{std::move(*error), source});
    } else if (error != nullptr) {
      break;  // what stands before it is decided first
    }
    if (auto* cell = std::get_if<Cell>(&*made)) {
      result.push_back(cell_value(std::move(*cell)));
    }
  }
  return filler.wanted().empty() ? FilledParameters(std::move(result))
                                 : FilledParameters(std::move(filler.wanted()));
}

}  // namespace pgveil::proxy::transform
