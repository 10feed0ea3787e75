import java.math.BigDecimal;
import java.sql.*;
import java.time.LocalDate;
import java.util.*;

/** pgjdbc: server-side prepared statements, binary transfer, metadata, batches, generated keys, getObject. */
public class Client {
  static void show(String title, ResultSet rows) throws SQLException {
    ResultSetMetaData meta = rows.getMetaData();
    StringBuilder head = new StringBuilder("-- " + title + ":");
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      head.append(' ').append(meta.getColumnLabel(i)).append('/').append(meta.getColumnTypeName(i))
          .append('(').append(meta.getPrecision(i)).append(')');
    }
    System.out.println(head);
    while (rows.next()) {
      StringBuilder line = new StringBuilder();
      for (int i = 1; i <= meta.getColumnCount(); i++) {
        Object value = rows.getObject(i);
        line.append(value instanceof byte[] ? Arrays.toString((byte[]) value) : String.valueOf(value)).append('|');
      }
      System.out.println(line);
    }
  }

  static void metadata(Connection c) throws SQLException {
    DatabaseMetaData meta = c.getMetaData();
    for (String table : List.of("patients", "visits", "patient_labels")) {
      try (ResultSet r = meta.getColumns(null, "public", table, null)) {
        while (r.next()) {
          System.out.println(r.getString("TABLE_NAME") + "." + r.getString("COLUMN_NAME") + " " + r.getString("TYPE_NAME")
              + " " + r.getInt("COLUMN_SIZE") + " " + r.getInt("DATA_TYPE") + " " + r.getString("IS_NULLABLE")
              + " " + r.getString("COLUMN_DEF"));
        }
      }
    }
    try (ResultSet r = meta.getPrimaryKeys(null, "public", "insurance")) {
      while (r.next()) System.out.println("key " + r.getString("COLUMN_NAME") + " " + r.getString("PK_NAME"));
    }
    try (ResultSet r = meta.getImportedKeys(null, "public", "diagnoses")) {
      while (r.next()) System.out.println("imported " + r.getString("PKTABLE_NAME") + " " + r.getString("FKCOLUMN_NAME"));
    }
    try (ResultSet r = meta.getTables(null, "public", "%", new String[] {"TABLE", "VIEW"})) {
      while (r.next()) System.out.println("table " + r.getString("TABLE_NAME") + " " + r.getString("TABLE_TYPE"));
    }
    try (ResultSet r = meta.getIndexInfo(null, "public", "insurance", true, false)) {
      while (r.next()) System.out.println("index " + r.getString("INDEX_NAME") + " " + r.getString("COLUMN_NAME"));
    }
  }

  static void reads(Connection c) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(
        "SELECT id, last_name, dob, ssn, external_ref, photo, registered_at FROM patients WHERE id = ?")) {
      for (int i = 0; i < 8; i++) {  // after five the driver names the statement and asks for binary
        s.setInt(1, 30 + i);
        show("prepared " + i, s.executeQuery());
      }
    }
    try (PreparedStatement s = c.prepareStatement("SELECT id FROM patients WHERE dob = ? OR mrn = ? ORDER BY id")) {
      s.setObject(1, LocalDate.of(1947, 11, 19));
      s.setString(2, "MRN0000042");
      show("parameters", s.executeQuery());
      ParameterMetaData meta = s.getParameterMetaData();
      System.out.println(meta.getParameterTypeName(1) + " " + meta.getParameterTypeName(2));
    }
    try (PreparedStatement s = c.prepareStatement("SELECT temperature, pulse, fasting, checked_in FROM visits WHERE id < ? ORDER BY id")) {
      s.setLong(1, 9);
      show("types", s.executeQuery());
    }
  }

  static void writes(Connection c) throws SQLException {
    c.setAutoCommit(false);
    try (PreparedStatement s = c.prepareStatement(
        "INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (?, ?, ?, ?, ?, 'CA')")) {
      for (int i = 0; i < 20; i++) {
        s.setInt(1, 9200 + i);
        s.setString(2, "J" + i);
        s.setString(3, "Batch" + i % 3);
        s.setString(4, "Java");
        s.setDate(5, java.sql.Date.valueOf(LocalDate.of(2000, 1, 1 + i)));
        s.addBatch();
      }
      System.out.println("batch " + Arrays.toString(s.executeBatch()));
    }
    try (Statement s = c.createStatement()) {
      show("after batch", s.executeQuery("SELECT last_name, count(*) FROM patients WHERE id >= 9200 GROUP BY last_name ORDER BY 1"));
    }
    try (PreparedStatement s = c.prepareStatement(
        "UPDATE visits SET temperature = ?, fasting = ? WHERE id = ?", Statement.RETURN_GENERATED_KEYS)) {
      s.setBigDecimal(1, new BigDecimal("38.15"));
      s.setBoolean(2, true);
      s.setLong(3, 5);
      System.out.println("updated " + s.executeUpdate());
      ResultSet keys = s.getGeneratedKeys();
      if (keys.next()) System.out.println("returned " + keys.getLong("id") + " " + keys.getBigDecimal("temperature"));
    }
    Savepoint point = c.setSavepoint();
    try (Statement s = c.createStatement()) {
      s.executeUpdate("UPDATE patients SET mrn = 'MRN-much-too-long' WHERE id = 3");
    } catch (SQLException problem) {
      System.out.println("error " + problem.getSQLState() + " " + problem.getMessage());
      c.rollback(point);
    }
    try (Statement s = c.createStatement()) {
      s.setFetchSize(7);  // a portal read in pieces
      show("fetch size", s.executeQuery("SELECT id, kind, fee FROM visits WHERE id < 20 ORDER BY id"));
    }
    c.rollback();
    c.setAutoCommit(true);
  }

  public static void main(String[] args) throws Exception {
    String url = "jdbc:postgresql://127.0.0.1:" + args[0] + "/" + args[1] + "?sslmode=disable";
    try (Connection c = DriverManager.getConnection(url, args[2], args[3])) {
      metadata(c);
      reads(c);
      writes(c);
    }
  }
}
