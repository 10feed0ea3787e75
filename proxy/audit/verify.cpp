#include "proxy/audit/verify.hpp"

#include "proxy/audit/files.hpp"
#include "proxy/audit/json_text.hpp"
#include "proxy/audit/tail.hpp"

#include <algorithm>
#include <ostream>

namespace pgveil::proxy {
namespace {

/// A group is chained whole before a checkpoint is due by count, so a few more than the limit stand.
constexpr std::uint64_t kMostUnsigned = 2'048;

class Verifier {
 public:
  Verifier(const std::filesystem::path& dir, const VerifyOptions& options) : dir_(dir) {
    key_ = options.verify_key;
    report_.key_from_log = !key_;
    head_path_ = options.head_file.empty() ? head_file(dir) : options.head_file;
    head_elsewhere_ = !options.head_file.empty();
  }

  audit::Result<VerifyReport> run() {
    // Before the files: while pgveil writes, the log may only run ahead of the head that is known.
    const auto head = read_whole_file(head_path_);
    const auto files = audit_files(dir_);
    if (!files) {
      return files.error();
    }
    for (std::size_t i = 0; i < (*files).size() && !report_.finding; ++i) {
      last_file_ = i + 1 == (*files).size();
      const auto text = read_whole_file((*files)[i].path);
      if (!text) {
        return text.error();
      }
      walk((*files)[i], *text);
    }
    if (!report_.finding) {
      check_head(head ? *head : std::string());
    }
    report_.head = crypto::hex_encode(head_);
    if (key_) {
      report_.verify_key = crypto::base64_encode(*key_);
    }
    return std::move(report_);
  }

 private:
  void walk(const AuditFile& file, std::string_view text) {
    file_name_ = file.path.filename().string();
    file_first_seq_ = file.first_seq;
    ++report_.files;
    line_ = 0;
    std::string_view rest = text;
    while (!rest.empty() && !report_.finding) {
      ++line_;
      const std::size_t end = rest.find('\n');
      if (end == std::string_view::npos) {
        torn(rest);
        return;
      }
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      take(line, rest);
    }
  }

  void torn(std::string_view) {
    if (last_file_) {
      report_.notes.push_back(file_name_ + ":" + std::to_string(line_) +
                              ": the last line is being written, or a crash left half of it");
    } else {
      find(AuditDamage::Truncated, next_seq_, "the file ends inside a record");
    }
  }

  void take(std::string_view line, std::string_view rest) {
    const auto read = read_line(line);
    const auto facts = read ? read_facts(read->record) : std::nullopt;
    if (!facts) {
      return find(AuditDamage::Edited, next_seq_, "this is no record as pgveil writes it");
    }
    if (line_ == 1 && !begin_file(*read, *facts)) {
      return;
    }
    if (read->seq != next_seq_) {
      return wrong_place(*read, rest);
    }
    const crypto::Hash next = crypto::audit_chain_next(head_, crypto::as_bytes(read->record));
    if (next != read->chain) {
      return find(AuditDamage::Edited, read->seq,
                  "the record's bytes are not those that were chained");
    }
    if (facts->checkpoint ? !take_checkpoint(*facts) : !take_record(*facts)) {
      return;
    }
    head_ = next;
    ++next_seq_;
    ++report_.records;
    if (report_.first_time.empty()) {
      report_.first_time = facts->time;
      report_.first_seq = read->seq;
    }
    report_.last_time = facts->time;
  }

  /// The first line of a file names the chain before it.
  bool begin_file(const AuditLine& line, const LineFacts& facts) {
    crypto::Bytes previous;
    if (facts.kind != "file" || !crypto::hex_decode(facts.previous, previous) ||
        previous.size() != head_.size()) {
      find(AuditDamage::Deleted, file_first_seq_, "the file does not start with its file record");
      return false;
    }
    if (report_.files == 1) {
      begin_log(line, facts, previous);
      return true;
    }
    if (line.seq > next_seq_ && line.seq == file_first_seq_) {
      find(AuditDamage::MissingFile, next_seq_,
           "records " + std::to_string(next_seq_) + " to " + std::to_string(line.seq - 1) +
               " and their files are gone, or the end of the file before was cut off");
      return false;
    }
    return true;
  }

