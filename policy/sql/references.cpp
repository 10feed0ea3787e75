// One walk over a statement: relations with the WITH names in scope, parameters, constants.
#include "policy/sql/facts.hpp"

#include <pg_query/pg_query.pb-c.h>

#include <algorithm>
#include <map>

namespace pgveil::policy::sql {
namespace {

PgQuery__WithClause* with_of(ProtobufCMessage& message) {
  const ProtobufCMessageDescriptor* type = message.descriptor;
  if (type == &pg_query__select_stmt__descriptor) {
    return reinterpret_cast<PgQuery__SelectStmt&>(message).with_clause;
  }
  if (type == &pg_query__insert_stmt__descriptor) {
    return reinterpret_cast<PgQuery__InsertStmt&>(message).with_clause;
  }
  if (type == &pg_query__update_stmt__descriptor) {
    return reinterpret_cast<PgQuery__UpdateStmt&>(message).with_clause;
  }
  if (type == &pg_query__delete_stmt__descriptor) {
    return reinterpret_cast<PgQuery__DeleteStmt&>(message).with_clause;
  }
  if (type == &pg_query__merge_stmt__descriptor) {
    return reinterpret_cast<PgQuery__MergeStmt&>(message).with_clause;
  }
  return nullptr;
}

class Collector : public Visitor {
 public:
  explicit Collector(References& out) : out_(out) {}

  bool enter(ProtobufCMessage& message) override {
    const ProtobufCMessageDescriptor* type = message.descriptor;
    // FOR UPDATE OF names what FROM has already named.
    if (type == &pg_query__locking_clause__descriptor) return false;
    if (type == &pg_query__param_ref__descriptor) {
      const auto& param = reinterpret_cast<PgQuery__ParamRef&>(message);
      out_.parameters.push_back({param.location, param.number});
    } else if (type == &pg_query__a__const__descriptor) {
      out_.constants.push_back(
          {reinterpret_cast<PgQuery__AConst&>(message).location, in_fixed_ == 0});
    } else if (type == &pg_query__range_var__descriptor) {
      add_table(reinterpret_cast<PgQuery__RangeVar&>(message));
    } else if (type == &pg_query__with_clause__descriptor) {
      // Without RECURSIVE a WITH query sees only those before it.
      if (!reinterpret_cast<PgQuery__WithClause&>(message).recursive) scopes_.back().visible = 0;
    } else if (auto* with = with_of(message)) {
      push_scope(*with);
    }
    in_fixed_ += is_fixed(type) ? 1 : 0;
    note_targets(message);
    parents_.push_back(&message);
    return true;
  }

  void leave(ProtobufCMessage& message) override {
    parents_.pop_back();
    in_fixed_ -= is_fixed(message.descriptor) ? 1 : 0;
    if (message.descriptor == &pg_query__common_table_expr__descriptor) {
      Scope& scope = scopes_.back();
      scope.visible = std::min(scope.visible + 1, scope.names.size());
    } else if (message.descriptor == &pg_query__with_clause__descriptor) {
      scopes_.back().visible = scopes_.back().names.size();
    } else if (with_of(message) != nullptr) {
      scopes_.pop_back();
    }
  }

 private:
  struct Scope {
    std::vector<std::string> names;
    std::size_t visible = 0;
  };

  /// Below these the grammar or the deparser wants constants.
  static bool is_fixed(const ProtobufCMessageDescriptor* type) {
    return type == &pg_query__type_name__descriptor || type == &pg_query__xml_expr__descriptor ||
           type == &pg_query__ctecycle_clause__descriptor;
  }

  void push_scope(const PgQuery__WithClause& with) {
    Scope scope;
    for (std::size_t i = 0; i < with.n_ctes; ++i) {
      scope.names.emplace_back(with.ctes[i]->common_table_expr->ctename);
      out_.cte_names.push_back(scope.names.back());
    }
    scope.visible = scope.names.size();
    scopes_.push_back(std::move(scope));
  }

  void note_targets(ProtobufCMessage& message) {
    const ProtobufCMessageDescriptor* type = message.descriptor;
    if (type == &pg_query__insert_stmt__descriptor) {
      uses_[reinterpret_cast<PgQuery__InsertStmt&>(message).relation] = TableRef::Use::InsertTarget;
    } else if (type == &pg_query__update_stmt__descriptor) {
      uses_[reinterpret_cast<PgQuery__UpdateStmt&>(message).relation] = TableRef::Use::UpdateTarget;
    } else if (type == &pg_query__delete_stmt__descriptor) {
      uses_[reinterpret_cast<PgQuery__DeleteStmt&>(message).relation] = TableRef::Use::DeleteTarget;
    } else if (type == &pg_query__merge_stmt__descriptor) {
      uses_[reinterpret_cast<PgQuery__MergeStmt&>(message).relation] = TableRef::Use::MergeTarget;
    }
  }

