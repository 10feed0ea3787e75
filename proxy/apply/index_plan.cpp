#include "proxy/apply/index_plan.hpp"

#include "crypto/bytes.hpp"

#include <algorithm>
#include <tuple>

namespace pgveil::proxy::apply {
namespace {

using keys::quote_name;
using keys::quote_text;

constexpr std::size_t kMaxName = 63;  // NAMEDATALEN - 1

const ColumnChange* change_of(const TablePlan& plan, std::int16_t attnum) {
  const auto found = std::ranges::find(plan.columns, attnum, &ColumnChange::attnum);
  return found == plan.columns.end() ? nullptr : &*found;
}

const std::string& name_of(const TablePlan& plan, const ColumnChange& change) {
  return plan.table.column(change.attnum)->name;
}

bool names_changed_column(const TablePlan& plan, std::string_view sql) {
  return std::ranges::any_of(plan.columns, [&](const ColumnChange& change) {
    return mentions(sql, name_of(plan, change));
  });
}

/// `(name IS NOT NULL)` and `(name IS NULL)` mean the same over sealed values.
bool is_null_test(const TablePlan& plan, std::string_view predicate) {
  return std::ranges::any_of(plan.columns, [&](const ColumnChange& change) {
    const std::string& name = name_of(plan, change);
    return predicate == "(" + name + " IS NOT NULL)" || predicate == "(" + name + " IS NULL)" ||
           predicate == "(" + quote_name(name) + " IS NOT NULL)" ||
           predicate == "(" + quote_name(name) + " IS NULL)";
  });
}

std::string extra_name(const TablePlan& plan, const ColumnChange& change, std::string_view term) {
  const std::string full = plan.table.name + '_' + name_of(plan, change);
  const std::string tail = "_pgveil_" + std::string(term);
  if (full.size() + tail.size() <= kMaxName) {
    return full + tail;
  }
  const crypto::Hash hash = crypto::sha256(crypto::as_bytes(full));
  return "pgveil_" + crypto::hex_encode(crypto::ByteView(hash).first(8)) + tail;
}

struct ServerIndex {
  std::string sql;      // CREATE INDEX …, or empty: none
  std::string because;  // why none
};

std::string ordered(const IndexState& index, const IndexKey& key, const std::string& sql) {
  if (index.method != "btree") {
    return sql;
  }
  std::string out = sql + (key.descending ? " DESC" : "");
  if (key.nulls_first != key.descending) {
    out += key.nulls_first ? " NULLS FIRST" : " NULLS LAST";
  }
  return out;
}

ServerIndex server_index(const TablePlan& plan, const IndexState& index) {
  std::string keys;
  std::string include;
  bool single = std::ranges::count_if(index.keys, &IndexKey::is_key) == 1;
  if (index.predicate && names_changed_column(plan, *index.predicate) &&
      !is_null_test(plan, *index.predicate)) {
    return {"", "its WHERE computes with a sealed column"};
  }
  if (index.method != "btree" && index.method != "hash") {
    return {"", "an index of method " + index.method + " has no use over search terms"};
  }
  for (const IndexKey& key : index.keys) {
    const ColumnChange* change = key.attnum == 0 ? nullptr : change_of(plan, key.attnum);
    std::string sql = key.sql;
    if (key.attnum == 0 && names_changed_column(plan, key.sql)) {
      // Of expressions only lower() and upper() of a single column have a term.
      const auto folded = std::ranges::find_if(plan.columns, [&](const ColumnChange& c) {
        return c.terms.folded && mentions(key.sql, name_of(plan, c)) &&
               (key.sql.starts_with("lower(") || key.sql.starts_with("upper("));
      });
      if (!single || index.unique || folded == plan.columns.end()) {
        return {"", "it computes with a sealed column"};
      }
      sql = "pgveil.equality_folded(" + quote_name(name_of(plan, *folded)) + ")";
    } else if (change != nullptr && !key.is_key) {
      continue;  // a sealed value beside the key helps nobody
    } else if (change != nullptr && change->terms.equality) {
      sql = "pgveil.equality(" + quote_name(name_of(plan, *change)) + ")";
    } else if (change != nullptr && change->terms.folded && single && !index.unique) {
      sql = "pgveil.equality_folded(" + quote_name(name_of(plan, *change)) + ")";
    } else if (change != nullptr) {
      return {"", "column " + name_of(plan, *change) + " has no equality term"};
    } else if (key.attnum == 0) {
      sql = "(" + key.sql + ")";
    }
    std::string& list = key.is_key ? keys : include;
    list += (list.empty() ? "" : ", ") + (key.is_key ? ordered(index, key, sql) : sql);
  }
  std::string sql = std::string("CREATE ") + (index.unique ? "UNIQUE " : "") + "INDEX " +
                    quote_name(index.name) + " ON " + plan.table.sql_name() + " USING " +
                    index.method + " (" + keys + ")";
  sql += include.empty() ? "" : " INCLUDE (" + include + ")";
  sql += index.nulls_not_distinct ? " NULLS NOT DISTINCT" : "";
  sql += index.predicate ? " WHERE " + *index.predicate : "";
  return {sql, ""};
}

void block(TablePlan& plan, const IndexState& index, std::string why, std::string remedy) {
  plan.problems.push_back(
      {plan.table.text_name(),
       (index.constraint ? "constraint " + *index.constraint : "index " + index.name) + ": " +
           std::move(why),
       std::move(remedy)});
}

void add_logical(TablePlan& plan, const IndexState& index, bool on_server) {
  LogicalObject object;
  object.kind = index.constraint ? "constraint" : "index";
  object.schema = plan.table.schema;
  object.table = plan.table.name;
  object.name = index.constraint.value_or(index.name);
  object.definition = index.constraint ? index.constraint_definition : index.definition;
  object.server_index = on_server;
  const std::string table = plan.table.sql_name();
  object.restore_sql = index.constraint
                           ? "ALTER TABLE " + table + " ADD CONSTRAINT " +
                                 quote_name(*index.constraint) + ' ' + index.constraint_definition
                           : index.definition;
  if (index.comment) {
    object.restore_sql +=
        (index.constraint
             ? "; COMMENT ON CONSTRAINT " + quote_name(*index.constraint) + " ON " + table
             : "; COMMENT ON INDEX " + quote_name(plan.table.schema, index.name)) +
        " IS " + quote_text(*index.comment);
  }
  if (index.clustered) {
    object.restore_sql += "; ALTER TABLE " + table + " CLUSTER ON " + quote_name(index.name);
  }
  plan.logical.push_back(std::move(object));
}

}  // namespace

void plan_index(TablePlan& plan, const IndexState& index) {
  if (index.exclusion) {
    return block(plan, index, "an exclusion constraint cannot compare sealed values", "drop it");
  }
  if (index.replica_identity) {
    return block(plan, index, "it is the table's replica identity",
                 "ALTER TABLE … REPLICA IDENTITY FULL, or another index");
  }
  if (!index.immediate) {
    return block(plan, index, "a deferrable constraint cannot become an index over terms",
                 "make it NOT DEFERRABLE");
  }
  const ServerIndex server = server_index(plan, index);
  if (index.unique && server.sql.empty()) {
    return block(plan, index, "it must be unique, but " + server.because,
                 "give the column search = [\"equality\"], or drop it");
  }
  plan.before.push_back(index.constraint
                            ? "ALTER TABLE " + plan.table.sql_name() + " DROP CONSTRAINT " +
                                  quote_name(*index.constraint)
                            : "DROP INDEX " + quote_name(plan.table.schema, index.name));
  add_logical(plan, index, !server.sql.empty());
  if (server.sql.empty()) {
    plan.lines.push_back("drop index " + index.name + ": " + server.because);
  } else {
    plan.after.push_back(server.sql);
    plan.lines.push_back("index " + index.name + " over search terms" +
                         (index.unique ? ", unique" : ""));
  }
}

void plan_indexes(TablePlan& plan) {
  AttributeSet indexed;
  for (const IndexState& index : plan.table.indexes) {
    const bool touched = std::ranges::any_of(plan.columns, [&](const ColumnChange& change) {
      return index.columns.contains(change.attnum);
    });
    if (touched) {
      indexed.insert(index.columns.begin(), index.columns.end());
      plan_index(plan, index);
    }
  }
  const std::string on = " ON " + plan.table.sql_name() + " USING ";
  for (const ColumnChange& change : plan.columns) {
    const std::string column = quote_name(name_of(plan, change));
    if (change.terms.text) {
      const std::string name = extra_name(plan, change, "text");
      plan.after.push_back("CREATE INDEX " + quote_name(name) + on + "gin (pgveil.text_terms(" +
                           column + "))");
      plan.lines.push_back("index " + name + " over text terms");
    }
    for (const auto& [unit, word, function] :
         {std::tuple{change.terms.range, "range", "bucket"},
          std::tuple{change.terms.order, "order", "order_term"}}) {
      if (!unit.empty()) {
        const std::string name = extra_name(plan, change, word);
        plan.after.push_back("CREATE INDEX " + quote_name(name) + on + "btree (pgveil." + function +
                             "(" + column + "))");
        plan.lines.push_back("index " + name + " over " + word + " terms");
      }
    }
    // The index of the equality term is there by now; the folded one is extra if both were asked for.
    if (change.terms.folded && indexed.contains(change.attnum)) {
      const std::string folded = "pgveil.equality_folded(" + column + ")";
      const bool there = std::ranges::any_of(plan.after, [&](const std::string& sql) {
        return sql.find("(" + folded) != std::string::npos;
      });
      if (!there) {
        const std::string name = extra_name(plan, change, "folded");
        plan.after.push_back("CREATE INDEX " + quote_name(name) + on + "btree (" + folded + ")");
        plan.lines.push_back("index " + name + " over folded terms");
      }
    }
  }
}

}  // namespace pgveil::proxy::apply
