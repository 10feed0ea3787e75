// lib/pq through database/sql: Parse, Describe, Bind for each query, text parameters, one connection of a pool,
// COPY by pq.CopyIn. Connects by the PG* variables. Each step begins with `-- name` and may fail by itself.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
)

const patient = `INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, external_ref, emergency, photo)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) `

func told(err error) {
	var problem *pq.Error
	switch {
	case !errors.As(err, &problem):
		fmt.Println("error", err)
	case problem.Code == "42501":
		fmt.Println("error", problem.Code)
	default:
		fmt.Println("error", problem.Severity, problem.Code, problem.Code.Name(), problem.Message, problem.Position, problem.Constraint)
	}
}

type querier interface {
	QueryContext(context.Context, string, ...interface{}) (*sql.Rows, error)
	ExecContext(context.Context, string, ...interface{}) (sql.Result, error)
}

var ctx = context.Background()

func show(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	types, _ := rows.ColumnTypes()
	for _, column := range types {
		length, _ := column.Length()
		precision, scale, _ := column.DecimalSize()
		fmt.Print(column.Name(), " ", column.DatabaseTypeName(), " ", length, " ", precision, ".", scale, "; ")
	}
	fmt.Println()
	for rows.Next() {
		cells := make([]interface{}, len(types))
		for i := range cells {
			cells[i] = new(interface{})
		}
		if err := rows.Scan(cells...); err != nil {
			return err
		}
		for _, cell := range cells {
			switch value := (*cell.(*interface{})).(type) {
			case []byte:
				fmt.Printf("%q|", value)
			case time.Time:
				fmt.Print(value.Format(time.RFC3339Nano), "|")
			default:
				fmt.Print(value, "|")
			}
		}
		fmt.Println()
	}
	return rows.Err()
}

func changed(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	count, _ := result.RowsAffected()
	fmt.Println("changed", count)
	return nil
}

func types(q querier) error {
	if err := show(q.QueryContext(ctx, `SELECT id, mrn, ssn, last_name, dob, state, external_ref, emergency, photo, vip, registered_at
		FROM patients WHERE id = $1`, 33)); err != nil {
		return err
	}
	if err := show(q.QueryContext(ctx, "SELECT ssn, zip, emergency, photo FROM patients WHERE id = 100")); err != nil {
		return err
	}
	return show(q.QueryContext(ctx, "SELECT temperature, pulse, fasting, checked_in, fee FROM visits WHERE id < $1 ORDER BY id", 6))
}

func searches(q querier) error {
	var ssn string
	rows, err := q.QueryContext(ctx, "SELECT ssn FROM patients WHERE id = 33")
	if err != nil {
		return err
	}
	rows.Next()
	if err := rows.Scan(&ssn); err != nil {
		return err
	}
	rows.Close()
	if err := show(q.QueryContext(ctx, "SELECT id, last_name FROM patients WHERE ssn = $1", ssn)); err != nil {
		return err
	}
	if err := show(q.QueryContext(ctx, "SELECT id, last_name FROM patients WHERE last_name LIKE $1 ORDER BY id", "Mu%")); err != nil {
		return err
	}
	if err := show(q.QueryContext(ctx, "SELECT id FROM patients WHERE last_name = ANY($1) ORDER BY id", pq.Array([]string{"Ng", "O'Brien"}))); err != nil {
		return err
	}
	if err := show(q.QueryContext(ctx, "SELECT id FROM patients WHERE dob = $1", time.Date(1947, 11, 19, 0, 0, 0, 0, time.UTC))); err != nil {
		return err
	}
	for page := 0; page < 3; page++ {
		if err := show(q.QueryContext(ctx, "SELECT id, last_name FROM patients ORDER BY last_name, id LIMIT $1 OFFSET $2", 4, 4*page)); err != nil {
			return err
		}
	}
	return nil
}

func arrays(q querier) error {
	rows, err := q.QueryContext(ctx, "SELECT array_agg(last_name ORDER BY id), array_agg(id ORDER BY id) FROM patients WHERE id < 9")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var names []string
		var ids []int64
		if err := rows.Scan(pq.Array(&names), pq.Array(&ids)); err != nil {
			return err
		}
		fmt.Println(names, ids)
	}
	return rows.Err()
}

func write(q querier) error {
	emergency, _ := json.Marshal(map[string]interface{}{"name": "Ä", "phones": []interface{}{1, nil}})
	if err := show(q.QueryContext(ctx, patient+"RETURNING id, ssn, dob, external_ref, emergency, photo", 9500, "G1", "111-22-3333", "Go", "Pher",
		time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC), "CA", "00000000-0000-0000-0000-000000000007", string(emergency), []byte{0, 255})); err != nil {
		return err
	}
	if err := changed(q.ExecContext(ctx, "UPDATE patients SET last_name = $2, photo = $3 WHERE mrn = $1", "G1", "Changed", nil)); err != nil {
		return err
	}
	if err := show(q.QueryContext(ctx, "SELECT last_name, photo, revision FROM patients WHERE id = $1", 9500)); err != nil {
		return err
	}
	if err := show(q.QueryContext(ctx, `INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, temperature, pulse, fasting, checked_in)
		VALUES ($1, 1, $2, $3, $4, $5, $6, $7) RETURNING temperature, pulse, fasting, checked_in`, 9500, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		"acute", 38.15, 70, true, time.Date(2026, 1, 1, 3, 4, 5, 6000, time.UTC))); err != nil {
		return err
	}
	if err := changed(q.ExecContext(ctx, "DELETE FROM visits WHERE patient_id = $1", 9500)); err != nil {
		return err
	}
	return changed(q.ExecContext(ctx, "DELETE FROM patients WHERE ssn = $1", "111-22-3333"))
}

