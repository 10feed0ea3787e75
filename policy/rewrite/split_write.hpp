#pragma once

/// Split write: a write that computes with sealed or masked values. The server yields the rows that matter,
/// locked; the twin runs the client's statement over them; what it made is stored by one statement.
///   UPDATE patients SET last_name = upper(last_name) WHERE id = 1
///   server  SELECT 0, last_name::bytea, tidsend(pgveil_ctid)
///           FROM (SELECT ctid AS pgveil_ctid, last_name FROM public.patients WHERE id = 1 FOR NO KEY UPDATE) …
///   twin    UPDATE patients SET last_name = upper(last_name) WHERE id = 1
///   write   UPDATE public.patients SET last_name = … FROM ROWS FROM (unnest($1::tid[]), unnest($2::bytea[])) …
///           WHERE patients.ctid = …
/// RETURNING is the server's where nothing in it has to be opened to be computed; else the twin's, if
/// nothing on the server can make the row another one.

#include "policy/rewrite/split.hpp"

namespace pgveil::policy {

/// Fills `evidence.subjects`. A Refuse says why nobody can do it exactly.
[[nodiscard]] std::variant<Split, Refuse> build_split_write(const RewriteInput& input,
                                                            Evidence& evidence);

}  // namespace pgveil::policy
