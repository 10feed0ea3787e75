#pragma once

/// COPY FROM STDIN of sealed columns: the client's rows are read, their sealed cells sealed, and written
/// again for the server.
///   copy.feed(data);  copy.step(to_server, last)
///     NeedsData        everything that came is done, or kept until there is more of it
///     NeedsTwin        take_conversions() are to be made; then on_converted(), and `step` again
///     Ended            after finish(): all rows were written
///     Failed           error() is PostgreSQL's own for this row; nothing more is written
/// Rows go on in batches, so that conversions do; `last` asks for those that are there.
/// Holds one batch and one row more. Lifetime: views the services. Threads: one.

#include "protocol/copy/decoder.hpp"
#include "protocol/copy/encoder.hpp"
#include "proxy/session/value_service.hpp"
#include "proxy/transform/subject_set.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace pgveil::proxy {

class CopyIn {
 public:
  enum class Step { NeedsData, NeedsTwin, Ended, Failed };

  CopyIn(std::shared_ptr<const PreparedPlan> plan,
         ValueService& values,
         SettingsPtr settings,
         std::size_t longest_row);

  void feed(protocol::ByteView data) { decoder_.feed(data); }

  /// The client's CopyDone.
  void finish() { decoder_.finish(); }

  [[nodiscard]] Step step(protocol::Bytes& to_server, bool last);
  [[nodiscard]] std::vector<Conversion> take_conversions();
  void on_converted(ConvertResult converted);

  [[nodiscard]] const protocol::ErrorFields& error() const { return error_; }

  /// Written so far.
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

  [[nodiscard]] transform::SubjectSet& subjects() { return subjects_; }

  /// The server's CONTEXT: lines as the client counts them, and no sealed bytes.
  [[nodiscard]] std::string client_context(std::string_view context) const;

 private:
  struct Row {
    std::vector<ClientValue> cells;
    std::uint64_t line = 0;
    std::size_t conversions = 0;      // that it waits for
    std::vector<ServerValue> sealed;  // when it waits for none
  };

  /// What was found in the data behind the batch.
  enum class Behind { Nothing, End, Error };

  void collect();
  bool fill(Row& row, const ConvertResult* converted);
  void fail(std::size_t row, const ConvertResult* converted, protocol::ErrorFields error);
  void write(protocol::Bytes& to_server);
  void write_row(const Row& row, protocol::Bytes& out);
  void note_subject(const Row& row);
  void note_line(const Row& row);
  [[nodiscard]] std::optional<std::uint64_t> client_line(std::uint64_t server_line) const;

  std::shared_ptr<const PreparedPlan> plan_;
  const CopyPlan& copy_;
  ValueService* values_;
  SettingsPtr settings_;
  protocol::copy::Decoder decoder_;
  protocol::copy::Encoder encoder_;
  std::vector<Row> batch_;
  std::size_t batch_bytes_ = 0;
  std::vector<Conversion> wanted_;
  Behind behind_ = Behind::Nothing;
  protocol::ErrorFields error_;
  bool failed_ = false;
  transform::SubjectSet subjects_;

  /// Rows from `first` on end `offset` lines further at the client than at the server.
  struct Lines {
    std::uint64_t first = 0;
    std::uint64_t offset = 0;
  };

  std::deque<Lines> lines_;
  std::uint64_t rows_ = 0;  // written
};

}  // namespace pgveil::proxy