  void begin_log(const AuditLine& line, const LineFacts& facts, const crypto::Bytes& previous) {
    next_seq_ = line.seq;
    std::ranges::copy(previous, head_.begin());
    if (line.seq == 1 && head_ != crypto::audit_chain_start()) {
      find(AuditDamage::Edited, 1, "the chain does not start where every chain starts");
    } else if (line.seq != 1) {
      report_.notes.push_back("the log starts with record " + std::to_string(line.seq) +
                              ": older files are not in this folder");
    }
    crypto::Bytes key;
    if (!key_ && crypto::base64_decode(facts.verify_key, key) && key.size() == 32) {
      key_.emplace();
      std::ranges::copy(key, key_->begin());
    }
  }

  void wrong_place(const AuditLine& line, std::string_view rest) {
    if (line.seq < next_seq_) {
      return find(AuditDamage::Reordered, line.seq,
                  "record " + std::to_string(line.seq) + " stands where " +
                      std::to_string(next_seq_) + " belongs");
    }
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const auto later = read_line(rest.substr(0, end));
      if (later && later->seq == next_seq_) {
        return find(AuditDamage::Reordered, line.seq,
                    "record " + std::to_string(line.seq) + " stands where " +
                        std::to_string(next_seq_) + " belongs, which comes later");
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    find(AuditDamage::Deleted, next_seq_,
         line.seq == next_seq_ + 1
             ? "record " + std::to_string(next_seq_) + " is missing before this line"
             : "records " + std::to_string(next_seq_) + " to " + std::to_string(line.seq - 1) +
                   " are missing before this line");
  }

  bool take_record(const LineFacts& facts) {
    if (++unsigned_ > kMostUnsigned) {
      find(AuditDamage::MissingCheckpoint, next_seq_,
           "more than " + std::to_string(kMostUnsigned) + " records without a checkpoint");
      return false;
    }
    if (facts.kind == "start" && facts.lost_count != 0) {
      find(AuditDamage::Truncated, next_seq_,
           "pgveil found here, when it started, that records up to " +
               std::to_string(facts.lost_count) + " had been cut off");
      return false;
    }
    if (facts.kind == "start" && facts.unclean && report_.records > 1) {
      report_.notes.push_back(file_name_ + ":" + std::to_string(line_) + ": started at " +
                              facts.time + " after a stop without a stop record" +
                              (facts.dropped_bytes == 0
                                   ? ""
                                   : "; dropped " + std::to_string(facts.dropped_bytes) +
                                         " bytes of a half-written line"));
    }
    return true;
  }

  bool take_checkpoint(const LineFacts& facts) {
    const Checkpoint& checkpoint = *facts.checkpoint;
    if (!key_ || !crypto::verify_checkpoint(*key_, checkpoint_text(checkpoint), facts.signature)) {
      find(AuditDamage::BadSignature, next_seq_, "the checkpoint is not signed with the log's key");
      return false;
    }
    if (checkpoint.head != crypto::hex_encode(head_) || checkpoint.count != next_seq_ - 1) {
      find(AuditDamage::Rewritten, signed_up_to_ + 1,
           "the checkpoint vouches for other records than those since record " +
               std::to_string(signed_up_to_) + ": the chain was made again");
      return false;
    }
    if (number_ != 0 && checkpoint.number != number_ + 1) {
      find(AuditDamage::MissingCheckpoint, next_seq_,
           "checkpoint " + std::to_string(number_ + 1) + " is missing before this line");
      return false;
    }
    number_ = checkpoint.number;
    unsigned_ = 0;
    signed_up_to_ = next_seq_;
    ++report_.checkpoints;
    return true;
  }

  /// Does the log hold the newest checkpoint that is known of?
  void check_head(std::string_view text) {
    std::optional<AuditLine> line;
    std::optional<LineFacts> facts;
    if (text.ends_with('\n')) {
      line = read_line(text.substr(0, text.size() - 1));
      facts = line ? read_facts(line->record) : std::nullopt;
    }
    const bool usable =
        facts && facts->checkpoint && key_ &&
        crypto::verify_checkpoint(*key_, checkpoint_text(*facts->checkpoint), facts->signature);
    if (!usable) {
      if (report_.records != 0 || head_elsewhere_) {
        report_.notes.push_back(
            head_path_.filename().string() +
            " is missing or not signed: whether the end was cut off is unknown");
      }
      return;
    }
    if (line->seq >= next_seq_) {
      ++line_;
      find(AuditDamage::Truncated, next_seq_,
           "records " + std::to_string(next_seq_) + " to " + std::to_string(line->seq) +
               " are missing at the end: a checkpoint of " + facts->time + " knew them");
    }
  }

  void find(AuditDamage damage, std::uint64_t seq, std::string explanation) {
    if (!report_.finding) {
      report_.finding = AuditFinding{damage, file_name_, line_, seq, std::move(explanation)};
    }
  }

  std::filesystem::path dir_;
  std::filesystem::path head_path_;
  bool head_elsewhere_ = false;
  std::optional<crypto::VerifyKey> key_;
  VerifyReport report_;

  std::string file_name_;
  std::uint64_t file_first_seq_ = 0;
  bool last_file_ = false;
  std::uint64_t line_ = 0;

  std::uint64_t next_seq_ = 1;
  crypto::Hash head_ = crypto::audit_chain_start();
  std::uint64_t number_ = 0;        // of the newest checkpoint
  std::uint64_t unsigned_ = 0;      // records since
  std::uint64_t signed_up_to_ = 0;  // seq of the newest checkpoint
};

std::string json_report(const VerifyReport& report) {
  JsonMembers out;
  out.boolean("intact", !report.finding)
      .number("files", report.files)
      .number("records", report.records)
      .number("checkpoints", report.checkpoints)
      .number("first_seq", report.first_seq)
      .text_if("first_time", report.first_time)
      .text_if("last_time", report.last_time)
      .text("head", report.head)
      .text_if("verify_key", report.verify_key)
      .boolean("key_from_log", report.key_from_log);
  out.list("notes", report.notes);
  if (report.finding) {
    JsonMembers finding;
    finding.text("damage", name(report.finding->damage))
        .text("file", report.finding->file)
        .number("line", report.finding->line)
        .number("seq", report.finding->seq)
        .text("explanation", report.finding->explanation);
    out.raw("finding", finding.object());
  }
  return out.object();
}

}  // namespace

const char* name(AuditDamage damage) {
  switch (damage) {
    case AuditDamage::Edited:
      return "edited";
    case AuditDamage::Deleted:
      return "deleted";
    case AuditDamage::Reordered:
      return "reordered";
    case AuditDamage::Truncated:
      return "truncated";
    case AuditDamage::Rewritten:
      return "rewritten";
    case AuditDamage::MissingCheckpoint:
      return "missing checkpoint";
    case AuditDamage::BadSignature:
      return "bad signature";
    case AuditDamage::MissingFile:
      return "missing file";
  }
  return "";
}

audit::Result<VerifyReport> verify_audit(const std::filesystem::path& dir,
                                         const VerifyOptions& options) {
  return Verifier(dir, options).run();
}

int print_report(const VerifyReport& report, bool json, std::ostream& out) {
  if (json) {
    out << json_report(report) << '\n';
    return report.finding ? 1 : 0;
  }
  if (report.finding) {
    const AuditFinding& finding = *report.finding;
    out << "DAMAGED: " << finding.file << ":" << finding.line << ": " << name(finding.damage)
        << ", record " << finding.seq << ": " << finding.explanation << "\n"
        << report.records << " records before it are intact.\n";
  } else if (report.records == 0) {
    out << "The log is empty.\n";
  } else {
    out << "Intact: " << report.records << " records in " << report.files << " files, "
        << report.checkpoints << " signed checkpoints, " << report.first_time << " to "
        << report.last_time << ".\nHead: " << report.head << "\n";
  }
  if (report.key_from_log && !report.verify_key.empty()) {
    out << "Verified with the key that the log itself names, " << report.verify_key
        << ": compare it with your own record, or give --key.\n";
  }
  for (const std::string& note : report.notes) {
    out << "Note: " << note << ".\n";
  }
  return report.finding ? 1 : 0;
}

int audit_verify(const std::filesystem::path& dir,
                 const VerifyOptions& options,
                 bool json,
                 std::ostream& out) {
  const auto report = verify_audit(dir, options);
  if (!report) {
    out << audit::print(report.error()) << '\n';
    return 2;
  }
  return print_report(*report, json, out);
}

}  // namespace pgveil::proxy
