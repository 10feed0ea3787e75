#pragma once

/// A plan: what is done for one statement, as data. It holds SQL with slots, and says where the slots'
/// values come from and what each column of the server's answer is. policy/ never encrypts: proxy/
/// transform fills the slots and opens the columns. A plan is immutable and shared between sessions of
/// the same role, catalog and session state.

#include "policy/model/catalog.hpp"
#include "policy/model/mask.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace pgveil::policy {

/// A value that the client sent: parameter $index (from 1), or the index-th literal of the statement's
/// text in reading order (from 0).
struct ValueSource {
  enum class From { Parameter, Literal };
  From from = From::Parameter;
  std::uint16_t index = 0;

  friend bool operator==(const ValueSource&, const ValueSource&) = default;
};

/// What happens to a client's value on its way to the server.
struct ValueUse {
  enum class Kind {
    Verbatim,      // as the client wrote it
    Seal,          // canonical bytes under (base_type, typmod), sealed under `field` with its terms
    EqualityTerm,  // bytea: the 16-byte equality term of the value
    FoldedTerm,    // bytea: the 16-byte folded equality term
    TextQuery,     // tsquery text for a LIKE/ILIKE pattern; NULL when the pattern has no usable run
    EqualityTerms,  // bytea[]: the value is an array; one equality term per element, NULLs kept
    RangeTerms  // bytea[]: terms of the buckets between bounds; NULL: too many, all rows may match
  };

  /// RangeTerms: what the value bounds. `to`: a second value, from the same kind of source, that bounds
  /// from above what this one bounds from below.
  enum class Bound { Exact, Low, High };

  struct Upper {
    ValueSource source;
    TypeOid value_type = 0;

    friend bool operator==(const Upper&, const Upper&) = default;
  };

  Kind kind = Kind::Verbatim;
  FieldId field{0};
  TypeOid base_type = 0;     // of the sealed column: the value is converted to it first
  std::int32_t typmod = -1;  // Seal: enforced as an assignment (22001, rounding, padding)
  TermSet terms;             // Seal: the terms that the value carries; RangeTerms: the unit
  std::uint16_t pad = 0;     // Seal: pad text to a multiple of so many bytes; 0: none
  TypeOid value_type = 0;    // the type that analysis gave to the client's value
  Bound bound = Bound::Exact;
  std::optional<Upper> to;
};

/// One place in a SqlTemplate that is filled at execution.
struct Slot {
  ValueSource source;
  ValueUse use;
};

/// SQL text with slots: text[0] slots[0] text[1] slots[1] … text[n]. A slot is emitted as a complete
/// SQL expression: a Verbatim literal as the client spelled it, a sealed value as
/// '\x…'::pg_catalog.bytea, a NULL as NULL.
struct SqlTemplate {
  std::vector<std::string> text{""};
  std::vector<Slot> slots;
};

/// $k of the SQL that is sent upstream; k is the position in Plan::server_parameters, from 1.
struct ServerParameter {
  std::uint16_t client_index = 0;  // from 1
  ValueUse use;
  TypeOid declared_type = 0;  // for Parse; 0 lets the server infer it
};

/// One column of the server's answer.
struct ServerOutput {
  enum class Kind {
    Forward,  // bytes as they are
    Open,     // a sealed value: open, mask, encode as `type`
    Subject   // hidden: names a patient, goes to the audit record only
  };
  Kind kind = Kind::Forward;
  FieldId field{0};
  TypeOid base_type = 0;  // Open: what was sealed
  std::int32_t typmod = -1;
  Mask mask;                // Open: kind None shows the value
  std::uint16_t table = 0;  // Subject: index into Evidence::subjects
};

/// How a column of a tagged table was touched.
struct SeenColumn {
  enum class How { Clear, Masked, Searched, Written };
  std::string table;  // schema.name
  std::string column;
  How how = How::Clear;

  friend auto operator<=>(const SeenColumn&, const SeenColumn&) = default;
};

enum class Verb { None, Read, Search, Create, Change, Delete, Export };

