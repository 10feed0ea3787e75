// libpqxx: work, parameters, prepared statements, stream_from and stream_to, cursors, pipeline, subtransactions, robust
// transactions, errors as exceptions. Connects by the PG* variables. Each step begins with `-- name`.

#include <cstdio>
#include <functional>
#include <iostream>
#include <pqxx/pqxx>
#include <string>
#include <tuple>

namespace {

void show(const pqxx::result& rows) {
  for (int column = 0; column < static_cast<int>(rows.columns()); ++column) {
    std::cout << rows.column_name(column) << ':' << rows.column_type(column) << ' ';
  }
  std::cout << rows.affected_rows() << '\n';
  for (const auto& row : rows) {
    for (const auto& cell : row) {
      std::cout << (cell.is_null() ? "NULL" : cell.c_str()) << '|';
    }
    std::cout << '\n';
  }
}

const std::string kInsert =
    "INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, emergency, photo) "
    "VALUES ($1, $2, $3, $4, 'X', $5, 'CA', $6, $7) ";

void types(pqxx::work& w) {
  show(
      w.exec_params("SELECT id, ssn, last_name, dob, external_ref, emergency, photo, vip, "
                    "registered_at FROM patients WHERE id = $1",
                    33));
  show(w.exec_params("SELECT ssn, emergency, photo FROM patients WHERE id = $1", 100));
  show(w.exec_params(
      "SELECT temperature, pulse, fasting, checked_in, fee FROM visits WHERE id < $1 ORDER BY id",
      7));
  const pqxx::binarystring photo(w.exec_params1("SELECT photo FROM patients WHERE id = $1", 33)[0]);
  std::cout << photo.size() << '\n';
}

void searches(pqxx::work& w) {
  const auto ssn = w.exec1("SELECT ssn FROM patients WHERE id = 33")[0].as<std::string>();
  show(w.exec_params("SELECT id, last_name FROM patients WHERE ssn = $1", ssn));
  show(w.exec_params("SELECT id, last_name FROM patients WHERE last_name LIKE $1 ORDER BY id",
                     "Mu%"));
  show(w.exec("SELECT id FROM patients WHERE last_name = " + w.quote(std::string("O'Brien")) +
              " ORDER BY id"));
  for (int page = 0; page < 3; ++page) {
    show(w.exec_params(
        "SELECT id, last_name FROM patients ORDER BY last_name, id LIMIT $1 OFFSET $2", 4,
        4 * page));
  }
}

void prepared(pqxx::work& w) {
  for (int id = 1; id < 6; ++id) {
    show(w.exec_prepared("by_id", id));
  }
}

void write(pqxx::work& w) {
  const pqxx::binarystring photo(std::string("\0\xff", 2));
  show(w.exec_params(kInsert + "RETURNING id, ssn, dob, emergency, photo", 9990, "X1",
                     "111-22-3333", "Pqxx", "1999-12-31", "{\"a\": [1, null]}", photo));
  show(w.exec_params("UPDATE patients SET last_name = $2, photo = $3 WHERE mrn = $1", "X1",
                     "Changed", nullptr));
  show(w.exec_params("SELECT last_name, photo, revision FROM patients WHERE id = $1", 9990));
  show(w.exec_params("DELETE FROM patients WHERE ssn = $1", "111-22-3333"));
}

void on_conflict(pqxx::work& w) {
  show(w.exec_params(
      kInsert +
          "ON CONFLICT (mrn) DO UPDATE SET last_name = excluded.last_name RETURNING id, last_name",
      9991, "MRN0000042", nullptr, "Upserted", "2000-01-01", nullptr, nullptr));
}

void streams(pqxx::work& w) {
  {
    pqxx::stream_to rooms(w, "rooms", std::vector<std::string>{"name", "floor", "seats"});
    for (int i = 0; i < 100; ++i) {
      rooms << std::make_tuple("X" + std::to_string(i), 7, 1);
    }
    rooms.complete();
  }
  show(w.exec("SELECT count(*) FROM rooms WHERE floor = 7"));
  pqxx::stream_from payers(w, "payers");
  for (std::string line; payers.get_raw_line(
           line);) {  // `payers >> tuple` of this version does not read its own rows
    std::cout << line << '\n';
  }
  payers.complete();
}

void stream_tagged(pqxx::work& w) {
  pqxx::stream_from patients(w, "patients");
  int count = 0;
  for (std::string line; patients.get_raw_line(line);) {
    ++count;
  }
  patients.complete();
  std::cout << count << '\n';
}

void cursor(pqxx::work& w) {
  pqxx::icursorstream rooms(w, "SELECT name, floor FROM rooms ORDER BY name", "in_rooms", 9);
  for (pqxx::result rows; rooms >> rows;) {
    show(rows);
  }
}

void cursor_tagged(pqxx::work& w) {
  pqxx::icursorstream patients(w, "SELECT id, last_name FROM patients WHERE id < 20 ORDER BY id",
                               "in_patients", 9);
  for (pqxx::result rows; patients >> rows;) {
    show(rows);
  }
}

void pipeline(pqxx::work& w) {
  pqxx::pipeline queue(w);  // libpqxx glues them into one Query, with markers of its own between
  const auto first = queue.insert("SELECT last_name FROM patients WHERE id = 3");
  const auto second = queue.insert("SELECT count(*) FROM visits WHERE patient_id = 3");
  const auto third = queue.insert("SELECT id FROM patients WHERE last_name LIKE 'Mu%' ORDER BY id");
  show(queue.retrieve(second));
  show(queue.retrieve(first));
  show(queue.retrieve(third));
  queue.complete();
}

void pipeline_error(pqxx::work& w) {
  pqxx::pipeline queue(w);
  const auto first = queue.insert("SELECT last_name FROM patients WHERE id = 3");
  const auto second = queue.insert("SELECT id FROM patients WHERE dob = 'nonsense'");
  queue.insert("SELECT 1");
  show(queue.retrieve(first));
  show(queue.retrieve(second));
}

void subtransaction(pqxx::work& w) {
  try {
    pqxx::subtransaction inner(w, "inner");
    inner.exec("UPDATE patients SET mrn = 'MRN0000042' WHERE id = 3");
  } catch (const pqxx::unique_violation& problem) {
    std::cout << problem.sqlstate() << '\n';
  }
  show(w.exec("SELECT mrn FROM patients WHERE id = 3"));
}

std::function<void(pqxx::work&)> failing(const std::string& sql) {
  return [sql](pqxx::work& w) { show(w.exec(sql)); };
}

}  // namespace

