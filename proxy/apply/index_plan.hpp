#pragma once

/// What becomes of an index over columns that are sealed: the same index over search terms, where those
/// answer what it answered; else it leaves the server. Inside proxy/apply.

#include "proxy/apply/table_plan.hpp"

namespace pgveil::proxy::apply {

/// Adds statements, logical objects, lines and problems for all indexes that need a changed column, and
/// the indexes that text and folded terms want.
void plan_indexes(TablePlan& plan);
/// The same for one index alone; plan.columns are the table's sealed columns.
void plan_index(TablePlan& plan, const IndexState& index);

}  // namespace pgveil::proxy::apply
