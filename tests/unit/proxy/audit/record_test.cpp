#include "proxy/audit/record.hpp"

#include "tests/unit/proxy/audit/log_folder.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace pgveil::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string encoded(const AuditKeys& keys, const AuditEvent& event) {
  const auto members = encode_event(event, keys);
  EXPECT_TRUE(members);
  const std::string object = "{" + *members + "}";
  EXPECT_EQ(object.find('\n'), std::string::npos);
  EXPECT_NO_THROW((void)boost::json::parse(object)) << object;
  return object;
}

TEST(AuditRecords, ABeginSaysWhoWhatAndHow) {
  const auto keys = *generate_audit_keys();
  EXPECT_THAT(
      encoded(*keys, a_begin(3)),
      HasSubstr("{\"kind\":\"begin\",\"session\":7,\"login\":\"reception\",\"role\":\"front_desk\","
                "\"database\":\"clinic\",\"address\":\"10.0.0.7:5000\",\"tls\":true,"
                "\"statement\":3,\"verb\":\"read\",\"plan\":\"in_place\","
                "\"tables\":[\"public.patients\"],\"columns\":[{\"table\":\"public.patients\","
                "\"column\":\"ssn\",\"how\":\"masked\"}],\"fingerprint\":\""));
}

TEST(AuditRecords, ARefusalIsADenialWithItsRule) {
  const auto keys = *generate_audit_keys();
  AuditBegin begin = a_begin(3);
  begin.plan = "refuse";
  begin.rule = "ClassNotGranted";
  EXPECT_THAT(encoded(*keys, begin), HasSubstr("\"kind\":\"denied\""));
  EXPECT_THAT(encoded(*keys, begin), HasSubstr("\"rule\":\"ClassNotGranted\""));
}

TEST(AuditRecords, PatientsAreSealedAndFoundByTheirTerm) {
  const auto keys = *generate_audit_keys();
  const std::vector<std::string> ids{"patient-4711", "", std::string("a\0b", 3)};
  const std::string record = encoded(*keys, an_end(3, ids));
  EXPECT_THAT(record, Not(HasSubstr("4711")));
  const auto object = boost::json::parse(record);
  const auto& list = object.at("patients").at(0);
  EXPECT_EQ(list.at("count").as_int64(), 3);
  crypto::Bytes sealed;
  ASSERT_TRUE(crypto::base64_decode(list.at("sealed").as_string().c_str(), sealed));
  EXPECT_EQ(*open_patients(*keys, sealed), ids);
  crypto::Bytes terms;
  ASSERT_TRUE(crypto::base64_decode(list.at("terms").as_string().c_str(), terms));
  ASSERT_EQ(terms.size(), 3 * crypto::kTermSize);
  const auto term = *patient_term(*keys, "patient-4711");
  EXPECT_TRUE(std::equal(term.begin(), term.end(), terms.begin()));
  const auto other = *generate_audit_keys();
  EXPECT_FALSE(open_patients(*other, sealed));
}

TEST(AuditRecords, EveryKindIsOneJsonObject) {
  const auto keys = *generate_audit_keys();
  AuditLogin login{a_begin(1).who, false, "scram-sha-256", "28P01"};
  EXPECT_THAT(encoded(*keys, login), HasSubstr("\"kind\":\"login_refused\""));
  login.accepted = true;
  EXPECT_THAT(encoded(*keys, login), HasSubstr("\"kind\":\"login\""));
  EXPECT_THAT(encoded(*keys, AuditLogout{a_begin(1).who, "terminate"}),
              HasSubstr("\"reason\":\"terminate\""));
  EXPECT_THAT(encoded(*keys, AuditPolicyChange{"p.toml", ~0ULL, true, "SIGHUP"}),
              HasSubstr("\"epoch\":\"18446744073709551615\""));
  EXPECT_THAT(encoded(*keys, AuditKeyEvent{"retired", "person.ssn", "term", 2, "admin"}),
              HasSubstr("\"generation\":2"));
}

}  // namespace
}  // namespace pgveil::proxy
