#include "proxy/net/address_set.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy {
namespace {

struct Case {
  const char* network;
  const char* address;
  bool contained;
};

const Case kCases[] = {
    {"10.0.0.5", "10.0.0.5", true},
    {"10.0.0.5", "10.0.0.6", false},
    {"10.0.0.0/24", "10.0.0.255", true},
    {"10.0.0.77/24", "10.0.0.1", true},
    {"10.0.0.0/24", "10.0.1.0", false},
    {"0.0.0.0/0", "203.0.113.7", true},
    {"0.0.0.0/0", "::1", false},
    {"10.0.0.0/24", "::ffff:10.0.0.9", true},
    {"fd00::/8", "fd12::1", true},
    {"fd00::/8", "fe80::1", false},
    {"::1", "::1", true},
    {"::/0", "10.0.0.1", false},
};

TEST(AddressSet, KnowsItsNetworks) {
  for (const Case& c : kCases) {
    const auto set = AddressSet::parse({c.network});
    ASSERT_TRUE(set) << c.network;
    EXPECT_EQ(set->contains(boost::asio::ip::make_address(c.address)), c.contained)
        << c.network << " " << c.address;
  }
}

TEST(AddressSet, RefusesWhatIsNoNetwork) {
  for (const char* word : {"", "db", "10.0.0.0/33", "10.0.0", "::/129", "10.0.0.0/x"}) {
    EXPECT_FALSE(AddressSet::parse({word})) << word;
  }
  EXPECT_TRUE(AddressSet::parse({})->empty());
}

}  // namespace
}  // namespace pgveil::proxy