int main() {
  pqxx::connection connection;
  connection.prepare("by_id", "SELECT last_name, dob FROM patients WHERE id = $1");
  const std::tuple<const char*, std::function<void(pqxx::work&)>> steps[] = {
      {"types", types},
      {"searches", searches},
      {"prepared", prepared},
      {"write", write},
      {"on conflict", on_conflict},
      {"streams", streams},
      {"stream of a tagged table", stream_tagged},
      {"cursor", cursor},
      {"cursor over a tagged table", cursor_tagged},
      {"pipeline", pipeline},
      {"pipeline with an error", pipeline_error},
      {"subtransaction", subtransaction},
      {"error unique", failing("UPDATE patients SET mrn = 'MRN0000042' WHERE id = 3")},
      {"error date", failing("SELECT id FROM patients WHERE dob = '1999-02-30'")},
      {"error syntax", failing("SELECT id FROM patients WHERE last_name = = 'x'")},
      {"error column", failing("SELECT id, nosuch FROM patients")},
      {"error denied", failing("UPDATE consents SET signature = NULL WHERE id = 1")},
      {"error foreign key", failing("UPDATE visits SET patient_id = 99999 WHERE id = 1")}};
  for (const auto& [name, body] : steps) {
    std::cout << "-- " << name << '\n';
    try {
      pqxx::work transaction(connection);
      body(transaction);
    } catch (const pqxx::insufficient_privilege&) {
      std::cout << "error: insufficient privilege\n";
    } catch (const pqxx::sql_error& problem) {
      const std::string words = problem.what();
      std::cout << "error " << problem.sqlstate() << ' ' << words.substr(0, words.find('\n'))
                << '\n';
    } catch (const std::exception& problem) {
      std::cout << "error " << problem.what() << '\n';
    }
  }
  std::cout << "-- robust\n";
  // A record of the transaction is kept in a table of its own while it is in doubt.
  try {
    pqxx::nontransaction plain(connection);
    show(plain.exec("SELECT last_name FROM patients WHERE id = 3"));
  } catch (const std::exception& problem) {
    std::cout << "error " << problem.what() << '\n';
  }
  std::cout << "-- cancel\n";
  connection.cancel_query();
  pqxx::work after(connection);
  show(after.exec("SELECT last_name FROM patients WHERE id = 3"));
  return 0;
}
