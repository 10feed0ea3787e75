#include "proxy/audit/verify.hpp"

#include "proxy/audit/line.hpp"
#include "tests/unit/proxy/audit/log_folder.hpp"

#include <gmock/gmock.h>

#include <functional>

namespace pgveil::proxy {
namespace {

using ::testing::HasSubstr;

using Lines = std::vector<std::string>;

/// Ten statements in one file: lines are file, start, checkpoint, 10 begins, stop, checkpoint.
constexpr std::size_t kFirstBegin = 3;
constexpr std::size_t kCount = 15;

void fill(const LogFolder& folder) {
  const auto log = folder.open();
  for (std::uint64_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(log->append_and_wait(a_begin(i)));
  }
}

/// Makes the chain of `lines` whole again from line `from`, as someone without the signing key could.
void rechain(Lines& lines, std::size_t from) {
  crypto::Hash head = read_line(lines[from - 1])->chain;
  for (std::size_t i = from; i < lines.size(); ++i) {
    const std::string record = read_line(lines[i])->record;
    head = crypto::audit_chain_next(head, crypto::as_bytes(record));
    lines[i] = make_line(record, head);
    lines[i].pop_back();
  }
}

void replace(std::string& line, const std::string& from, const std::string& to) {
  ASSERT_NE(line.find(from), std::string::npos);
  line.replace(line.find(from), from.size(), to);
}

struct Attack {
  const char* name;
  std::function<void(Lines&)> change;
  AuditDamage damage;
  std::uint64_t line;  // as reported
  std::uint64_t seq;
};

const Attack kAttacks[] = {
    {"edited", [](Lines& l) { replace(l[5], "reception", "deception"); }, AuditDamage::Edited, 6,
     6},
    {"edited_first", [](Lines& l) { replace(l[0], "\"format\":1", "\"format\":2"); },
     AuditDamage::Edited, 1, 1},
    {"edited_chain", [](Lines& l) { l[5][l[5].size() - 5] ^= 1; }, AuditDamage::Edited, 6, 6},
    {"edited_to_nonsense", [](Lines& l) { l[5] = "nothing to see here"; }, AuditDamage::Edited, 6,
     6},
    {"deleted", [](Lines& l) { l.erase(l.begin() + 5); }, AuditDamage::Deleted, 6, 6},
    {"deleted_two", [](Lines& l) { l.erase(l.begin() + 5, l.begin() + 7); }, AuditDamage::Deleted,
     6, 6},
    {"reordered", [](Lines& l) { std::swap(l[5], l[6]); }, AuditDamage::Reordered, 6, 7},
    {"doubled", [](Lines& l) { l.insert(l.begin() + 6, l[5]); }, AuditDamage::Reordered, 7, 6},
    {"inserted", [](Lines& l) { l.insert(l.begin() + 6, l[8]); }, AuditDamage::Reordered, 7, 9},
    {"truncated", [](Lines& l) { l.resize(8); }, AuditDamage::Truncated, 9, 9},
    {"truncated_by_one", [](Lines& l) { l.pop_back(); }, AuditDamage::Truncated, kCount, kCount},
    {"truncated_to_nothing_but_the_header", [](Lines& l) { l.resize(1); }, AuditDamage::Truncated,
     2, 2},
    {"rechained",
     [](Lines& l) {
       replace(l[5], "reception", "deception");
       rechain(l, 5);
     },
     AuditDamage::Rewritten, kCount, 4},
    {"rechained_checkpoint_forged",
     [](Lines& l) {
       replace(l[5], "reception", "deception");
       rechain(l, 5);
       const std::string old_head = crypto::hex_encode(read_line(l[kCount - 2])->chain);
       const std::size_t at = l[kCount - 1].find("\"head\":\"") + 8;
       l[kCount - 1].replace(at, 64, old_head);
       rechain(l, kCount - 1);
     },
     AuditDamage::BadSignature, kCount, kCount},
};

TEST(AuditVerify, NamesTheFirstBadRecord) {
  for (const Attack& attack : kAttacks) {
    SCOPED_TRACE(attack.name);
    LogFolder folder;
    fill(folder);
    const auto file = folder.files().back().path;
    Lines lines = LogFolder::lines(file);
    ASSERT_EQ(lines.size(), kCount);
    attack.change(lines);
    LogFolder::write(file, lines);
    const VerifyReport report = folder.verify();
    ASSERT_TRUE(report.finding);
    EXPECT_STREQ(name(report.finding->damage), name(attack.damage));
    EXPECT_EQ(report.finding->line, attack.line);
    EXPECT_EQ(report.finding->seq, attack.seq);
    EXPECT_EQ(report.finding->file, file.filename().string());
  }
}

TEST(AuditVerify, EveryFlippedBitIsFound) {
  LogFolder folder;
  fill(folder);
  const auto file = folder.files().back().path;
  const std::string good = *read_whole_file(file);
  for (std::size_t i = 0; i < good.size(); i += 29) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    std::ofstream(file, std::ios::trunc | std::ios::binary) << bad;
    EXPECT_TRUE(folder.verify().finding) << "byte " << i;
  }
}

/// Three files of one log.
void fill_files(const LogFolder& folder) {
  AuditOptions options = folder.options();
  options.rotate_bytes = 4'096;
  const auto log = folder.open(options);
  for (std::uint64_t i = 0; folder.files().size() < 4; ++i) {
    ASSERT_TRUE(log->append_and_wait(a_begin(i)));
  }
}

TEST(AuditVerify, AMissingFileIsFound) {
  LogFolder folder;
  fill_files(folder);
  const auto files = folder.files();
  std::filesystem::remove(files[1].path);
  const VerifyReport report = folder.verify();
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, AuditDamage::MissingFile);
  EXPECT_EQ(report.finding->seq, files[1].first_seq);
  EXPECT_EQ(report.finding->file, files[2].path.filename().string());
}

