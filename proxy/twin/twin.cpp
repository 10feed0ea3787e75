#include "proxy/twin/twin.hpp"

#include "proxy/twin/operate.hpp"
#include "proxy/twin/script.hpp"
#include "proxy/twin/supervisor.hpp"

#include <algorithm>

namespace pgveil::proxy::twin {
namespace {

constexpr const char* kTemporary = "pg_temp";
constexpr const char* kTemporaryTarget = "pgveil_target_row";

/// Runs `operation` on a leased connection of the current generation. A connection that broke before is
/// replaced once: the twin may have been restarted since.
template <class T, class Operation>
Answer<T> with_connection(const std::shared_ptr<Generation>& generation,
                          Database database,
                          const SessionState& wanted,
                          Operation operation) {
  if (!generation) {
    return not_ready();
  }
  SessionState state = wanted;
  std::erase_if(state.settings,
                [&](const auto& setting) { return generation->unusable(setting.first); });
  auto lease = generation->pool(database).lease(state);
  if (!lease) {
    return not_ready();
  }
  Result<Answer<T>> answer = operation(*lease, state);
  if (!answer) {
    (*lease).mark_broken();
    return not_ready();
  }
  if (!state.prelude.empty()) {
    // What a prelude set is rolled back with it, except what SET outside of transactions left.
    (*lease)->applied.reset();
  }
  return std::move(*answer);
}

Answer<Outcome> cancelled_error() {
  return protocol::make_error("ERROR", "57014", "canceling statement due to user request");
}

}  // namespace

Twin::Twin(TwinConfig config)
    : config_(std::move(config)), supervisor_(std::make_unique<Supervisor>(config_)) {}

Twin::~Twin() { stop(); }

Result<Done> Twin::start() { return supervisor_->start(); }

void Twin::stop() { supervisor_->stop(); }

bool Twin::ready() const { return supervisor_->current() != nullptr; }

Result<Done> Twin::refresh() { return supervisor_->refresh(); }

void Twin::on_swap(std::function<void(std::uint64_t)> callback) {
  supervisor_->on_swap(std::move(callback));
}

Answer<Analysis> Twin::analyse(std::string_view sql,
                               const std::vector<std::uint32_t>& parameter_types,
                               const SessionState& state) {
  return with_connection<Analysis>(supervisor_->current(), Database::Model, state,
                                   [&](ConnectionPool::Lease& lease, const SessionState& usable) {
                                     return analyse_on(*lease, sql, parameter_types, usable);
                                   });
}

namespace {

Answer<Outcome> run(const std::shared_ptr<Generation>& generation,
                    Database database,
                    const std::vector<SliceRows>& slice,
                    const Statement& statement,
                    const SessionState& state,
                    RowSink& sink,
                    CancelToken& cancel,
                    const ChangedRows* changed) {
  const Access access = database == Database::Model ? Access::ReadOnly : Access::Slice;
  return with_connection<Outcome>(
      generation, database, state,
      [&](ConnectionPool::Lease& lease, const SessionState& usable) -> Result<Answer<Outcome>> {
        if (!cancel.bind(lease->cancel_target())) {
          return cancelled_error();
        }
        auto answer = run_on(*lease, access, slice, statement, usable, sink, cancel, changed);
        if (cancel.release()) {
          lease.mark_broken();  // the signal may still be on its way
        }
        return answer;
      });
}

}  // namespace

Answer<Outcome> Twin::evaluate(const std::vector<SliceRows>& slice,
                               const Statement& statement,
                               const SessionState& state,
                               RowSink& sink,
                               CancelToken& cancel,
                               const ChangedRows* changed) {
  const auto generation = supervisor_->current();
  std::vector<SliceRows> loaded = slice;
  SessionState usable = state;
  for (SliceRows& rows : loaded) {
    if (rows.is_target && rows.schema == kTemporary) {
      // Only a temporary table inherits from one.
      usable.prelude.push_back("CREATE TEMP TABLE " + std::string(kTemporaryTarget) +
                               " (pgveil_ctid pg_catalog.tid) INHERITS (pg_temp." +
                               quote_name(rows.name) + ")");
      rows.name = kTemporaryTarget;
    } else if (generation && rows.is_target) {
      const auto target = generation->target_of(rows.schema, rows.name, rows.kept_as);
      if (!target) {
        return not_ready();
      }
      rows.schema = kTargetSchema;
      rows.name = *target;
    }
  }
  auto answer = run(generation, Database::Work, loaded, statement, usable, sink, cancel, changed);
  if (generation) {
    for (const SliceRows& rows : loaded) {
      if (rows.schema != kTemporary) {
        generation->add_rolled_back(rows);
      }
    }
  }
  return answer;
}

Answer<Outcome> Twin::run_local(const Statement& statement,
                                const SessionState& state,
                                RowSink& sink,
                                CancelToken& cancel) {
  return run(supervisor_->current(), Database::Model, {}, statement, state, sink, cancel, nullptr);
}

Converted Twin::convert(const std::vector<Conversion>& values, const SessionState& state) {
  const auto generation = supervisor_->current();
  auto answer = with_connection<Converted>(
      generation, Database::Model, state,
      [&](ConnectionPool::Lease& lease, const SessionState& usable) -> Result<Answer<Converted>> {
        auto converted = convert_on(*generation, *lease, values, usable);
        if (!converted) {
          return converted.error();
        }
        return Answer<Converted>(std::move(*converted));
      });
  if (auto* failed = std::get_if<protocol::ErrorFields>(&answer)) {
    return Converted(values.size(), Answer<protocol::Bytes>(*failed));
  }
  return std::get<Converted>(std::move(answer));
}

std::string Twin::admin_conninfo(Database database) const {
  const auto generation = supervisor_->current();
  return generation ? generation->admin_conninfo(database) : "";
}

std::vector<MirrorProblem> Twin::problems() const {
  const auto generation = supervisor_->current();
  return generation ? generation->problems() : std::vector<MirrorProblem>{};
}

std::uint64_t Twin::generation() const {
  const auto generation = supervisor_->current();
  return generation ? generation->number() : 0;
}

int Twin::postmaster_pid() const {
  const auto generation = supervisor_->current();
  return generation ? generation->pid() : 0;
}

}  // namespace pgveil::proxy::twin
