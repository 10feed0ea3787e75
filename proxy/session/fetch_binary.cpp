#include "proxy/session/fetch_binary.hpp"

#include "protocol/message/rows.hpp"
#include "proxy/session/brain_core.hpp"
#include "proxy/session/sql_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace pgveil::proxy {

namespace {

constexpr std::size_t kCellsAtOnce = 500;

template <std::size_t N>
bool is_one_of(const std::array<std::uint32_t, N>& types, std::uint32_t type) {
  return std::ranges::find(types, type) != types.end();
}

/// name, text, json, unknown, char(n), varchar: binary is the same bytes.
bool is_text(std::uint32_t type) {
  constexpr std::array<std::uint32_t, 6> kTexts{19, 25, 114, 705, 1042, 1043};
  return is_one_of(kTexts, type);
}

/// The text may say less than the value: rounded numbers, time zones by an abbreviation.
bool text_is_lossy(std::uint32_t type, const SessionSettings& settings) {
  constexpr std::array<std::uint32_t, 4> kFloats{700, 701, 1021, 1022};
  constexpr std::array<std::uint32_t, 4> kZoned{1184, 1185, 1266, 1270};
  int digits = 0;
  const std::string& set = settings.extra_float_digits;
  (void)std::from_chars(set.data(), set.data() + set.size(), digits);
  return (is_one_of(kFloats, type) && digits < 1) ||
         (is_one_of(kZoned, type) && settings.date_style.rfind("ISO", 0) != 0);
}

protocol::ErrorFields only_text() {
  return protocol::make_error(
      "ERROR", "0A000", "this cursor is computed by pgveil, which keeps its rows as text", {},
      "Fetch in text format, or set DateStyle to ISO and extra_float_digits to 1 before DECLARE.");
}

protocol::ErrorFields cancelled() {
  return protocol::make_error("ERROR", "57014", "canceling statement due to user request");
}

void take_apart(FetchedRows& fetched) {
  std::vector<protocol::Cell> cells;
  std::size_t from = 0;
  for (const std::size_t to : fetched.rows.row_ends) {
    const protocol::ByteView row =
        protocol::ByteView(fetched.rows.data_rows).subspan(from, to - from);
    BOOST_VERIFY(protocol::decode_data_row(row.subspan(protocol::kFrameHeaderSize), cells));
    auto& kept = fetched.cells.emplace_back();
    for (const protocol::Cell& cell : cells) {
      kept.push_back(cell ? std::optional(protocol::Bytes(cell->begin(), cell->end()))
                          : std::nullopt);
    }
    from = to;
  }
}

EvaluatedRows put_together(FetchedRows& fetched) {
  EvaluatedRows rows = std::move(fetched.rows);
  rows.data_rows.clear();
  rows.row_ends.clear();
  for (const auto& row : fetched.cells) {
    const std::vector<protocol::Cell> cells(row.begin(), row.end());
    protocol::encode_data_row(rows.data_rows, cells);
    rows.row_ends.push_back(rows.data_rows.size());
  }
  return rows;
}

}  // namespace

bool fetches_binary(const PreparedPlan& plan) {
  const auto* fetch = std::get_if<SqlFetch>(&plan.sql_name);
  return fetch != nullptr && fetch->cursor != nullptr &&
         std::static_pointer_cast<const Portal>(fetch->cursor)->binary;
}

/// Rows of a cursor that was computed at DECLARE.
void BrainCore::start_fetch(const Owing& entry, Run& run, const SqlFetch& fetch, Actions& out) {
  const auto cursor = names_.portal(fetch.name);
  if (cursor == nullptr || cursor != fetch.cursor) {
    run.evaluated = protocol::make_error("ERROR", "XX000", "internal: the cursor has gone");
    return;
  }
  std::vector<std::int16_t> formats;
  if (entry.portal != nullptr) {
    formats = entry.portal->formats;
  } else if (run.plan->columns && cursor->binary) {
    formats.assign(run.plan->columns->size(), std::int16_t{1});
  }
  bool converts = false;
  for (std::size_t i = 0; i < formats.size() && run.plan->columns; ++i) {
    const std::uint32_t type = (*run.plan->columns)[i].type_oid;
    const bool wanted = formats[i] != 0 && !is_text(type);
    if (wanted && text_is_lossy(type, cursor->settings->value)) {
      run.evaluated = only_text();
      return;
    }
    converts = converts || wanted;
  }
  EvaluateResult rows = fetch_rows(*cursor, fetch);
  auto* found = std::get_if<EvaluatedRows>(&rows);
  if (!converts || found == nullptr || found->row_ends.empty()) {
    run.evaluated = std::move(rows);
    return;
  }
  run.fetched = std::make_unique<FetchedRows>();
  run.fetched->rows = std::move(*found);
  run.fetched->formats = std::move(formats);
  run.fetched->settings = cursor->settings->value;
  take_apart(*run.fetched);
  convert_fetched(run, out);
}

/// The next cells; none left: the rows are ready.
void BrainCore::convert_fetched(Run& run, Actions& out) {
  FetchedRows& fetched = *run.fetched;
  const protocol::RowDescription& columns = *run.plan->columns;
  const std::size_t count = fetched.cells.size() * columns.size();
  std::vector<Conversion> conversions;
  fetched.asked.clear();
  for (; fetched.next < count && conversions.size() < kCellsAtOnce; ++fetched.next) {
    const std::size_t column = fetched.next % columns.size();
    const auto& cell = fetched.cells[fetched.next / columns.size()][column];
    if (!cell || fetched.formats[column] == 0 || is_text(columns[column].type_oid)) {
      continue;
    }
    Conversion conversion;
    conversion.from = conversion.to = columns[column].type_oid;
    conversion.bytes = *cell;
    conversions.push_back(std::move(conversion));
    fetched.asked.push_back(fetched.next);
  }
  if (conversions.empty()) {
    run.evaluated = put_together(fetched);
    run.fetched.reset();
    return;
  }
  run.evaluating = true;
  fetch_converting_ = next_ticket();
  out.jobs.emplace_back(StartConvert{*fetch_converting_, std::move(conversions), fetched.settings});
}

bool BrainCore::on_fetch_converted(Ticket ticket, ConvertResult& converted, Actions& out) {
  if (finished_ || !fetch_converting_ || *fetch_converting_ != ticket) {
    return false;
  }
  fetch_converting_.reset();
  Run& run = *queue_.front().run();
  FetchedRows& fetched = *run.fetched;
  run.evaluating = false;
  const std::size_t width = run.plan->columns->size();
  for (std::size_t i = 0; i < fetched.asked.size() && i < converted.size() && !run.evaluated; ++i) {
    if (auto* error = std::get_if<protocol::ErrorFields>(&converted[i])) {
      run.evaluated = std::move(*error);
    } else {
      fetched.cells[fetched.asked[i] / width][fetched.asked[i] % width] =
          std::get<protocol::Bytes>(std::move(converted[i]));
    }
  }
  if (cancel_requested_) {
    run.evaluated = cancelled();
  } else if (!run.evaluated) {
    convert_fetched(run, out);
  }
  pump(out);
  return true;
}

}  // namespace pgveil::proxy
