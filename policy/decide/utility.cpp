// Statements that are not queries. Data leaves or enters through few of them (EXPLAIN, cursors,
// CREATE TABLE AS; COPY is in copy.cpp); those carry a query or a relation, which decides. Code whose
// body nobody can read (DO, CALL) is refused.
#include "policy/decide/decide.hpp"
#include "policy/decide/do_block.hpp"
#include "policy/lineage/sql_text.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

using Kind = sql::StatementKind;

/// What depends on nothing but its text: a COMMIT must not cost a question to the twin.
bool is_by_text(SessionEffect effect) {
  switch (effect) {
    case SessionEffect::None:
    case SessionEffect::Settings:
    case SessionEffect::EndOfBlock:
    case SessionEffect::DiscardAll:
    case SessionEffect::Deallocate:
    case SessionEffect::CloseCursor:
      return true;
    case SessionEffect::Prepare:
    case SessionEffect::Execute:
    case SessionEffect::Declare:
    case SessionEffect::Schema:
    case SessionEffect::OwnSchema:
      return false;
  }
  return false;
}

Plan passed(SessionEffect effect) {
  Plan plan;
  plan.decision = Pass{};
  plan.effect = effect;
  plan.cacheable = is_by_text(effect);
  return plan;
}

bool is_temporary(const CatalogRelation* relation) {
  return relation != nullptr && relation->session_only && relation->schema == "pg_temp";
}

const CatalogRelation* first_tagged(const DecideContext& context,
                                    const std::vector<const CatalogRelation*>& relations) {
  for (const CatalogRelation* relation : relations) {
    if (relation != nullptr && is_tagged(context, *relation)) {
      return relation;
    }
  }
  return nullptr;
}

std::string named(const CatalogRelation& relation) { return relation.schema + "." + relation.name; }

/// By another relation of that name, which a search_path may put before the catalog's.
bool hides_pg_type(const DecideContext& context) {
  return std::ranges::any_of(context.catalog->relations, [](const auto& entry) {
    return entry.second.name == "pg_type" && entry.second.schema != "pg_catalog";
  });
}

struct Words {
  Rule rule = Rule::NotUnderstood;
  const char* message = "";
  const char* hint = "";
};

/// EXPLAIN, PREPARE, DECLARE, COPY (query), CREATE TABLE AS, CREATE VIEW: as good as what is inside.
template <class Otherwise>
Plan decide_inner(const sql::SyntaxTree& syntax,
                  const UtilityAnswers& answers,
                  Plan if_pass,
                  Otherwise otherwise) {
  if (!answers.inner || !syntax.utility().inner) {
    return refuse(Rule::NotUnderstood, "the inner statement could not be analysed", "simplify it");
  }
  if (const auto* refused = std::get_if<Refuse>(&answers.inner->decision)) {
    return refuse(refused->rule, refused->message, refused->hint, refused->column);
  }
  if (std::holds_alternative<Pass>(answers.inner->decision)) {
    if_pass.touches_tagged = answers.inner->touches_tagged;
    return if_pass;
  }
  return otherwise();
}

/// The rows of a query become a table. What the server cannot be given is stored sealed
/// (policy/rewrite/filled_table.hpp).
Plan decide_filled(const sql::SyntaxTree& syntax, const UtilityAnswers& answers, Plan if_pass) {
  const SessionEffect effect = if_pass.effect;
  return decide_inner(syntax, answers, std::move(if_pass), [&] {
    if (std::holds_alternative<Local>(answers.inner->decision)) {
      return refuse(Rule::CatalogMixed, "what pgveil answers about the schema cannot fill a table",
                    "select it without storing it");
    }
    const auto* split = std::get_if<Split>(&answers.inner->decision);
    if (split == nullptr || !split->write || split->write->rows != WriteBack::Rows::Inserted) {
      return refuse(Rule::SealedDdl, "this table cannot be made from tagged columns",
                    "CREATE TABLE with its columns, and INSERT into it");
    }
    Plan plan = *answers.inner;
    plan.effect = effect;
    plan.cacheable = false;
    return plan;
  });
}

