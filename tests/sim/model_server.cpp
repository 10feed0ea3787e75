#include "tests/sim/model_server.hpp"

#include "protocol/message/query.hpp"
#include "proxy/session/settings.hpp"

namespace pgveil::sim {

namespace {

struct Meaning {
  std::vector<Column> columns;
  std::vector<Values> rows;
  std::string tag;
  bool has_rows = false;
};

Meaning rows_of(std::vector<Values> rows) {
  Meaning meaning;
  meaning.columns = {{"c"}};
  meaning.rows = std::move(rows);
  meaning.has_rows = true;
  return meaning;
}

Meaning tagged(std::string tag) {
  Meaning meaning;
  meaning.tag = std::move(tag);
  return meaning;
}

Meaning meaning_of(const std::string& sql) {
  if (sql == "row") {
    return rows_of({{"r"}});
  }
  if (sql == "three" || sql == "split") {
    return rows_of({{"x"}, {"y"}, {"z"}});
  }
  if (sql == "local") {
    return rows_of({{"l"}});
  }
  if (sql == "name") {
    return rows_of({{"alpha"}, {"beta"}});
  }
  if (sql == "name_up") {  // what the server has for it
    Meaning meaning = rows_of({{"sealed:alpha", "1"}, {"sealed:beta", "2"}});
    meaning.columns = {{"c", 17}, {"id", 23}};
    return meaning;
  }
  if (sql == "slice") {
    Meaning meaning = rows_of({{"0", "sealed:x"}});
    meaning.columns = {{"tag", 23}, {"c", 17}};
    return meaning;
  }
  if (sql == "SELECT WHERE false") {
    Meaning meaning = rows_of({});
    meaning.columns = {};
    return meaning;
  }
  if (sql.rfind("SELECT pg_catalog.current_setting", 0) == 0) {
    Values values;
    for (const std::string_view name : proxy::setting_names()) {
      values.emplace_back(*proxy::SessionSettings().find(name));
    }
    return rows_of({values});
  }
  if (sql.rfind("SHOW ", 0) == 0) {
    return rows_of({{*proxy::SessionSettings().find(sql.substr(5))}});
  }
  if (sql == "write" || sql == "write_up") {
    return tagged("UPDATE 1");
  }
  if (sql == "begin") {
    return tagged("BEGIN");
  }
  if (sql == "commit") {
    return tagged("COMMIT");
  }
  if (sql == "rollback") {
    return tagged("ROLLBACK");
  }
  return tagged(sql == "set" ? "SET" : "INSERT 0 1");
}

bool ends_block(const std::string& sql) { return sql == "commit" || sql == "rollback"; }

std::vector<std::string> cut(std::string_view text) {
  std::vector<std::string> statements;
  std::string one;
  for (const char c : std::string(text) + ';') {
    if (c != ';') {
      one += c;
      continue;
    }
    const std::size_t from = one.find_first_not_of(' ');
    if (from != std::string::npos) {
      statements.push_back(one.substr(from, one.find_last_not_of(' ') - from + 1));
    }
    one.clear();
  }
  return statements;
}

bool is_syntax_error(const std::string& sql) { return sql == "syntax" || sql == "pgveil_refused"; }

std::string no_statement(const std::string& name) {
  return name.empty() ? "unnamed prepared statement does not exist"
                      : "prepared statement \"" + name + "\" does not exist";
}

std::string no_portal(const std::string& name) { return "portal \"" + name + "\" does not exist"; }

std::string syntax_message(const std::string& sql) {
  return sql == "syntax" ? "syntax error" : "syntax error at or near \"pgveil_refused\"";
}

}  // namespace

const std::vector<std::string>& model_statements() {
  static const std::vector<std::string> statements{
      "row",      "three", "none", "fail", "bad",   "deny",  "syntax",    "begin", "commit",
      "rollback", "set",   "copy", "name", "write", "split", "splitfail", "local", ""};
  return statements;
}

void ModelServer::feed(protocol::ByteView bytes) {
  if (closed) {
    return;
  }
  protocol::put_bytes(inbox_, bytes);
  std::size_t at = 0;
  while (!closed) {
    const auto cut =
        protocol::cut_frame(protocol::ByteView(inbox_).subspan(at), protocol::Side::Frontend);
    if (!cut || !*cut) {
      break;
    }
    at += (**cut).frame.size();
    message(**cut);
  }
  inbox_.erase(inbox_.begin(), inbox_.begin() + static_cast<std::ptrdiff_t>(at));
}

void ModelServer::message(const protocol::MessageView& message) {
  if (message.type == 'X') {
    closed = true;
    return;
  }
  if (copying_ != Copying::No) {
    copying(message);
    return;
  }
  if (skipping_ && message.type != 'S') {
    return;
  }
  switch (message.type) {
    case 'Q':
      query((*protocol::decode_query(message.body)).sql);
      return;
    case 'P':
      parse(message.body);
      return;
    case 'B':
      bind(message.body);
      return;
    case 'D':
      describe(message.body);
      return;
    case 'E':
      execute(message.body);
      return;
    case 'C':
      close(message.body);
      return;
    case 'S':
      sync();
      return;
    case 'H':
      flush();
      return;
    default:
      return;  // stray d, c, f
  }
}

void ModelServer::query(std::string_view text) {
  statements_.erase("");
  portals_.erase("");
  in_query_ = true;
  failed_ = false;
  texts_ = cut(text);
  for (const std::string& sql : texts_) {
    if (is_syntax_error(sql)) {
      fail("42601", syntax_message(sql));
      texts_.clear();
      break;
    }
  }
  if (texts_.empty() && !failed_) {
    put(empty_query());
  }
  run_texts();
}

void ModelServer::run_texts() {
  while (!texts_.empty() && !failed_) {
    const std::string sql = texts_.front();
    texts_.erase(texts_.begin());
    if (!analyse(sql)) {
      break;
    }
    if (sql == "copy") {
      put(copy_in());
      flush();
      copying_ = Copying::Query;
      return;
    }
    const Meaning meaning = meaning_of(sql);
    if (meaning.has_rows) {
      put(columns(meaning.columns));
      for (const Values& values : meaning.rows) {
        put(row(values));
      }
      put(complete("SELECT " + std::to_string(meaning.rows.size())));
    } else if (finish_statement(sql)) {
      continue;
    } else {
      break;
    }
  }
  in_query_ = false;
  if (block_ == 'I') {
    end_transaction();
  }
  put(ready(block_));
  flush();
}

/// Errors that come before a statement runs, and those of running it.
bool ModelServer::analyse(const std::string& sql) {
  if (block_ == 'E' && !ends_block(sql)) {
    fail("25P02", "current transaction is aborted");
  } else if (sql == "bad") {
    fail("42703", "no such column");
  } else if (sql == "deny") {
    fail("42501", "deny");
  } else if (sql.find("pgveil_refused()") != std::string::npos) {
    fail("42883", "function pg_catalog.pgveil_refused() does not exist");
  } else if (in_query_ && sql == "fail") {
    fail("22012", "division by zero");
  } else if (in_query_ && sql == "splitfail") {
    fail("22P01", "twin");
  } else {
    return true;
  }
  return false;
}

bool ModelServer::finish_statement(const std::string& sql) {
  std::string tag = meaning_of(sql).tag;
  if (sql == "begin") {
    block_ = block_ == 'I' ? 'T' : block_;
  } else if (ends_block(sql)) {
    tag = block_ == 'E' ? "ROLLBACK" : tag;
    block_ = 'I';
    end_transaction();
  }
  put(complete(tag));
  return true;
}

void ModelServer::parse(protocol::ByteView body) {
  const auto parse = *protocol::decode_parse(body);
  const std::string name(parse.statement);
  const std::vector<std::string> texts = cut(parse.sql);
  const std::string sql = texts.empty() ? "" : texts[0];
  if (name.empty()) {
    statements_.erase("");
  }
  if (is_syntax_error(sql)) {
    fail("42601", syntax_message(sql));
    return;
  }
  if (!sql.empty() && !analyse(sql)) {
    return;
  }
  if (statements_.contains(name)) {
    fail("42P05", "prepared statement \"" + name + "\" already exists");
    return;
  }
  statements_[name] = sql;
  put(parse_complete());
}

void ModelServer::bind(protocol::ByteView body) {
  const auto bind = *protocol::decode_bind(body);
  const auto found = statements_.find(std::string(bind.statement));
  if (found == statements_.end()) {
    fail("26000", no_statement(std::string(bind.statement)));
    return;
  }
  if (block_ == 'E' && !ends_block(found->second)) {
    fail("25P02", "current transaction is aborted");
    return;
  }
  const std::string name(bind.portal);
  if (!name.empty() && portals_.contains(name)) {
    fail("42P03", "cursor \"" + name + "\" already exists");
    return;
  }
  portals_[name] = Portal{found->second};
  put(bind_complete());
}

void ModelServer::describe(protocol::ByteView body) {
  const auto describe = *protocol::decode_describe(body);
  const std::string name(describe.name);
  const bool is_statement = describe.target == protocol::Target::Statement;
  std::string sql;
  if (is_statement) {
    if (!statements_.contains(name)) {
      fail("26000", no_statement(name));
      return;
    }
    sql = statements_[name];
  } else {
    if (!portals_.contains(name)) {
      fail("34000", no_portal(name));
      return;
    }
    sql = portals_[name].sql;
  }
  const Meaning meaning = sql == "splitfail" ? rows_of({}) : meaning_of(sql);
  if (block_ == 'E' && meaning.has_rows) {
    fail("25P02", "current transaction is aborted");
    return;
  }
  if (is_statement) {
    put(parameters({}));
  }
  put(meaning.has_rows ? columns(meaning.columns) : no_data());
}

void ModelServer::execute(protocol::ByteView body) {
  const auto execute = *protocol::decode_execute(body);
  const auto found = portals_.find(std::string(execute.portal));
  if (found == portals_.end()) {
    fail("34000", no_portal(std::string(execute.portal)));
    return;
  }
  Portal& portal = found->second;
  if (portal.sql.empty()) {
    put(empty_query());
    return;
  }
  if (block_ == 'E' && !ends_block(portal.sql)) {
    fail("25P02", "current transaction is aborted");
    return;
  }
  if (portal.sql == "fail") {
    fail("22012", "division by zero");
    return;
  }
  if (portal.sql == "splitfail") {
    fail("22P01", "twin");
    return;
  }
  const Meaning meaning = meaning_of(portal.sql);
  if (!meaning.has_rows) {
    if (portal.done) {
      fail("55000", "portal cannot be run anymore");
      return;
    }
    portal.done = true;
    if (portal.sql == "copy") {
      put(copy_in());
      flush();
      copying_ = Copying::Execute;
      return;
    }
    finish_statement(std::string(portal.sql));
    return;
  }
  const std::size_t limit = execute.row_limit > 0 ? static_cast<std::size_t>(execute.row_limit) : 0;
  std::size_t count = 0;
  while (portal.next < meaning.rows.size() && (limit == 0 || count < limit)) {
    put(row(meaning.rows[portal.next]));
    ++portal.next;
    ++count;
  }
  put(limit > 0 && count == limit ? suspended() : complete("SELECT " + std::to_string(count)));
}

void ModelServer::close(protocol::ByteView body) {
  const auto close = *protocol::decode_close(body);
  if (close.target == protocol::Target::Statement) {
    statements_.erase(std::string(close.name));
  } else {
    portals_.erase(std::string(close.name));
  }
  put(close_complete());
}

void ModelServer::sync() {
  skipping_ = false;
  if (block_ == 'I') {
    end_transaction();
  }
  put(ready(block_));
  flush();
}

void ModelServer::copying(const protocol::MessageView& message) {
  switch (message.type) {
    case 'd':
    case 'S':
    case 'H':
      return;
    case 'c':
      put(complete("COPY 1"));
      break;
    case 'f':
      fail("57014", "COPY from stdin failed");
      break;
    default:
      // PostgreSQL says ERROR, then FATAL; which message it was is not compared.
      put(fatal("08P01", "COPY"));
      flush();
      closed = true;
      return;
  }
  const bool by_query = copying_ == Copying::Query;
  copying_ = Copying::No;
  if (by_query) {
    run_texts();
  }
}

void ModelServer::fail(std::string_view sqlstate, std::string_view text) {
  put(error(sqlstate, text));
  flush();
  if (block_ == 'T') {
    block_ = 'E';
  }
  if (block_ != 'I') {
    portals_.clear();
  } else {
    end_transaction();
  }
  failed_ = true;
  texts_.clear();
  skipping_ = !in_query_;
}

void ModelServer::end_transaction() { portals_.clear(); }

void ModelServer::flush() {
  protocol::put_bytes(sent, held_);
  held_.clear();
}

}  // namespace pgveil::sim