func onConflict(q querier) error {
	return show(q.QueryContext(ctx, patient+"ON CONFLICT (mrn) DO UPDATE SET last_name = excluded.last_name RETURNING id, last_name",
		9501, "MRN0000042", nil, "Upserted", "X", "2000-01-01", "CA", nil, nil, nil))
}

func copyRooms(tx *sql.Tx) error {
	statement, err := tx.Prepare(pq.CopyIn("rooms", "name", "floor"))
	if err != nil {
		return err
	}
	for i := 0; i < 100; i++ {
		if _, err := statement.Exec(fmt.Sprint("G", i), 7); err != nil {
			return err
		}
	}
	if err := changed(statement.Exec()); err != nil {
		return err
	}
	if err := statement.Close(); err != nil {
		return err
	}
	return show(tx.Query("SELECT count(*) FROM rooms WHERE floor = 7"))
}

func copyPatients(tx *sql.Tx) error {
	statement, err := tx.Prepare(pq.CopyIn("patients", "id", "mrn", "ssn", "last_name", "first_name", "dob", "state", "photo"))
	if err != nil {
		return err
	}
	for i := 0; i < 30; i++ {
		if _, err := statement.Exec(9520+i, fmt.Sprint("K", i), nil, fmt.Sprint("Copy\t", i), "X", time.Date(2000, 1, 1+i, 0, 0, 0, 0, time.UTC), "NY",
			[]byte{0, byte(i)}); err != nil {
			return err
		}
	}
	if err := changed(statement.Exec()); err != nil {
		return err
	}
	if err := statement.Close(); err != nil {
		return err
	}
	return show(tx.Query("SELECT id, mrn, last_name, dob, photo FROM patients WHERE id >= 9520 ORDER BY id"))
}

func prepared(tx *sql.Tx) error {
	statement, err := tx.Prepare("SELECT last_name, dob FROM patients WHERE id = $1")
	if err != nil {
		return err
	}
	for id := 1; id < 8; id++ {
		if err := show(statement.Query(id)); err != nil {
			return err
		}
	}
	return statement.Close()
}

func cancelled(tx *sql.Tx) error {
	limited, stop := context.WithTimeout(ctx, 500*time.Millisecond)
	defer stop()
	return show(tx.QueryContext(limited, "SELECT pg_sleep(20), last_name FROM patients WHERE id = 3"))
}

func step(db *sql.DB, name string, body func(*sql.Tx) error) {
	fmt.Println("--", name)
	tx, err := db.Begin()
	if err == nil {
		err = body(tx)
	}
	if err != nil {
		told(err)
	}
	tx.Rollback()
}

func plain(body func(querier) error) func(*sql.Tx) error {
	return func(tx *sql.Tx) error { return body(tx) }
}

func failing(statement string, arguments ...interface{}) func(*sql.Tx) error {
	return func(tx *sql.Tx) error { return show(tx.Query(statement, arguments...)) }
}

func main() {
	for _, mode := range []string{"", "binary_parameters=yes"} {
		db, err := sql.Open("postgres", mode)
		if err != nil {
			panic(err)
		}
		db.SetMaxOpenConns(1)
		suffix := " " + mode
		step(db, "types"+suffix, plain(types))
		step(db, "searches"+suffix, plain(searches))
		step(db, "arrays"+suffix, plain(arrays))
		step(db, "write"+suffix, plain(write))
		step(db, "on conflict"+suffix, plain(onConflict))
		step(db, "prepared"+suffix, prepared)
		step(db, "copy"+suffix, copyRooms)
		step(db, "copy tagged"+suffix, copyPatients)
		step(db, "error unique"+suffix, failing(patient, 9502, "MRN0000042", nil, "U", "X", "2000-01-01", "CA", nil, nil, nil))
		step(db, "error date"+suffix, failing("SELECT id FROM patients WHERE dob = $1", "1999-02-30"))
		step(db, "error syntax"+suffix, failing("SELECT id FROM patients WHERE last_name = = 'x'"))
		step(db, "error column"+suffix, failing("SELECT id, nosuch FROM patients WHERE id = $1", 1))
		step(db, "error denied"+suffix, failing("UPDATE consents SET signature = $1 WHERE id = 1", []byte{1}))
		step(db, "error not null"+suffix, failing("UPDATE patients SET last_name = $1 WHERE id = 3", nil))
		step(db, "cancel"+suffix, cancelled)
		step(db, "after"+suffix, plain(func(q querier) error { return show(q.QueryContext(ctx, "SELECT last_name FROM patients WHERE id = 3")) }))
		db.Close()
	}
}
