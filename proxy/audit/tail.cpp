#include "proxy/audit/tail.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace pgveil::proxy {
namespace {

using audit::Errc;
using audit::Error;
namespace json = boost::json;

/// The member as text; true also if it is absent.
bool text_member(const json::object& object, const char* key, std::string& out) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) {
    return true;
  }
  if (!value->is_string()) {
    return false;
  }
  out = value->get_string().c_str();
  return true;
}

bool number_member(const json::object& object, const char* key, std::uint64_t& out) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) {
    return true;
  }
  if (!value->is_int64() || value->get_int64() < 0) {
    return false;
  }
  out = static_cast<std::uint64_t>(value->get_int64());
  return true;
}

bool read_checkpoint(const json::object& object, LineFacts& out) {
  Checkpoint checkpoint;
  std::string signature;
  crypto::Bytes bytes;
  if (!number_member(object, "number", checkpoint.number) ||
      !number_member(object, "count", checkpoint.count) ||
      !text_member(object, "head", checkpoint.head) ||
      !text_member(object, "signature", signature) || !crypto::base64_decode(signature, bytes) ||
      bytes.size() != out.signature.size()) {
    return false;
  }
  checkpoint.time = out.time;
  std::ranges::copy(bytes, out.signature.begin());
  out.checkpoint = std::move(checkpoint);
  return true;
}

struct Walk {
  Tail tail;
  bool header_seen = false;
  std::uint64_t lines = 0;
  std::string last_kind;
  std::string kind_before;
};

/// Takes one line into account; false if it does not continue the chain.
bool take_line(std::string_view line, const AuditFile& file, Walk& walk) {
  const auto read = read_line(line);
  const auto facts = read ? read_facts((*read).record) : std::nullopt;
  if (!facts) {
    return false;
  }
  if (!walk.header_seen) {
    crypto::Bytes previous;
    if (facts->kind != "file" || read->seq != file.first_seq ||
        !crypto::hex_decode(facts->previous, previous) ||
        previous.size() != walk.tail.head.size()) {
      return false;
    }
    std::ranges::copy(previous, walk.tail.head.begin());
    walk.tail.next_seq = read->seq;
    walk.header_seen = true;
  }
  const crypto::Hash next =
      crypto::audit_chain_next(walk.tail.head, crypto::as_bytes(read->record));
  if (read->seq != walk.tail.next_seq || next != read->chain) {
    return false;
  }
  walk.tail.head = next;
  ++walk.tail.next_seq;
  ++walk.tail.since_checkpoint;
  if (facts->checkpoint) {
    walk.tail.checkpoints = facts->checkpoint->number;
    walk.tail.since_checkpoint = 0;
  }
  walk.kind_before = std::exchange(walk.last_kind, facts->kind);
  return true;
}

audit::Result<Walk> walk_file(const AuditFile& file) {
  const auto text = read_whole_file(file.path);
  if (!text) {
    return text.error();
  }
  Walk walk;
  walk.tail.file = file;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos || !take_line(rest.substr(0, end), file, walk)) {
      if (!looks_torn(rest)) {
        return Error{Errc::Damaged, "audit: check the end", file.path.string(), walk.lines + 1, 0};
      }
      walk.tail.dropped = rest.size();
      break;
    }
    ++walk.lines;
    rest.remove_prefix(end + 1);
    walk.tail.size += end + 1;
  }
  walk.tail.clean =
      walk.tail.dropped == 0 && walk.last_kind == "checkpoint" && walk.kind_before == "stop";
  return walk;
}

/// The file record of a rotation has the checkpoint's number in the file before.
audit::Result<std::uint64_t> newest_checkpoint(const std::vector<AuditFile>& files,
                                               std::size_t before) {
  while (before > 0) {
    const auto walk = walk_file(files[--before]);
    if (!walk) {
      return walk.error();
    }
    if ((*walk).tail.checkpoints != 0) {
      return (*walk).tail.checkpoints;
    }
  }
  return 0;
}

std::uint64_t count_of_head(const std::filesystem::path& dir) {
  const auto text = read_whole_file(head_file(dir));
  if (!text || !(*text).ends_with('\n')) {
    return 0;
  }
  const auto line = read_line(std::string_view(*text).substr(0, (*text).size() - 1));
  return line ? line->seq : 0;
}

}  // namespace

std::optional<LineFacts> read_facts(std::string_view record) {
  json::error_code ec;
  const json::value parsed = json::parse(json::string_view(record.data(), record.size()), ec);
  if (ec || !parsed.is_object()) {
    return std::nullopt;
  }
  const json::object& object = parsed.get_object();
  LineFacts out;
  const json::value* unclean = object.if_contains("unclean");
  out.unclean = unclean != nullptr && unclean->is_bool() && unclean->get_bool();
  const bool good = text_member(object, "kind", out.kind) &&
                    text_member(object, "time", out.time) &&
                    text_member(object, "previous", out.previous) &&
                    text_member(object, "verify_key", out.verify_key) &&
                    number_member(object, "dropped_bytes", out.dropped_bytes) &&
                    number_member(object, "lost_count", out.lost_count) &&
                    (out.kind != "checkpoint" || read_checkpoint(object, out));
  if (!good || out.kind.empty()) {
    return std::nullopt;
  }
  return out;
}

bool looks_torn(std::string_view rest) {
  return rest.find('\n') == std::string_view::npos || rest.find('\0') != std::string_view::npos;
}

audit::Result<Tail> read_tail(const std::filesystem::path& dir) {
  const auto files = audit_files(dir);
  if (!files) {
    return files.error();
  }
  Tail tail;
  tail.head = crypto::audit_chain_start();
  std::size_t count = (*files).size();
  std::uint64_t dropped = 0;
  while (count > 0) {
    auto walk = walk_file((*files)[count - 1]);
    if (!walk) {
      return walk.error();
    }
    if ((*walk).header_seen) {
      tail = std::move((*walk).tail);
      break;
    }
    // A crash while the file was begun: nothing in it was ever promised to anybody.
    dropped += (*walk).tail.dropped;
    --count;
  }
  if (tail.file && tail.checkpoints == 0) {
    const auto number = newest_checkpoint(*files, count - 1);
    if (!number) {
      return number.error();
    }
    tail.checkpoints = *number;
  }
  tail.dropped += dropped;
  tail.clean = tail.clean && dropped == 0;
  const std::uint64_t known = count_of_head(dir);
  tail.lost_count = known >= tail.next_seq ? known : 0;
  return tail;
}

}  // namespace pgveil::proxy
