import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.*;
import java.time.*;
import java.util.*;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** pgjdbc with the options that programs set in their URL: each runs the same steps; a step begins with `-- name`. */
public class ClientModes {
  static boolean simple;  // in this mode the driver cannot write bytea

  interface Body {
    void run(Connection c) throws Exception;
  }

  static final String PATIENT =
      "INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, external_ref, photo) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

  static void show(ResultSet rows) throws SQLException {
    ResultSetMetaData meta = rows.getMetaData();
    StringBuilder head = new StringBuilder();
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      head.append(meta.getColumnName(i)).append(' ').append(meta.getColumnTypeName(i)).append(' ').append(meta.getColumnClassName(i))
          .append(' ').append(meta.getPrecision(i)).append('.').append(meta.getScale(i)).append(' ').append(meta.getColumnDisplaySize(i))
          .append(' ').append(meta.isNullable(i)).append(' ').append(meta.isAutoIncrement(i)).append(' ').append(meta.getTableName(i)).append("; ");
    }
    System.out.println(head);
    while (rows.next()) {
      StringBuilder line = new StringBuilder();
      for (int i = 1; i <= meta.getColumnCount(); i++) {
        Object value = rows.getObject(i);
        line.append(value instanceof byte[] ? Arrays.toString((byte[]) value) : value instanceof java.sql.Array ? "array " + value : String.valueOf(value))
            .append('|');
      }
      System.out.println(line);
    }
  }

  static void query(Connection c, String sql, Object... values) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) s.setObject(i + 1, values[i]);
      show(s.executeQuery());
    }
  }

  static void types(Connection c) throws SQLException {
    query(c, "SELECT id, mrn, ssn, last_name, dob, sex, state, external_ref, emergency, photo, vip, registered_at FROM patients WHERE id = ?", 33);
    query(c, "SELECT ssn, zip, emergency, photo FROM patients WHERE id = ?", 100);
    query(c, "SELECT temperature, pulse, fasting, checked_in, fee FROM visits WHERE id < ? ORDER BY id", 6L);
    query(c, "SELECT value, observed_at, abnormal, report FROM lab_results WHERE id < ? ORDER BY id", 4L);
    try (PreparedStatement s = c.prepareStatement("SELECT dob, external_ref, registered_at, emergency FROM patients WHERE id = ?")) {
      s.setInt(1, 33);
      ResultSet r = s.executeQuery();
      r.next();
      System.out.println(r.getObject(1, LocalDate.class) + " " + r.getDate(1) + " " + r.getObject(2, UUID.class) + " "
          + r.getObject(3, OffsetDateTime.class).toInstant() + " " + r.getString(4));
    }
  }

  static void searches(Connection c) throws SQLException {
    for (String sql : List.of("ssn = ?", "mrn = ?", "last_name = ?", "email = ?", "phone = ?")) {
      String column = sql.substring(0, sql.indexOf(' '));
      String value;
      try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT " + column + " FROM patients WHERE id = 33")) {
        r.next();
        value = r.getString(1);
      }
      try (PreparedStatement s = c.prepareStatement("SELECT id FROM patients WHERE " + sql + " ORDER BY id")) {
        s.setString(1, value);  // declared varchar: for char(n) the server compares as text
        show(s.executeQuery());
        s.setString(1, value == null ? null : value + " ");
        show(s.executeQuery());
        s.setObject(1, value, Types.CHAR);
        show(s.executeQuery());
      }
    }
    query(c, "SELECT id, last_name FROM patients WHERE last_name LIKE ? ORDER BY id", "Mu%");
    query(c, "SELECT id, last_name FROM patients WHERE lower(last_name) LIKE lower(?) ORDER BY last_name, id LIMIT ? OFFSET ?", "%SON", 5, 2);
    query(c, "SELECT id FROM patients WHERE dob = ?", LocalDate.of(1947, 11, 19));
    query(c, "SELECT id FROM patients WHERE dob BETWEEN ? AND ? ORDER BY id", java.sql.Date.valueOf("1947-01-01"), java.sql.Date.valueOf("1948-01-01"));
    query(c, "SELECT id FROM patients WHERE external_ref = ?", UUID.fromString("77535aed-34d8-a7c1-df93-56cc810e1100"));
    query(c, "SELECT count(*) FROM visits WHERE temperature = ?", new BigDecimal("38.8"));
    query(c, "SELECT id FROM visits WHERE checked_in = ?", OffsetDateTime.of(2020, 1, 2, 8, 3, 38, 0, ZoneOffset.UTC));
    try (PreparedStatement s = c.prepareStatement("SELECT id FROM patients WHERE last_name = ANY (?) ORDER BY id")) {
      s.setArray(1, c.createArrayOf("varchar", new String[] {"Ng", "O'Brien"}));
      show(s.executeQuery());
    }
    try (PreparedStatement s = c.prepareStatement("SELECT id FROM patients WHERE (? IS NULL OR last_name = ?) AND id < 25 ORDER BY id")) {
      s.setString(1, null);
      s.setString(2, null);
      show(s.executeQuery());
      s.setString(1, "Diaz");
      s.setString(2, "Diaz");
      show(s.executeQuery());
    }
  }

  static void repeated(Connection c) throws SQLException {  // past prepareThreshold: named statement, binary results
    try (PreparedStatement s = c.prepareStatement("SELECT id, last_name, dob, photo FROM patients WHERE mrn = ?")) {
      for (int i = 40; i < 50; i++) {
        s.setString(1, String.format("MRN%07d", i));
        show(s.executeQuery());
      }
    }
  }

  static void batch(Connection c) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(PATIENT)) {
      for (int i = 0; i < 30; i++) {
        s.setInt(1, 9200 + i);
        s.setString(2, "J" + i);
        s.setString(3, i % 3 == 0 ? null : String.format("222-33-%04d", i));
        s.setString(4, "Batch" + i);
        s.setString(5, "X");
        s.setObject(6, LocalDate.of(2000, 1, 1).plusDays(i));
        s.setString(7, "CA");
        s.setObject(8, i % 2 == 0 ? new UUID(0, i) : null);
        s.setBytes(9, i % 4 == 0 || simple ? null : new byte[] {0, (byte) i});
        s.addBatch();
      }
      System.out.println(Arrays.toString(s.executeBatch()));
    }
    query(c, "SELECT id, ssn, last_name, dob, external_ref, photo FROM patients WHERE id >= ? ORDER BY id", 9200);
    try (PreparedStatement s = c.prepareStatement("UPDATE patients SET last_name = ? WHERE ssn = ?")) {
      for (int i = 0; i < 5; i++) {
        s.setString(1, "Changed" + i);
        s.setString(2, String.format("222-33-%04d", i));
        s.addBatch();
      }
      System.out.println(Arrays.toString(s.executeBatch()));
    }
    try (Statement s = c.createStatement()) {
      s.addBatch("DELETE FROM patients WHERE id = 9200");
      s.addBatch("UPDATE patients SET first_name = 'Y' WHERE id = 9201");
      System.out.println(Arrays.toString(s.executeBatch()));
    }
  }

  static void batchError(Connection c) throws SQLException {
    try (PreparedStatement s = c.prepareStatement("INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (?, ?, 'E', 'X', '2000-01-01', 'CA')")) {
      for (int i = 0; i < 6; i++) {
        s.setInt(1, 9240 + i);
        s.setString(2, i == 4 ? "MRN0000042" : "E" + i);
        s.addBatch();
      }
      s.executeBatch();
    } catch (BatchUpdateException problem) {
      System.out.println(problem.getSQLState() + " " + Arrays.toString(problem.getUpdateCounts()));
    }
  }

  static void generated(Connection c) throws SQLException {
    try (PreparedStatement s = c.prepareStatement("INSERT INTO diagnoses (visit_id, patient_id, code, description, severity, noted_on) VALUES (?, 3, ?, ?, ?, ?)",
        new String[] {"code", "description", "noted_on"})) {
      for (int i = 0; i < 3; i++) {
        s.setLong(1, 5);
        s.setString(2, "I10");
        s.setString(3, "Batch " + i);
        s.setShort(4, (short) i);
        s.setDate(5, java.sql.Date.valueOf("2026-01-0" + (i + 1)));
        s.addBatch();
      }
      s.executeBatch();
      show(s.getGeneratedKeys());
    }
    query(c, "INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9250, ?, ?, 'X', '2000-01-01', 'CA') ON CONFLICT (mrn) DO UPDATE "
        + "SET last_name = excluded.last_name RETURNING id, last_name", "MRN0000042", "Upserted");
  }

  static void fetchSize(Connection c) throws SQLException {
    for (String sql : List.of("SELECT id, last_name FROM patients WHERE id < 40 ORDER BY id",
        "SELECT id, last_name FROM patients WHERE last_name LIKE 'S%' ORDER BY id", "SELECT name, floor FROM rooms ORDER BY name")) {
      try (PreparedStatement s = c.prepareStatement(sql)) {
        s.setFetchSize(7);
        show(s.executeQuery());
      }
    }
    try (Statement s = c.createStatement()) {
      s.setMaxRows(3);
      show(s.executeQuery("SELECT id, dob FROM patients ORDER BY dob, id"));
    }
    // Two results read by turns on one connection.
    try (PreparedStatement outer = c.prepareStatement("SELECT id, last_name FROM patients WHERE id < 8 ORDER BY id");
        PreparedStatement inner = c.prepareStatement("SELECT id, reason FROM visits WHERE patient_id = ? ORDER BY id")) {
      outer.setFetchSize(2);
      ResultSet patients = outer.executeQuery();
      while (patients.next()) {
        inner.setInt(1, patients.getInt(1));
        ResultSet visits = inner.executeQuery();
        while (visits.next()) System.out.println(patients.getString(2) + " " + visits.getLong(1) + " " + visits.getString(2));
      }
    }
  }

  static void updatable(Connection c) throws SQLException {
    try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
      ResultSet r = s.executeQuery("SELECT id, last_name, dob FROM patients WHERE id IN (3, 4) ORDER BY id");
      r.next();
      r.updateString("last_name", "Updated");
      r.updateRow();
      r.absolute(2);
      r.updateDate("dob", java.sql.Date.valueOf("2001-02-03"));
      r.updateRow();
      r.refreshRow();
      System.out.println(r.getString("last_name") + " " + r.getDate("dob"));
    }
    query(c, "SELECT id, last_name, dob FROM patients WHERE id IN (3, 4) ORDER BY id");
  }

  static void copy(Connection c) throws Exception {
    CopyManager copies = c.unwrap(PGConnection.class).getCopyAPI();
    System.out.println(copies.copyIn("COPY rooms (name, floor) FROM STDIN", new StringReader("J1\t7\nJ2\t7\n")));
    query(c, "SELECT name FROM rooms WHERE floor = 7 ORDER BY name");
  }

  static void copyTagged(Connection c) throws Exception {
    CopyManager copies = c.unwrap(PGConnection.class).getCopyAPI();
    System.out.println(copies.copyIn("COPY patients (id, mrn, ssn, last_name, first_name, dob, state) FROM STDIN (FORMAT csv)",
        new StringReader("9260,C1,333-22-0001,\"Copy, Csv\",X,1999-12-31,CA\n9261,C2,,Plain,X,2000-02-29,NY\n")));
    java.io.StringWriter out = new java.io.StringWriter();
    System.out.println(copies.copyOut("COPY (SELECT id, ssn, last_name, dob FROM patients WHERE id > 9250 ORDER BY id) TO STDOUT (FORMAT csv, HEADER)", out));
    System.out.println(out);
    copies.copyIn("COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN", new StringReader("9262\tMRN0000042\tU\tX\t2000-01-01\tCA\n"));
  }

  static void timeout(Connection c) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.setQueryTimeout(1);
      show(s.executeQuery("SELECT pg_sleep(20), last_name FROM patients WHERE id = 3"));
    }
  }

  static void step(Connection c, String name, Body body) throws SQLException {
    System.out.println("-- " + name);
    try {
      body.run(c);
    } catch (SQLException problem) {
      System.out.println("error " + problem.getSQLState() + " " + ("42501".equals(problem.getSQLState()) ? "" : problem.getMessage().lines().findFirst().get()));
    } catch (Exception problem) {
      System.out.println("error " + problem);
    }
    if (!c.getAutoCommit()) c.rollback();
  }

  static Body failing(String sql, Object... values) {
    return c -> query(c, sql, values);
  }

  public static void main(String[] args) throws Exception {
    for (String options : List.of("", "prepareThreshold=1", "preferQueryMode=simple", "preferQueryMode=extendedForPrepared", "preferQueryMode=extendedCacheEverything",
        "prepareThreshold=-1", "reWriteBatchedInserts=true", "autosave=always", "stringtype=unspecified", "currentSchema=public,billing&ApplicationName=clinic")) {
      String url = "jdbc:postgresql://127.0.0.1:" + args[0] + "/" + args[1] + "?sslmode=disable&" + options;
      simple = options.endsWith("simple");
      String mode = " (" + options + ")";
      try (Connection c = DriverManager.getConnection(url, args[2], args[3])) {
        c.setAutoCommit(false);
        step(c, "types" + mode, ClientModes::types);
        step(c, "searches" + mode, ClientModes::searches);
        step(c, "repeated" + mode, ClientModes::repeated);
        step(c, "batch" + mode, ClientModes::batch);
        step(c, "batch error" + mode, ClientModes::batchError);
        step(c, "generated keys" + mode, ClientModes::generated);
        step(c, "fetch size" + mode, ClientModes::fetchSize);
        step(c, "updatable" + mode, ClientModes::updatable);
        step(c, "copy" + mode, ClientModes::copy);
        step(c, "copy tagged" + mode, ClientModes::copyTagged);
        step(c, "error date" + mode, failing("SELECT id FROM patients WHERE dob = ?::date", "1999-02-30"));
        step(c, "error syntax" + mode, failing("SELECT id FROM patients WHERE last_name = = 'x'"));
        step(c, "error type" + mode, failing("SELECT id FROM patients WHERE dob = ?", 5));
        step(c, "error denied" + mode, failing("UPDATE consents SET signature = ? WHERE id = 1 RETURNING id", new byte[] {1}));
        if (options.isEmpty()) step(c, "timeout", ClientModes::timeout);
        // In a failed block, as autosave=always changes it.
        step(c, "after an error" + mode, d -> {
          try {
            query(d, "SELECT 1 / (id - id) FROM patients WHERE id = ?", 3);
          } catch (SQLException problem) {
            System.out.println(problem.getSQLState());
          }
          query(d, "SELECT last_name FROM patients WHERE id = ?", 3);
        });
      }
    }
  }
}
