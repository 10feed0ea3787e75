#pragma once

/// Masks: what stands in for a value that a role may not see. A mask keeps the type.

#include <string>

#include "policy/model/catalog.hpp"

namespace pgveil::policy {

/// None shows the value. Null gives NULL for every type. Redact gives '***' (text types only). Last4
/// keeps the last four characters and puts '*' for each other one. Year keeps the year of a date or
/// timestamp (1 January, 00:00). Zip3 keeps three digits, or 000 for the areas on the Safe Harbor list
/// (45 CFR 164.514(b)(2)(i)(B)).
enum class MaskKind { None, Null, Redact, Last4, Year, Zip3 };

struct Mask {
  MaskKind kind = MaskKind::None;

  friend bool operator==(const Mask&, const Mask&) = default;
};

/// Whether the mask is defined for a base type.
[[nodiscard]] bool applies_to(MaskKind kind, TypeOid base_type);
[[nodiscard]] const char* name(MaskKind kind);
/// The mask as SQL over an expression of the given type, for tagged columns that are not sealed. It
/// gives byte for byte what proxy/transform gives for sealed ones. `expression` is valid SQL;
/// `type_sql` is the column's own type with modifier.
[[nodiscard]] std::string mask_sql(
    MaskKind kind, std::string_view expression, TypeOid base_type, std::string_view type_sql);
/// The restricted three-digit areas: the union of the 2000 and 2010 census lists.
[[nodiscard]] const std::string& restricted_zip3();

}  // namespace pgveil::policy
