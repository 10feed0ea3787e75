#include "proxy/audit/keys.hpp"

#include "tests/unit/proxy/audit/log_folder.hpp"

#include <sys/stat.h>

namespace pgveil::proxy {
namespace {

TEST(AuditKeyFile, IsMadeOnceAndReadBack) {
  LogFolder folder;
  const auto file = folder.path / "audit.key";
  const auto made = load_or_make_audit_keys(file, folder.path);
  ASSERT_TRUE(made);
  const auto read = load_or_make_audit_keys(file, folder.path);
  ASSERT_TRUE(read);
  EXPECT_EQ((*made)->signer().verify_key(), (*read)->signer().verify_key());
  EXPECT_EQ(*load_verify_key(folder.path / "audit.pub"), (*made)->signer().verify_key());

  struct stat status {};

  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST(AuditKeyFile, OthersMayNotReadIt) {
  LogFolder folder;
  const auto file = folder.path / "audit.key";
  ASSERT_TRUE(save_audit_keys(*folder.keys, file));
  ::chmod(file.c_str(), 0640);
  const auto read = load_audit_keys(file);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, audit::Errc::OpenKeyFile);
}

TEST(AuditKeyFile, IsNotMadeAnewForALogThatHasRecords) {
  LogFolder folder;
  { ASSERT_NE(folder.open(), nullptr); }
  const auto made = load_or_make_audit_keys(folder.path / "audit.key", folder.path);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, audit::Errc::KeyMissing);
}

TEST(AuditKeyFile, NonsenseIsRefused) {
  LogFolder folder;
  const auto file = folder.path / "audit.key";
  ASSERT_TRUE(write_new_file(file, "pgveil audit key 1\nsign abc\n", 0600));
  const auto read = load_audit_keys(file);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, audit::Errc::BadKeyFile);
}

}  // namespace
}  // namespace pgveil::proxy
