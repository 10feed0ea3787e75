#pragma once

/// Masks: what stands in for a value that a role may not see. A mask keeps the type.

#include "policy/model/catalog.hpp"

#include <string>
#include <string_view>

namespace pgveil::policy {

/// What each mask gives for a value that is not NULL (NULL stays NULL); characters are Unicode code
/// points, blanks at the end of char(n) do not count, and the result is cut or padded to the column's
/// own length like an explicit cast:
///   None    the value
///   Null    NULL, for every type
///   Redact  ***                                                          text, varchar, char(n)
///   Last4   the last four characters after one * for each other one; values of up to four characters
///           become stars only                                            text, varchar, char(n)
///   Year    1 January of its year, 00:00; the infinities stay; days of 4714 BC, the year in which the
///           calendar begins in November, become its first day            date, timestamp
///   Zip3    the first three characters if all are ASCII digits and not on the Safe Harbor list (45 CFR
///           164.514(b)(2)(i)(B)), else 000                               text, varchar, char(n)
/// timestamptz has no Year: its year depends on who looks.
enum class MaskKind { None, Null, Redact, Last4, Year, Zip3 };

struct Mask {
  MaskKind kind = MaskKind::None;

  friend bool operator==(const Mask&, const Mask&) = default;
};

/// Whether the mask is defined for a base type.
[[nodiscard]] bool applies_to(MaskKind kind, TypeOid base_type);
[[nodiscard]] const char* name(MaskKind kind);
/// The mask as SQL over an expression of the given type, for tagged columns that are not sealed. It
/// gives byte for byte what proxy/transform gives for sealed ones. `expression` is valid SQL, best a
/// column, as it is repeated; `type_sql` is the column's own type as format_type(oid, typmod) gives it
/// (`bpchar` without modifier, not `character`). A mask that does not apply gives NULL.
[[nodiscard]] std::string mask_sql(MaskKind kind,
                                   std::string_view expression,
                                   TypeOid base_type,
                                   std::string_view type_sql);
/// The 23 restricted three-digit areas, one blank between: the union of the 2000 and 2010 census lists.
[[nodiscard]] const std::string& restricted_zip3();

}  // namespace pgveil::policy
