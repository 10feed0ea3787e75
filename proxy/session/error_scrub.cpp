#include "proxy/session/error_scrub.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace pgveil::proxy {

namespace {

using protocol::ErrorFields;

constexpr std::string_view kMarker = "pgveil_refused";

bool speaks_of_us(std::string_view text) { return text.find("pgveil") != std::string_view::npos; }

/// A sealed value in text form: hex of its first byte, 0xF8 to 0xFF.
bool quotes_bytes(std::string_view text) {
  const std::size_t at = text.find("\\x");
  if (at != std::string_view::npos) {
    return true;
  }
  return text.find("\\37") != std::string_view::npos;
}

bool is_unsafe(std::string_view text) { return speaks_of_us(text) || quotes_bytes(text); }

std::optional<std::size_t> position_of(const ErrorFields& error) {
  const std::string* field = error.find('P');
  std::size_t at = 0;
  if (field == nullptr ||
      std::from_chars(field->data(), field->data() + field->size(), at).ec != std::errc()) {
    return std::nullopt;
  }
  return at;
}

/// `P` of the text that was sent, as it is in the client's text.
void move_position(ErrorFields& error, const ScrubContext& context) {
  if (error.find('P') == nullptr || (!context.rewritten && !context.shift)) {
    return;
  }
  if (!context.shift && context.literals) {
    move_into_client_text(error, *context.literals);
    return;
  }
  const auto at = position_of(error);
  if (!at || !context.shift || *at <= context.shift->sent_at) {
    error.erase('P');
    return;
  }
  error.set('P', std::to_string(*at - context.shift->sent_at + context.shift->client_at));
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// DETAIL is harmless where it can only name objects.
bool detail_is_harmless(std::string_view sqlstate) {
  constexpr std::array<std::string_view, 5> kSafe{"2BP01", "40001", "40P01", "55P03", "53300"};
  for (const std::string_view safe : kSafe) {
    if (sqlstate == safe) {
      return true;
    }
  }
  return false;
}

/// PostgreSQL's own wording where the server's names an expression of ours.
std::string wording(const ErrorFields& error) {
  const std::string constraint(error.get('n'));
  const std::string table(error.get('t'));
  if (constraint.empty() || speaks_of_us(constraint)) {
    return {};
  }
  if (error.sqlstate() == "23505") {
    return "duplicate key value violates unique constraint \"" + constraint + "\"";
  }
  if (error.sqlstate() == "23P01") {
    return "conflicting key value violates exclusion constraint \"" + constraint + "\"";
  }
  if (error.sqlstate() == "23503" && !table.empty()) {
    return "insert or update on table \"" + table + "\" violates foreign key constraint \"" +
           constraint + "\"";
  }
  if (error.sqlstate() == "23514" && !table.empty()) {
    return "new row for relation \"" + table + "\" violates check constraint \"" + constraint +
           "\"";
  }
  return {};
}

/// Broken bytes reached a domain of ours: a defect of pgveil, not of the client.
bool is_domain_failure(const ErrorFields& error) {
  return error.sqlstate().substr(0, 2) == "23" &&
         (error.get('s') == "pgveil" || (speaks_of_us(error.get('M')) &&
                                         error.get('M').find("domain") != std::string_view::npos));
}

ErrorFields without_data(const ErrorFields& error) {
  ErrorFields clean = protocol::make_error("ERROR", error.sqlstate(), "internal error");
  for (const char kept : {'S', 'V'}) {
    if (const std::string* text = error.find(kept)) {
      clean.set(kept, *text);
    }
  }
  return clean;
}

void scrub_fields(ErrorFields& error, const ScrubContext& context) {
  for (const char dropped : {'W', 'q', 'p'}) {
    error.erase(dropped);
  }
  if (!detail_is_harmless(error.sqlstate())) {
    error.erase('D');
  }
  if (context.rewritten || is_unsafe(error.get('H'))) {
    error.erase('H');
  }
}

}  // namespace

std::optional<std::size_t> client_position(const LiteralMap& map, std::size_t sent) {
  if (sent <= map.sent_at) {
    return std::nullopt;
  }
  const std::size_t wanted = sent - 1 - map.sent_at;
  std::size_t at = 0;
  for (std::size_t i = 0; i < map.sql->slots.size(); ++i) {
    const policy::Slot& slot = map.sql->slots[i];
    at += characters(map.sql->text[i]);
    const std::size_t index = slot.source.index;
    const bool plain = slot.use.kind == policy::ValueUse::Kind::Verbatim &&
                       slot.source.from == policy::ValueSource::From::Literal &&
                       index < map.literals->size() && index < map.positions->size();
    if (at > wanted || !plain) {
      return std::nullopt;  // behind another kind of slot the places are not known
    }
    const std::size_t length = characters((*map.literals)[index]);
    if (wanted < at + length) {
      return (*map.positions)[index] + (wanted - at) + 1;
    }
    at += length;
  }
  return std::nullopt;
}

void shift_position(ErrorFields& error, std::size_t by) {
  if (const auto at = position_of(error)) {
    error.set('P', std::to_string(*at + by));
  }
}

void move_into_client_text(ErrorFields& error, const LiteralMap& map) {
  const auto at = position_of(error);
  const auto place = at ? client_position(map, *at) : std::nullopt;
  if (place) {
    error.set('P', std::to_string(*place));
  } else {
    error.erase('P');
  }
}

ErrorFields scrub_error(ErrorFields error, const ScrubContext& context) {
  move_position(error, context);
  if (is_domain_failure(error)) {
    ErrorFields ours =
        protocol::make_error("ERROR", "XX000", "internal: the server rejected a sealed value");
    return ours;
  }
  if (context.tagged || context.rewritten) {
    scrub_fields(error, context);
  }
  for (const char field : {'D', 'H', 'W', 'q', 's', 't', 'c', 'd', 'n'}) {
    const std::string* text = error.find(field);
    if (text != nullptr && is_unsafe(*text)) {
      error.erase(field);
      if (field == 'q') {
        error.erase('p');
      }
    }
  }
  if ((context.tagged || context.rewritten) && is_unsafe(error.get('M'))) {
    std::string message = wording(error);
    if (message.empty()) {
      return without_data(error);
    }
    error.set('M', std::move(message));
  }
  return error;
}

std::optional<ErrorFields> scrub_notice(ErrorFields notice, const ScrubContext& context) {
  move_position(notice, context);
  if (context.tagged || context.rewritten) {
    scrub_fields(notice, context);
    if (is_unsafe(notice.get('M'))) {
      return std::nullopt;
    }
  }
  return notice;
}

const char* failing_sql(FailsAt at) {
  return at == FailsAt::Analysis ? "SELECT pg_catalog.pgveil_refused()" : "pgveil_refused";
}

bool is_provoked(const ErrorFields& error) {
  constexpr std::array<std::string_view, 4> kStates{"42883", "42601", "26000", "34000"};
  return std::ranges::find(kStates, error.sqlstate()) != kStates.end() &&
         error.get('M').find(kMarker) != std::string_view::npos;
}

}  // namespace pgveil::proxy
