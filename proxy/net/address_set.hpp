#pragma once

/// Addresses and networks, as configured: "10.0.0.5", "10.0.0.0/24", "fd00::/8".

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pgveil::proxy {

class AddressSet {
 public:
  /// Nothing: one of `words` is no network.
  [[nodiscard]] static std::optional<AddressSet> parse(const std::vector<std::string>& words);

  [[nodiscard]] bool empty() const { return v4_.empty() && v6_.empty(); }

  /// An IPv4 address within IPv6 counts as the IPv4 address.
  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

 private:
  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
};

}  // namespace pgveil::proxy
