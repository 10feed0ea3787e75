#include "proxy/audit/show.hpp"

#include "proxy/audit/files.hpp"
#include "proxy/audit/json_text.hpp"
#include "proxy/audit/record.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <map>
#include <ostream>

namespace pgveil::proxy {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::uint64_t number_of(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_int64() && value->get_int64() > 0
             ? static_cast<std::uint64_t>(value->get_int64())
             : 0;
}

const json::array& array_of(const json::object& object, const char* key) {
  static const json::array none;
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

/// What one line of the output says.
struct Row {
  std::string time;
  std::string kind;
  json::object who;  // the record that names the person
  std::vector<std::string> tables;
  std::vector<std::string> columns;  // "public.patients.ssn masked"
  std::uint64_t rows = 0;
  std::uint64_t patient_count = 0;
  std::vector<std::string> patients;  // only with keys
  bool has_patient = false;           // the one that is looked for
  bool patients_complete = true;
  std::string outcome;
  std::uint64_t duration_us = 0;
};

class Shower {
 public:
  Shower(const ShowFilter& filter,
         const std::shared_ptr<const AuditKeys>& keys,
         bool as_json,
         std::ostream& out)
      : filter_(filter), keys_(keys), json_(as_json), out_(out) {
    if (filter.from) {
      from_ = print_audit_time(*filter.from);
    }
    if (filter.until) {
      until_ = print_audit_time(*filter.until);
    }
    if (filter.patient && keys) {
      const auto term = patient_term(*keys, *filter.patient);
      if (term) {
        wanted_ = *term;
      }
    }
  }

  void header() {
    if (!json_) {
      put("TIME", "LOGIN", "ROLE", "WHAT", "ROWS", "OUTCOME", "PATIENTS; COLUMNS OR DETAILS");
    }
  }

  bool take(const std::string& line) {
    json::error_code ec;
    const json::value parsed = json::parse(line, ec);
    if (ec || !parsed.is_object()) {
      return false;
    }
    const json::object& object = parsed.get_object();
    const std::string kind = text_of(object, "kind");
    if (kind == "begin") {
      open_[key_of(object)] = statement(object);
    } else if (kind == "denied") {
      Row row = statement(object);
      row.outcome = "denied";
      emit(row);
    } else if (kind == "patients" || kind == "end") {
      take_end(object, kind == "end");
    } else if (kind != "file" && kind != "checkpoint") {
      if (kind == "start") {
        finish();
      }
      event(object, kind);
    }
    return true;
  }

  /// Statements that never ended: the process died, or they are running.
  void finish() {
    for (auto& [key, row] : open_) {
      row.outcome = "no end";
      emit(row);
    }
    open_.clear();
  }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;

  static Key key_of(const json::object& object) {
    return {number_of(object, "session"), number_of(object, "statement")};
  }

  static Row statement(const json::object& object) {
    Row row;
    row.time = text_of(object, "time");
    row.kind = text_of(object, "verb");
    row.who = object;
    for (const json::value& table : array_of(object, "tables")) {
      if (table.is_string()) {
        row.tables.emplace_back(table.get_string());
      }
    }
    for (const json::value& column : array_of(object, "columns")) {
      if (column.is_object()) {
        const json::object& one = column.get_object();
        row.columns.push_back(text_of(one, "table") + "." + text_of(one, "column") + " " +
                              text_of(one, "how"));
      }
    }
    return row;
  }

  void take_end(const json::object& object, bool last) {
    const auto found = open_.find(key_of(object));
    if (found == open_.end()) {
      return;
    }
    Row& row = found->second;
    for (const json::value& list : array_of(object, "patients")) {
      if (list.is_object()) {
        take_patients(list.get_object(), row);
      }
    }
    if (!last) {
      return;
    }
    const json::value* complete = object.if_contains("patients_complete");
    row.patients_complete = complete == nullptr || !complete->is_bool() || complete->get_bool();
    row.rows = number_of(object, "rows");
    row.duration_us = number_of(object, "duration_us");
    row.outcome = text_of(object, "sqlstate");
    emit(row);
    open_.erase(found);
  }

  void take_patients(const json::object& list, Row& row) {
    row.patient_count += number_of(list, "count");
    crypto::Bytes bytes;
    if (wanted_ && crypto::base64_decode(text_of(list, "terms"), bytes)) {
      for (std::size_t at = 0; at + wanted_->size() <= bytes.size(); at += wanted_->size()) {
        row.has_patient =
            row.has_patient || std::equal(wanted_->begin(), wanted_->end(),
                                          bytes.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    bytes.clear();
    if (keys_ && crypto::base64_decode(text_of(list, "sealed"), bytes)) {
      if (const auto ids = open_patients(*keys_, bytes)) {
        row.patients.insert(row.patients.end(), (*ids).begin(), (*ids).end());
      }
    }
  }

  void event(const json::object& object, const std::string& kind) {
    Row row;
    row.time = text_of(object, "time");
    row.kind = kind;
    row.who = object;
    for (const char* detail : {"authentication", "sqlstate", "reason", "file", "what", "field",
                               "key_kind", "by", "version"}) {
      if (const std::string text = text_of(object, detail); !text.empty()) {
        row.columns.push_back(std::string(detail) + " " + text);
      }
    }
    if (const std::uint64_t refused = number_of(object, "refused"); refused != 0) {
      row.columns.push_back(std::to_string(refused) + " records refused since " +
                            text_of(object, "since"));
    }
    emit(row);
  }

  bool wanted(const Row& row) const {
    if ((!from_.empty() && row.time < from_) || (!until_.empty() && row.time >= until_)) {
      return false;
    }
    if (filter_.login && text_of(row.who, "login") != *filter_.login) {
      return false;
    }
    if (filter_.table && std::ranges::find(row.tables, *filter_.table) == row.tables.end()) {
      return false;
    }
    return !filter_.patient || row.has_patient;
  }

  void emit(const Row& row) {
    if (!wanted(row)) {
      return;
    }
    if (json_) {
      emit_json(row);
      return;
    }
    std::string what;
    constexpr std::size_t kMostNamed = 5;
    for (std::size_t i = 0; i < row.patients.size() && i < kMostNamed; ++i) {
      what += (i == 0 ? "patient " : ", ") + row.patients[i];
    }
    const std::size_t named = std::min(row.patients.size(), kMostNamed);
    if (row.patient_count > named) {
      what += named == 0 ? std::to_string(row.patient_count) + " patients"
                         : " and " + std::to_string(row.patient_count - named) + " more";
    }
    what += row.patients_complete ? "" : " (not all could be named)";
    for (std::size_t i = 0; i < row.columns.size(); ++i) {
      what += (i == 0 ? (what.empty() ? "" : "; ") : ", ") + row.columns[i];
    }
    const bool is_statement = row.who.contains("statement");
    put(row.time.substr(0, 19), text_of(row.who, "login"), text_of(row.who, "role"), row.kind,
        is_statement && row.outcome != "denied" ? std::to_string(row.rows) : "", row.outcome, what);
  }

  void emit_json(const Row& row) {
    JsonMembers one;
    one.text("time", row.time).text("what", row.kind);
    for (const char* key : {"login", "role", "current_user", "database", "application", "address",
                            "plan", "rule", "fingerprint", "text"}) {
      one.text_if(key, text_of(row.who, key));
    }
    if (row.who.contains("statement")) {
      one.list("tables", row.tables)
          .list("columns", row.columns)
          .number("rows", row.rows)
          .number("patient_count", row.patient_count)
          .boolean("patients_complete", row.patients_complete)
          .text("outcome", row.outcome)
          .number("duration_us", row.duration_us);
      if (keys_) {
        one.list("patients", row.patients);
      }
    } else {
      one.list("details", row.columns);
    }
    out_ << one.object() << '\n';
  }

  void put(const std::string& time,
           const std::string& login,
           const std::string& role,
           const std::string& what,
           const std::string& rows,
           const std::string& outcome,
           const std::string& details) {
    out_ << std::left << std::setw(19) << time << "  " << std::setw(14) << printable(login) << "  "
         << std::setw(12) << role << "  " << std::setw(8) << what << "  " << std::right
         << std::setw(6) << rows << "  " << std::left << std::setw(7) << outcome << "  "
         << printable(details) << '\n';
  }

  /// Names come from clients: no control character may reach a terminal.
  static std::string printable(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return text;
  }

  const ShowFilter& filter_;
  const std::shared_ptr<const AuditKeys>& keys_;
  bool json_;
  std::ostream& out_;
  std::string from_;
  std::string until_;
  std::optional<crypto::Term> wanted_;
  std::map<Key, Row> open_;
};

}  // namespace

int audit_show(const std::filesystem::path& dir,
               const ShowFilter& filter,
               const std::shared_ptr<const AuditKeys>& keys,
               bool as_json,
               std::ostream& out) {
  const auto files = audit_files(dir);
  if (!files) {
    out << audit::print(files.error()) << '\n';
    return 2;
  }
  if (filter.patient && !keys) {
    out << "The records of one patient are found with the audit key: name its file.\n";
    return 2;
  }
  Shower shower(filter, keys, as_json, out);
  shower.header();
  std::uint64_t left_out = 0;
  for (const AuditFile& file : *files) {
    std::ifstream in(file.path, std::ios::binary);
    if (!in.is_open()) {
      out << file.path.string() << ": cannot be read\n";
      return 2;
    }
    for (std::string line; std::getline(in, line);) {
      const bool being_written = in.eof();  // no line feed yet
      left_out += being_written || shower.take(line) ? 0U : 1U;
    }
  }
  shower.finish();
  if (left_out != 0 && !as_json) {
    out << left_out << " lines are no records: run pgveil audit verify.\n";
  }
  return left_out == 0 ? 0 : 1;
}

}  // namespace pgveil::proxy