/// The server's own view, if sealed values only pass through it: they are opened for whoever reads it.
Plan decide_view(const sql::SyntaxTree& syntax, const UtilityAnswers& answers, Plan if_pass) {
  return decide_inner(syntax, answers, if_pass, [&] {
    if (answers.inner->passes_sealed_through) {
      if_pass.touches_tagged = true;
      return if_pass;
    }
    return refuse(Rule::SealedDdl,
                  "a view that computes with sealed columns cannot be made through pgveil",
                  "compute in the query that reads it, or make the view on the server before "
                  "pgveil apply seals its columns");
  });
}

Plan decide_table_as(const sql::SyntaxTree& syntax, const UtilityAnswers& answers, Plan if_pass) {
  if (!syntax.utility().materialized) {
    return decide_filled(syntax, answers, std::move(if_pass));
  }
  return decide_inner(syntax, answers, std::move(if_pass), [&] {
    return refuse(
        Rule::SealedDdl,
        "a materialized view of tagged columns would keep copies that the policy does not "
        "know",
        "make a view, or a table that the policy names and INSERT into it");
  });
}

/// PREPARE of what does not pass: the server keeps a statement of that name, so that it is known there,
/// which can only fail; EXECUTE is planned as the statement that it stands for.
Plan decide_prepare(const sql::SyntaxTree& syntax, const UtilityAnswers& answers) {
  return decide_inner(syntax, answers, passed(SessionEffect::Prepare), [&] {
    Plan held = passed(SessionEffect::Prepare);
    InPlace in_place;
    in_place.server_sql.text = {"PREPARE " + quote_identifier(syntax.utility().name) +
                                " AS SELECT CAST(text 'this statement is prepared by pgveil' AS "
                                "pg_catalog.int4)"};
    held.decision = std::move(in_place);
    return held;
  });
}

/// A cursor over the rewritten query, whose rows are opened when they are fetched; or the answer of the
/// twin, made now and handed out by FETCH.
Plan decide_declare(const sql::SyntaxTree& syntax, const UtilityAnswers& answers) {
  return decide_inner(syntax, answers, passed(SessionEffect::Declare), [&] {
    const auto* split = std::get_if<Split>(&answers.inner->decision);
    if (split != nullptr && split->locks_rows) {
      return refuse(Rule::CursorOnTagged,
                    "a cursor cannot lock rows that the server alone cannot compute",
                    "run the query without DECLARE, or leave the locking clause out");
    }
    Plan plan = *answers.inner;
    plan.effect = SessionEffect::Declare;
    plan.cacheable = false;
    if (auto* in_place = std::get_if<InPlace>(&plan.decision)) {
      const std::size_t query = syntax.utility().inner->location;
      in_place->server_sql.text.front().insert(0, syntax.text(), 0, query);
      in_place->outputs.clear();
      plan.evidence = Evidence();  // each FETCH is recorded
    }
    return plan;
  });
}

Plan decide_explain(const sql::SyntaxTree& syntax, const UtilityAnswers& answers) {
  return decide_inner(syntax, answers, passed(SessionEffect::None), [&] {
    Plan plan;
    const auto* inner = std::get_if<Split>(&answers.inner->decision);
    if (syntax.utility().explain_analyze && inner != nullptr && !inner->writes()) {
      plan = *answers.inner;
      plan.cacheable = false;
      auto& split = std::get<Split>(plan.decision);
      split.slice.twin_sql.text.front().insert(0, syntax.text(), 0,
                                               syntax.utility().inner->location);
      plan.evidence.subjects_complete =
          plan.evidence.subjects_complete && split.slice.hidden_subjects.empty();
      split.slice.hidden_subjects.clear();
      return plan;
    }
    if (syntax.utility().explain_analyze &&
        !std::holds_alternative<Local>(answers.inner->decision)) {
      return refuse(Rule::ExplainOfTagged,
                    "EXPLAIN ANALYZE does what it explains, and pgveil does that for queries only",
                    "use EXPLAIN without ANALYZE, or pgveil explain");
    }
    plan.decision = Local{};  // the twin has no rows and no statistics to tell of
    return plan;
  });
}

