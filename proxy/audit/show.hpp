#pragma once

/// `pgveil audit show`: who did what, from the log's own records; begin and end of a statement are one
/// row. Finding the records of one patient needs the audit keys, and so does naming patients.
/// Shows what stands there: whether it was tampered with is for `audit verify`.
/// Reads files only; threads: any.

#include "proxy/audit/keys.hpp"
#include "proxy/audit/line.hpp"

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

namespace pgveil::proxy {

struct ShowFilter {
  std::optional<std::string> patient;  // an id, as text
  std::optional<std::string> login;
  std::optional<std::string> table;  // "public.patients"
  std::optional<AuditTime> from;
  std::optional<AuditTime> until;  // not included
};

/// One line per statement or event, as a table or as JSON objects. `keys` may be null unless the
/// filter names a patient; patients are then counted, not named.
/// 0: shown. 1: shown, but lines were left out that are no records. 2: the log could not be read.
int audit_show(const std::filesystem::path& dir,
               const ShowFilter& filter,
               const std::shared_ptr<const AuditKeys>& keys,
               bool json,
               std::ostream& out);

}  // namespace pgveil::proxy
