#include "proxy/apply/leaks.hpp"

#include "proxy/apply/json.hpp"
#include "proxy/apply/table_plan.hpp"

#include <ostream>

namespace pgveil::proxy::apply {
namespace {

using policy::ColumnPolicy;
using policy::Phi;

void add(std::string& text, std::string_view more) {
  text += (text.empty() ? "" : "; ");
  text += more;
}

/// Of facts about search terms that attacks are known for.
std::string warning_for(const ColumnPolicy& column) {
  if (column.search.text && column.phi != Phi::Name && column.phi != Phi::Email &&
      column.phi != Phi::Street && column.phi != Phi::Health && column.phi != Phi::Unstated) {
    return "text terms of numbers and codes show much: digits have few fragments";
  }
  if (column.phi == Phi::Health && (column.search.equality || column.search.folded)) {
    return "few distinct values of health data can be guessed by how often each occurs";
  }
  if (column.search.text) {
    return "common fragments can be found by counting, diluted by 8 partitions";
  }
  if (column.phi == Phi::Zip && column.search.equality) {
    return "equal areas show, and give away other columns";
  }
  if (!column.search.order.empty()) {
    return "order beside other columns gives away more than either: keep it for columns that lists "
           "are "
           "paged by";
  }
  if (column.search.range == "day" || column.search.range == "week") {
    return "fine buckets are few rows each: with the order that queries show, they are the dates";
  }
  return "";
}

/// "year", "step of 10", "power of two".
std::string bucket_words(const std::string& unit) {
  return unit == "log2"                     ? std::string("power of two")
         : unit[0] >= '0' && unit[0] <= '9' ? "step of " + unit
                                            : unit;
}

Leak leak_of(const policy::TablePolicy& table, const ColumnPolicy& column) {
  Leak leak;
  leak.column = table.schema + '.' + table.name + '.' + column.name;
  leak.search = print(column.search);
  leak.at_once = "that a row exists, NULL or not, ";
  leak.at_once += column.pad == 0 ? "length" : "length in steps of " + std::to_string(column.pad);
  if (!column.search.any()) {
    leak.in_time = "the same";
    leak.never = "value, equality";
  }
  if (column.search.equality) {
    add(leak.at_once, "which rows share a value, and how many");
    add(leak.in_time, "which values are asked for; likely values where few are common");
    add(leak.never, "values that occur once");
  }
  if (column.search.folded) {
    add(leak.at_once, "which rows share a value but for case and accents");
    add(leak.in_time, "which values are asked for; likely values where few are common");
    add(leak.never, "the spelling");
  }
  if (column.search.text) {
    add(leak.at_once, "about how long the text is; statistics of shared fragments");
    add(leak.in_time, "fragments that were searched for; common names");
    add(leak.never, "rare names that are never searched for");
  }
  if (!column.search.range.empty()) {
    const std::string bucket = bucket_words(column.search.range);
    add(leak.at_once, "which rows are of the same " + bucket + ", and how many");
    add(leak.in_time, "the order of them, and so likely the " + bucket);
    add(leak.never, "anything finer than the " + bucket);
  }
  if (!column.search.order.empty()) {
    const std::string& unit = column.search.order;
    const bool letters = unit.size() == 1 && unit[0] >= '1' && unit[0] <= '8';
    const std::string what = letters ? "the first " + unit + " bytes of a text, or steps of " + unit
                                     : "the " + bucket_words(unit);
    add(leak.at_once, "the order of rows by " + what + ", and which of them share it");
    add(leak.in_time, "likely the common ones among these");
    add(leak.never, "anything finer");
  }
  leak.warning = warning_for(column);
  return leak;
}

}  // namespace

std::vector<Leak> leaks_of(const policy::Policy& policy) {
  std::vector<Leak> leaks;
  for (const policy::TablePolicy& table : policy.tables) {
    for (const ColumnPolicy& column : table.columns) {
      if (column.seal) {
        leaks.push_back(leak_of(table, column));
      }
    }
  }
  return leaks;
}

void print(const std::vector<Leak>& leaks, std::ostream& out) {
  if (leaks.empty()) {
    return;
  }
  out << "What someone with the whole server, its logs and backups learns:\n";
  for (const Leak& leak : leaks) {
    out << leak.column << " (search: " << leak.search << ")\n"
        << "  at once  " << leak.at_once << '\n'
        << "  in time  " << leak.in_time << '\n'
        << "  never    " << leak.never << '\n';
    if (!leak.warning.empty()) {
      out << "  mind     " << leak.warning << '\n';
    }
  }
}

void print_json(const std::vector<Leak>& leaks, std::ostream& out) {
  out << '[';
  for (std::size_t i = 0; i < leaks.size(); ++i) {
    out << (i == 0 ? "" : ",") << "{\"column\":" << json_text(leaks[i].column)
        << ",\"search\":" << json_text(leaks[i].search)
        << ",\"at_once\":" << json_text(leaks[i].at_once)
        << ",\"in_time\":" << json_text(leaks[i].in_time)
        << ",\"never\":" << json_text(leaks[i].never)
        << ",\"warning\":" << json_text(leaks[i].warning) << '}';
  }
  out << ']';
}

}  // namespace pgveil::proxy::apply
