#include "proxy/net/address_set.hpp"

#include <algorithm>

namespace pgveil::proxy {

namespace ip = boost::asio::ip;

std::optional<AddressSet> AddressSet::parse(const std::vector<std::string>& words) {
  AddressSet set;
  for (const std::string& word : words) {
    boost::system::error_code ec;
    const bool v6 = word.find(':') != std::string::npos;
    const bool bits = word.find('/') != std::string::npos;
    if (v6) {
      set.v6_.push_back(ip::make_network_v6(bits ? word : word + "/128", ec));
    } else {
      set.v4_.push_back(ip::make_network_v4(bits ? word : word + "/32", ec));
    }
    if (ec) {
      return std::nullopt;
    }
  }
  return set;
}

bool AddressSet::contains(const ip::address& address) const {
  if (address.is_v6() && !address.to_v6().is_v4_mapped()) {
    const ip::address_v6 v6 = address.to_v6();
    return std::ranges::any_of(v6_, [&](const ip::network_v6& network) {
      return ip::network_v6(v6, network.prefix_length()).canonical() == network.canonical();
    });
  }
  const ip::address_v4 v4 =
      address.is_v4() ? address.to_v4() : ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return std::ranges::any_of(v4_, [&](const ip::network_v4& network) {
    return ip::network_v4(v4, network.prefix_length()).canonical() == network.canonical();
  });
}

}  // namespace pgveil::proxy