/// What the audit record says of the statement. Empty `columns` and `tables`: nothing to record.
struct Evidence {
  Verb verb = Verb::None;
  std::vector<std::string> tables;    // tagged tables touched, sorted
  std::vector<SeenColumn> columns;    // sorted
  std::vector<std::string> subjects;  // "schema.table.column" per hidden Subject output
  bool subjects_complete = true;      // false: some patients concerned could not be enumerated
  std::string normalized;             // text without literals
};

/// One relation of a slice: which columns of the server's answer are its columns.
struct SliceColumn {
  std::string name;
  TypeOid type = 0;          // logical type in the twin
  std::uint16_t output = 0;  // index of the column in the server's answer
  /// Absent: the cell is the type's binary form (the SQL calls its send function, so the answer's own
  /// type is bytea). Present: the cell is sealed; open and mask it, which gives the binary form.
  std::optional<ServerOutput> sealed;
};

struct SliceRelation {
  std::string schema;
  std::string name;
  std::int32_t tag = 0;  // first column of the server's answer
  std::vector<SliceColumn> columns;
  /// Rows that are asked for afterwards, by their ctid: the target of an UPDATE or DELETE, what is locked
  /// or shows its system columns. Its last column is the row's ctid.
  bool is_target = false;
  std::optional<std::uint16_t>
      subject_output;               // column of the answer that names the patient (text)
  std::uint16_t subject_table = 0;  // index into Evidence::subjects
};

/// Split: rows of several relations come in one answer of `output_count` columns. Column 0 is an int4
/// tag: the relation, or -1 for the one row of server values (now(), current_user …).
struct Slice {
  std::uint16_t output_count = 0;
  std::vector<SliceRelation> relations;
  /// Types of the server values; value i sits in answer column 1 + i of the row tagged -1, as bytea in
  /// the type's binary form, and becomes parameter $(client parameters + 1 + i) of `twin_sql`.
  std::vector<TypeOid> server_values;
  SqlTemplate twin_sql;      // what the twin runs over the slice; its parameters are the client's
  std::string changed_rows;  // UPDATE, DELETE: what is selected of the target's rows afterwards
  /// Columns at the end of the twin's answer that are hidden from the client: they name patients.
  std::vector<std::uint16_t> hidden_subjects;  // indexes into Evidence::subjects
};

enum class Rule {
  NotAnalysed,
  NotUnderstood,
  NoRole,
  ClassNotGranted,
  VerbNotGranted,
  SealedColumnExpression,  // a write that needs the value of a sealed column or a computed one
  SealedDdl,
  OpaqueFunction,
  ServerFile,
  VolatileFunction,
  CopyOfTagged,
  CursorOnTagged,
  ExplainOfTagged,
  MaskedWrite,
  LockOfMasked,
  SearchTermMissing,
  CatalogMixed,
  ClientEncoding,
  DifferentFields,
  StatisticsOfTagged,
  InheritanceOfSealed,
  TooComplex,
  SubjectNotReachable
};

/// The statement is refused. Empty evidence is a programming error; the text is for the client.
struct Refuse {
  Rule rule = Rule::NotAnalysed;
  std::string column;   // schema.table.column, or empty
  std::string message;  // one plain sentence
  std::string hint;
};

struct Pass {};

struct InPlace {
  SqlTemplate server_sql;
  std::vector<ServerParameter> server_parameters;
  std::vector<ServerOutput> outputs;  // empty: the statement returns no rows
};

/// One column that the twin computes for the server to store. All its values travel as one array.
struct WriteColumn {
  std::string name;
  TypeOid element = 0;             // type of the array's elements at the server
  std::int16_t format = 1;         // in which the twin yields a value
  std::optional<ValueUse> sealed;  // Kind::Seal
};