Plan decide_on_relations(const DecideContext& context,
                         const UtilityAnswers& answers,
                         Plan if_free,
                         const Words& otherwise) {
  if (const CatalogRelation* tagged = first_tagged(context, answers.relations)) {
    return refuse(otherwise.rule, std::string(otherwise.message) + ": " + named(*tagged),
                  otherwise.hint);
  }
  return if_free;
}

Plan decide_truncate(const DecideContext& context, const UtilityAnswers& answers) {
  Plan plan = passed(SessionEffect::None);
  for (const CatalogRelation* relation : answers.relations) {
    if (relation == nullptr || !is_tagged(context, *relation)) {
      continue;
    }
    const CatalogRelation* parent = tagged_ancestor(context, *relation);
    const CatalogRelation& ruled = parent == nullptr ? *relation : *parent;
    if (!context.role->may_delete_rows(ruled.schema, ruled.name)) {
      return refuse(Rule::VerbNotGranted, "permission denied for table " + relation->name,
                    "Emptying a table needs the verb delete on every class of it.");
    }
    plan.evidence.verb = Verb::Delete;
    plan.evidence.tables.push_back(named(*relation));
    plan.evidence.subjects_complete = false;
    plan.touches_tagged = true;
  }
  plan.evidence.normalized = "TRUNCATE";
  return plan;
}

Plan decide_set(const sql::UtilityFacts& facts) {
  const bool strings_off = facts.name == "standard_conforming_strings" &&
                           !(facts.set_values.size() == 1 &&
                             (facts.set_values[0] == "on" || facts.set_values[0] == "true" ||
                              facts.set_values[0] == "1")) &&
                           !facts.set_reset;
  if (strings_off) {
    return refuse(Rule::NotUnderstood, "standard_conforming_strings has to stay on",
                  "write E'…' for strings with backslashes");
  }
  return passed(SessionEffect::Settings);
}

Plan decide_transaction(const sql::UtilityFacts& facts) {
  using Transaction = sql::TransactionKind;
  switch (facts.transaction) {
    case Transaction::Commit:
    case Transaction::Rollback:
    case Transaction::RollbackTo:
    case Transaction::Prepare:
      return passed(SessionEffect::EndOfBlock);
    case Transaction::None:
    case Transaction::Begin:
    case Transaction::Savepoint:
    case Transaction::Release:
    case Transaction::CommitPrepared:
    case Transaction::RollbackPrepared:
      break;
  }
  return passed(SessionEffect::None);
}

}  // namespace

UtilityQuestions questions(const sql::SyntaxTree& syntax) {
  UtilityQuestions asked;
  const sql::UtilityFacts& facts = syntax.utility();
  if (facts.inner) {
    const std::string_view text = facts.into_query.empty() ? syntax.text() : facts.into_query;
    asked.inner = std::string(text.substr(facts.inner->location, facts.inner->length));
  }
  for (const sql::TableRef& table : syntax.utility_tables()) {
    const bool made = facts.temporary && table.name == facts.name;  // whatever it will hide
    if (!table.cte && !facts.has_inner && !made) {
      asked.relations.push_back(table.schema.empty() ? quote_identifier(table.name)
                                                     : qualified(table.schema, table.name));
    }
  }
  return asked;
}

