#include "proxy/keys/key_encryption_key.hpp"

#include "crypto/bytes.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace pgveil::proxy::keys {
namespace {

class KeyFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "pgveil-keys-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const char* name) const { return folder_ + '/' + name; }

  std::string write(const std::string& text, mode_t mode) const {
    const std::string file = path("written.key");
    std::filesystem::remove(file);
    std::ofstream(file) << text;
    EXPECT_EQ(chmod(file.c_str(), mode), 0);
    return file;
  }

  std::string folder_;
};

TEST_F(KeyFile, IsMadeOnceAndReadAgain) {
  const auto made = create_key_file(path("a.key"));
  ASSERT_TRUE(made.has_value());

  struct stat status {};

  ASSERT_EQ(stat(path("a.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const auto read = read_key_file(path("a.key"));
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(crypto::ct_equal((*read).secret().expose(), (*made).secret().expose()));
  EXPECT_EQ((*read).id(), (*made).id());
  EXPECT_EQ((*read).id().size(), 8U);
  const auto again = create_key_file(path("a.key"));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, Errc::KekFile);
  EXPECT_NE(again.error().message.find("never overwritten"), std::string::npos);
}

TEST_F(KeyFile, ReadsHexadecimalAndBase64) {
  const std::string hex(64, 'a');
  const auto a = read_key_file(write("# a comment\n\n" + hex + "  \r\n", 0600));
  ASSERT_TRUE(a.has_value());
  const auto b = read_key_file(write("qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=", 0400));
  ASSERT_TRUE(b.has_value());
  EXPECT_EQ((*a).id(), (*b).id());
}

struct BadFile {
  const char* name;
  std::string text;
  mode_t mode;
  const char* says;
};

TEST_F(KeyFile, RefusesWhatIsNoSafeKey) {
  const BadFile cases[] = {{"readable_by_group", std::string(64, 'a'), 0640, "chmod 600"},
                           {"readable_by_all", std::string(64, 'a'), 0604, "chmod 600"},
                           {"too_short", std::string(62, 'a'), 0600, "32 bytes"},
                           {"empty", "", 0600, "32 bytes"},
                           {"words", "correct horse battery staple", 0600, "32 bytes"}};
  for (const auto& c : cases) {
    const auto key = read_key_file(write(c.text, c.mode));
    ASSERT_FALSE(key.has_value()) << c.name;
    EXPECT_NE(key.error().message.find(c.says), std::string::npos) << key.error().message;
    EXPECT_EQ(key.error().message.find(c.text.empty() ? "?" : c.text), std::string::npos);
  }
}

TEST_F(KeyFile, RefusesLinksFoldersAndNothing) {
  const std::string real = write(std::string(64, 'a'), 0600);
  ASSERT_EQ(symlink(real.c_str(), path("link").c_str()), 0);
  EXPECT_FALSE(read_key_file(path("link")).has_value());
  EXPECT_FALSE(read_key_file(folder_).has_value());
  EXPECT_FALSE(read_key_file(path("nothing")).has_value());
}

}  // namespace
}  // namespace pgveil::proxy::keys