/// The second half of a Split that writes: the rows that the twin made are stored by one statement.
///   INSERT INTO t (a, b) SELECT … FROM ROWS FROM (unnest($1), unnest($2)) …
///   UPDATE t SET a = … FROM ROWS FROM (unnest($1::tid[]), unnest($2)) … WHERE t.ctid = …
///   DELETE FROM t WHERE ctid = ANY ($1::tid[])
/// Or they are locked, and have to be what they were: each array is that of one FOR UPDATE.
///   SELECT FROM (SELECT ctid … WHERE ctid = ANY ($1::tid[]) FOR UPDATE) …
struct WriteBack {
  enum class Rows {
    Locked,    // the last columns of what the twin's statement yields: ctids
    Inserted,  // the last columns of what the twin's statement yields
    Updated,   // read from the target after the statement: ctid, then the columns
    Deleted    // the ctids that the slice had and the target has no more
  };
  Rows rows = Rows::Inserted;
  std::vector<WriteColumn> columns;  // without the ctid
  SqlTemplate server_sql;
  /// A client_index beyond the client's own parameters names an array: the ctids, if there are any, then
  /// the columns.
  std::vector<ServerParameter> server_parameters;
  std::vector<ServerOutput> outputs;  // of the server's answer
  /// The client's RETURNING was computed by the twin; the server's answer only names patients.
  bool answered_by_twin = false;
  /// CHECK constraints of schema.table that the twin evaluates: behind its columns each row has the index of
  /// the first one that it violates, as text.
  std::vector<std::string> checks;
  std::string schema;
  std::string table;

  /// The ctids of the rows are an array before those of the columns.
  [[nodiscard]] bool has_row_array() const {
    return rows == Rows::Updated || rows == Rows::Deleted;
  }
};

struct Split {
  std::string reason;      // why the server alone cannot answer, for people
  SqlTemplate server_sql;  // yields the slice
  std::vector<ServerParameter> server_parameters;
  Slice slice;
  std::optional<WriteBack> write;
  bool locks_rows = false;  // FOR UPDATE, SHARE …: in the slice, or afterwards by `write`
  /// The slice is what the statement itself has written: the twin computes its RETURNING, and the command
  /// tag is the server's.
  bool returned = false;

  [[nodiscard]] bool writes() const { return write.has_value() || returned; }
};

/// Answered by the twin's `model` database, as the client's own role.
struct Local {};

/// Refuse is first, so that an empty Decision forwards nothing.
using Decision = std::variant<Refuse, Pass, InPlace, Split, Local>;

/// What a statement does to the state that pgveil mirrors.
enum class SessionEffect {
  None,
  Settings,    // SET, RESET, set_config, SET ROLE …: ask the server before the next analysis
  EndOfBlock,  // COMMIT, ROLLBACK, ROLLBACK TO: settings may have been undone
  DiscardAll,
  Prepare,      // PREPARE: a name that EXECUTE finds
  Execute,      // EXECUTE: stands for what was prepared
  Deallocate,   // DEALLOCATE, DEALLOCATE ALL
  Declare,      // DECLARE: a name that FETCH finds
  CloseCursor,  // CLOSE, CLOSE ALL
  Schema,       // DDL on untagged objects: the twin must follow
  OwnSchema     // DDL on temporary objects: only this session sees it
};

struct Plan {
  Decision decision;
  SessionEffect effect = SessionEffect::None;
  Evidence evidence;
  /// Literals whose spelling the plan depends on (by index): part of the key when cached by shape.
  std::vector<std::uint16_t> guards;
  bool cacheable = false;       // false: DDL, settings and the like
  bool touches_tagged = false;  // errors of the server need their DETAIL scrubbed
  /// A view of the client's own text can stand on the server: whoever reads it, sealed values only pass
  /// through it.
  bool passes_sealed_through = false;
};

/// In the twin's schema pgveil_target: the rows of a slice with what the server calls them (SliceColumns
/// pgveil_ctid, pgveil_xmin …); a child of their table.
[[nodiscard]] std::string kept_rows_table(std::string_view schema, std::string_view table);

[[nodiscard]] const char* name(Rule rule);
/// 42501 for what policy denies, 0A000 for what nobody can answer exactly.
[[nodiscard]] const char* sqlstate(Rule rule);
/// One line per fact, the same for golden tests, `pgveil explain` and reviews.
[[nodiscard]] std::string print(const Plan& plan);

}  // namespace pgveil::policy