  [[nodiscard]] bool in_from() const {
    // A RangeVar of FROM sits in a wrapper below one of these.
    if (parents_.size() < 2 || parents_.back()->descriptor != &pg_query__node__descriptor) {
      return false;
    }
    const ProtobufCMessageDescriptor* type = parents_[parents_.size() - 2]->descriptor;
    return type == &pg_query__select_stmt__descriptor || type == &pg_query__join_expr__descriptor ||
           type == &pg_query__update_stmt__descriptor ||
           type == &pg_query__delete_stmt__descriptor ||
           type == &pg_query__merge_stmt__descriptor ||
           type == &pg_query__range_table_sample__descriptor;
  }

  [[nodiscard]] bool names_cte(const TableRef& table) const {
    if (table.use != TableRef::Use::From || !table.schema.empty()) return false;
    return std::any_of(scopes_.rbegin(), scopes_.rend(), [&](const Scope& scope) {
      const auto end = scope.names.begin() + static_cast<std::ptrdiff_t>(scope.visible);
      return std::find(scope.names.begin(), end, table.name) != end;
    });
  }

  void add_table(const PgQuery__RangeVar& range) {
    TableRef table;
    table.location = range.location;
    table.schema = range.schemaname;
    table.name = range.relname;
    table.only = !range.inh;
    if (range.alias != nullptr) {
      table.alias = range.alias->aliasname;
      table.has_alias_columns = range.alias->n_colnames > 0;
    }
    const auto use = uses_.find(&range);
    if (use != uses_.end()) {
      table.use = use->second;
    } else {
      table.use = in_from() ? TableRef::Use::From : TableRef::Use::Other;
    }
    table.sampled = parents_.size() >= 2 && parents_[parents_.size() - 2]->descriptor ==
                                                &pg_query__range_table_sample__descriptor;
    table.cte = names_cte(table);
    out_.tables.push_back(std::move(table));
  }

  References& out_;
  int in_fixed_ = 0;
  std::vector<ProtobufCMessage*> parents_;
  std::vector<Scope> scopes_;
  std::map<const PgQuery__RangeVar*, TableRef::Use> uses_;
};

/// In reading order; the grammar copies some nodes (SET (a, b) = …), which are one reference.
template <class T, class Location>
void in_reading_order(std::vector<T>& items, Location location) {
  const auto key = [&](const T& item) { return static_cast<std::uint32_t>(location(item)); };
  std::stable_sort(items.begin(), items.end(),
                   [&](const T& a, const T& b) { return key(a) < key(b); });
  const auto copies = std::unique(items.begin(), items.end(), [&](const T& a, const T& b) {
    return location(a) >= 0 && location(a) == location(b);
  });
  items.erase(copies, items.end());
}

/// {"schema", "name"} of a list of name parts, of which the last `dropped` are no part of the
/// relation's name.
void add_named(const PgQuery__Node* node, std::size_t dropped, std::vector<TableRef>& out) {
  if (node == nullptr || node->node_case != PG_QUERY__NODE__NODE_LIST) return;
  const PgQuery__List& list = *node->list;
  if (list.n_items <= dropped) return;
  const std::size_t parts = list.n_items - dropped;
  TableRef table;
  table.use = TableRef::Use::Other;
  table.name = constant_text(list.items[parts - 1]);
  if (parts >= 2) table.schema = constant_text(list.items[parts - 2]);
  out.push_back(std::move(table));
}

/// How many parts at the end of an object's name come after the relation's; -1: it names no relation.
int parts_after_relation(PgQuery__ObjectType type) {
  switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
      return 0;
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
      return 1;
    default:
      return -1;
  }
}

}  // namespace

References references_of(PgQuery__Node& statement) {
  References out;
  Collector collector(out);
  walk(statement.base, collector);
  in_reading_order(out.tables, [](const TableRef& t) { return t.location; });
  in_reading_order(out.parameters, [](const ParameterRef& p) { return p.location; });
  in_reading_order(out.constants, [](const References::Constant& c) { return c.location; });
  return out;
}

std::vector<TableRef> named_objects(const PgQuery__Node& statement) {
  std::vector<TableRef> out;
  const auto add = [&out](const PgQuery__Node* object, PgQuery__ObjectType type) {
    const int dropped = parts_after_relation(type);
    if (dropped >= 0) add_named(object, static_cast<std::size_t>(dropped), out);
  };
  switch (statement.node_case) {
    case PG_QUERY__NODE__NODE_DROP_STMT:
      for (std::size_t i = 0; i < statement.drop_stmt->n_objects; ++i) {
        add(statement.drop_stmt->objects[i], statement.drop_stmt->remove_type);
      }
      break;
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
      add(statement.comment_stmt->object, statement.comment_stmt->objtype);
      break;
    case PG_QUERY__NODE__NODE_SEC_LABEL_STMT:
      add(statement.sec_label_stmt->object, statement.sec_label_stmt->objtype);
      break;
    default:
      break;
  }
  return out;
}

}  // namespace pgveil::policy::sql