TEST(AuditVerify, ACutFileInTheMiddleIsFound) {
  LogFolder folder;
  fill_files(folder);
  const auto files = folder.files();
  std::filesystem::resize_file(files[1].path, std::filesystem::file_size(files[1].path) - 10);
  const VerifyReport report = folder.verify();
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, AuditDamage::Truncated);
  EXPECT_EQ(report.finding->file, files[1].path.filename().string());
}

TEST(AuditVerify, OldFilesMayBeTakenAway) {
  LogFolder folder;
  fill_files(folder);
  std::filesystem::remove(folder.files()[0].path);
  const VerifyReport report = folder.verify();
  EXPECT_FALSE(report.finding);
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_THAT(report.notes[0], HasSubstr("older files are not in this folder"));
}

TEST(AuditVerify, TheLastFileMissingIsFoundByTheHead) {
  LogFolder folder;
  fill_files(folder);
  const auto files = folder.files();
  std::filesystem::remove(files[3].path);
  const VerifyReport report = folder.verify();
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, AuditDamage::Truncated);
  EXPECT_EQ(report.finding->seq, files[3].first_seq);
}

TEST(AuditVerify, AHeadKeptElsewhereFindsACutThatTheFolderHides) {
  LogFolder folder;
  fill(folder);
  const auto elsewhere = folder.path / "kept";
  std::filesystem::copy_file(head_file(folder.path), elsewhere);
  const auto file = folder.files().back().path;
  Lines lines = LogFolder::lines(file);
  lines.resize(3);
  LogFolder::write(file, lines);
  LogFolder::write(head_file(folder.path), {lines[2]});  // back to the checkpoint that is left
  EXPECT_FALSE(folder.verify().finding);
  VerifyOptions options;
  options.verify_key = folder.keys->signer().verify_key();
  options.head_file = elsewhere;
  const auto report = verify_audit(folder.path, options);
  ASSERT_TRUE((*report).finding);
  EXPECT_EQ((*report).finding->damage, AuditDamage::Truncated);
}

TEST(AuditVerify, AnotherKeyDoesNotVouch) {
  LogFolder folder;
  fill(folder);
  const LogFolder other;
  VerifyOptions options;
  options.verify_key = other.keys->signer().verify_key();
  const auto report = verify_audit(folder.path, options);
  ASSERT_TRUE((*report).finding);
  EXPECT_EQ((*report).finding->damage, AuditDamage::BadSignature);
}

TEST(AuditVerify, SaysInWordsAndInJson) {
  LogFolder folder;
  fill(folder);
  std::ostringstream words;
  EXPECT_EQ(audit_verify(folder.path, {}, false, words), 0);
  EXPECT_THAT(words.str(), HasSubstr("Intact: 15 records in 1 files, 2 signed checkpoints"));
  EXPECT_THAT(words.str(), HasSubstr("compare it with your own record"));
  const auto file = folder.files().back().path;
  Lines lines = LogFolder::lines(file);
  replace(lines[kFirstBegin], "reception", "deception");
  LogFolder::write(file, lines);
  std::ostringstream damaged;
  EXPECT_EQ(audit_verify(folder.path, {}, false, damaged), 1);
  EXPECT_THAT(
      damaged.str(),
      HasSubstr("DAMAGED: audit-000000000001.jsonl:4: edited, record 4: the record's bytes"));
  std::ostringstream json;
  EXPECT_EQ(audit_verify(folder.path, {}, true, json), 1);
  EXPECT_THAT(json.str(), HasSubstr("\"damage\":\"edited\""));
  std::ostringstream nowhere;
  EXPECT_EQ(audit_verify(folder.path / "nowhere", {}, false, nowhere), 2);
}

}  // namespace
}  // namespace pgveil::proxy
