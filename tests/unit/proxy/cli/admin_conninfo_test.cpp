#include "proxy/cli/admin_conninfo.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy::cli {
namespace {

UpstreamConfig upstream(const std::string& admin) {
  UpstreamConfig config;
  config.hosts = {{"db1", 5432}, {"db2", 5433}};
  config.dbname = "clinic";
  config.sslrootcert = "/root.crt";
  config.admin = admin;
  return config;
}

TEST(AdminConninfo, WhatItLeavesOutIsThatOfUpstream) {
  EXPECT_EQ(admin_conninfo(upstream("user=pgveil")),
            "connect_timeout='10' dbname='clinic' host='db1,db2' port='5432,5433' "
            "sslmode='verify-full' sslrootcert='/root.crt' target_session_attrs='read-write' "
            "user='pgveil'");
}

TEST(AdminConninfo, AHostOfItsOwnStands) {
  EXPECT_EQ(admin_conninfo(upstream("host=other user=pgveil dbname=x")),
            "connect_timeout='10' dbname='x' host='other' user='pgveil'");
  EXPECT_EQ(admin_conninfo(upstream("postgresql://pgveil@other/x?sslmode=require")),
            "connect_timeout='10' dbname='x' host='other' sslmode='require' user='pgveil'");
}

TEST(AdminConninfo, OneServerIsNotAskedWhatItIs) {
  UpstreamConfig config = upstream("user=pgveil sslmode=disable");
  config.hosts.resize(1);
  EXPECT_EQ(admin_conninfo(config),
            "connect_timeout='10' dbname='clinic' host='db1' port='5432' sslmode='disable' "
            "user='pgveil'");
}

TEST(AdminConninfo, QuotesAreKept) {
  EXPECT_EQ(admin_conninfo(upstream("host=h user='a\\'b\\\\c d'")),
            "connect_timeout='10' dbname='clinic' host='h' user='a\\'b\\\\c d'");
}

TEST(AdminConninfo, WhatIsNoConnectionStringIsRefused) {
  EXPECT_FALSE(admin_conninfo(upstream("user pgveil")));
  EXPECT_FALSE(admin_conninfo(upstream("no_such_keyword=1")));
}

}  // namespace
}  // namespace pgveil::proxy::cli