Plan decide_utility(const DecideContext& context,
                    const sql::SyntaxTree& syntax,
                    const UtilityAnswers& answers) {
  const sql::UtilityFacts& facts = syntax.utility();
  const Words ddl{Rule::SealedDdl, "the schema of a tagged table cannot be changed through pgveil",
                  "revert the table, change it, and apply the policy again"};
  const bool own = facts.temporary || (!answers.relations.empty() &&
                                       std::ranges::all_of(answers.relations, is_temporary));
  const SessionEffect schema = own ? SessionEffect::OwnSchema : SessionEffect::Schema;
  switch (syntax.kind()) {
    case Kind::Transaction:
      return decide_transaction(facts);
    case Kind::Set:
      return decide_set(facts);
    case Kind::Discard:
      return passed(facts.discard_all ? SessionEffect::DiscardAll : SessionEffect::Settings);
    case Kind::Deallocate:
      return passed(SessionEffect::Deallocate);
    case Kind::SetConstraints:
    case Kind::Show:
    case Kind::Fetch:
    case Kind::Listen:
    case Kind::Notify:
    case Kind::Unlisten:
    case Kind::Lock:
    case Kind::Vacuum:
    case Kind::Analyze:
    case Kind::Cluster:
    case Kind::Reindex:
    case Kind::Checkpoint:
      return passed(SessionEffect::None);
    case Kind::Execute:
      return passed(SessionEffect::Execute);
    case Kind::ClosePortal:
      return passed(SessionEffect::CloseCursor);
    case Kind::Explain:
      return decide_explain(syntax, answers);
    case Kind::Prepare:
      return decide_prepare(syntax, answers);
    case Kind::Declare:
      return decide_declare(syntax, answers);
    case Kind::View:
      return decide_view(syntax, answers, passed(schema));
    case Kind::CreateTableAs:
    case Kind::SelectInto:
      return decide_table_as(syntax, answers, passed(schema));
    case Kind::Truncate:
      return decide_truncate(context, answers);
    case Kind::Comment:
    case Kind::Grant:  // of the server's own rights, which go on beneath the policy's
      return passed(schema);
    case Kind::Ddl:
      if (own && facts.drops) {
        return passed(schema);
      }
      for (const CatalogRelation* relation : answers.relations) {
        if (relation != nullptr && relation->logical_only) {
          return refuse(Rule::SealedDdl,
                        "the view " + named(*relation) +
                            " computes with sealed columns, and is "
                            "not the server's",
                        "revert its tables, change it, and apply the policy again");
        }
      }
      return decide_on_relations(context, answers, passed(schema), ddl);
    case Kind::Refresh:  // from the server to the server; who may read it is decided then
      return passed(schema);
    case Kind::Role:
    case Kind::System:
      return passed(SessionEffect::Settings);
    case Kind::Do:
      if (const auto block = read_do_block(syntax.text())) {
        const bool known = !block->reads_pg_type || !hides_pg_type(context);
        if (known) {
          return passed(block->makes_types ? SessionEffect::Schema : SessionEffect::None);
        }
      }
      [[fallthrough]];
    case Kind::Call:
      return refuse(
          Rule::OpaqueFunction,
          "code that is run by DO or CALL may read tables, and what it reads cannot be known",
          "send its statements one by one");
    case Kind::Code:
      return refuse(Rule::OpaqueFunction,
                    "code that runs inside the server may read what the policy hides, so it is not "
                    "created through pgveil",
                    "create functions, triggers, rules and the like on the server itself");
    case Kind::Load:
      return refuse(Rule::OpaqueFunction, "LOAD brings code into the server that cannot be judged",
                    "load it by the server's configuration");
    case Kind::Select:
    case Kind::Insert:
    case Kind::Update:
    case Kind::Delete:
    case Kind::Merge:
    case Kind::Copy:  // decide_copy
    case Kind::Other:
      break;
  }
  return refuse(Rule::NotUnderstood, "this kind of statement is not known", "simplify it");
}

}  // namespace pgveil::policy
