#include "proxy/audit/line.hpp"

#include "proxy/audit/json_text.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json(out, text);
  return out;
}

TEST(AuditLines, ReadBack) {
  const AuditTime time = *parse_audit_time("2026-01-31T08:00:00.000001Z");
  const std::string record =
      "{\"seq\":7,\"time\":\"2026-01-31T08:00:00.000001Z\",\"kind\":\"stop\"}";
  crypto::Hash chain = crypto::audit_chain_start();
  std::string line = "the line before\n";
  append_line(line, 7, time, "\"kind\":\"stop\"", chain);
  EXPECT_EQ(chain, crypto::audit_chain_next(crypto::audit_chain_start(), crypto::as_bytes(record)));
  line.erase(0, line.find('\n') + 1);
  EXPECT_EQ(line, make_line(record, chain));
  ASSERT_EQ(line.back(), '\n');
  line.pop_back();
  const auto read = read_line(line);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->seq, 7U);
  EXPECT_EQ(read->record, record);
  EXPECT_EQ(read->chain, chain);
}

// The start of every chain is part of the format: it may never change.
TEST(AuditLines, TheFormatIsFixed) {
  const crypto::Hash chain =
      crypto::audit_chain_next(crypto::audit_chain_start(), crypto::as_bytes("{\"seq\":1}"));
  EXPECT_EQ(make_line("{\"seq\":1}", chain),
            "{\"seq\":1,\"chain\":\"3b8d7f1c8d3a3aae5213f2668a750f3bb4589d7f"
            "75a5147ea4ef9471eb86feb4\"}\n");
  EXPECT_EQ(checkpoint_text({3, "2026-01-31T08:00:00.000000Z", 12, "ab"}),
            "pgveil audit checkpoint 1\n3\n2026-01-31T08:00:00.000000Z\n12\nab\n");
}

TEST(AuditLines, OtherSpellingsAreRefused) {
  const std::string good = make_line("{\"seq\":7,\"x\":1}", crypto::audit_chain_start());
  const std::string line = good.substr(0, good.size() - 1);
  ASSERT_TRUE(read_line(line));
  for (std::string bad : {good, line + " ", line.substr(1), line.substr(0, line.size() - 1),
                          std::string(), std::string("{}")}) {
    EXPECT_FALSE(read_line(bad)) << bad;
  }
  std::string upper = line;
  upper.replace(upper.size() - 10, 1, "A");
  EXPECT_FALSE(read_line(upper));
  std::string zero = line;
  zero.replace(7, 1, "07");
  EXPECT_FALSE(read_line(zero));
}

TEST(AuditTimes, ReadAndPrint) {
  for (const char* text : {"2026-02-28T23:59:59.999999Z", "1999-12-31T00:00:00.000000Z"}) {
    EXPECT_EQ(print_audit_time(*parse_audit_time(text)), text);
  }
  EXPECT_EQ(print_audit_time(*parse_audit_time("2026-03-01")), "2026-03-01T00:00:00.000000Z");
  EXPECT_EQ(print_audit_time(*parse_audit_time("2026-03-01 07:05")), "2026-03-01T07:05:00.000000Z");
  EXPECT_EQ(print_audit_time(*parse_audit_time("2026-03-01T07:05:09")),
            "2026-03-01T07:05:09.000000Z");
  for (const char* text : {"", "2026", "2026-02-30", "2026-03-01T25:00", "2026-03-01T07:05:",
                           "01.03.2026", "2026-03-0a", "2026-03-01T07:05:09.1"}) {
    EXPECT_FALSE(parse_audit_time(text)) << text;
  }
}

TEST(AuditFileNames, ReadBack) {
  EXPECT_EQ(audit_file_name(42), "audit-000000000042.jsonl");
  EXPECT_EQ(first_seq_of(audit_file_name(42)), 42U);
  EXPECT_EQ(first_seq_of(audit_file_name(1'234'567'890'123)), 1'234'567'890'123U);
  for (const char* name : {"audit-.jsonl", "audit-4x.jsonl", "audit.head", "audit-1.json"}) {
    EXPECT_FALSE(first_seq_of(name)) << name;
  }
}

TEST(JsonText, IsOneLineOfUtf8) {
  EXPECT_EQ(quoted("a\"b\\c\n\x01\x7f"), "\"a\\\"b\\\\c\\u000a\\u0001\\u007f\"");
  EXPECT_EQ(quoted("Zoë 😀"), "\"Zoë 😀\"");
  EXPECT_EQ(quoted("\xff\xc3"), "\"\\ufffd\\ufffd\"");
  EXPECT_EQ(quoted("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(quoted(std::string_view("\0", 1)), "\"\\u0000\"");
}

}  // namespace
}  // namespace pgveil::proxy
