#include "proxy/auth/scram_message.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pgveil::proxy {

namespace {

constexpr std::string_view kProof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

TEST(ScramMessage, ClientFirstGivesHeaderBareAndNonce) {
  const auto first = parse_client_first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  ASSERT_TRUE(first);
  EXPECT_EQ((*first).flag, BindingFlag::None);
  EXPECT_EQ((*first).gs2_header, "n,,");
  EXPECT_EQ((*first).bare, "n=user,r=rOprNGfwEbeRWgbNEkqO");
  EXPECT_EQ((*first).nonce, "rOprNGfwEbeRWgbNEkqO");
}

TEST(ScramMessage, ClientFirstOfPlus) {
  const auto first = parse_client_first("p=tls-server-end-point,,n=,r=abc");
  ASSERT_TRUE(first);
  EXPECT_EQ((*first).flag, BindingFlag::Used);
  EXPECT_EQ((*first).gs2_header, kEndPointHeader);
}

struct BadFirst {
  const char* text;
  ScramErrc code;
};

const BadFirst kBadFirsts[] = {
    {"", ScramErrc::Malformed},
    {"n", ScramErrc::Malformed},
    {"n,", ScramErrc::Malformed},
    {"n,,", ScramErrc::Malformed},
    {"x,,n=,r=abc", ScramErrc::Malformed},
    {"nn,,n=,r=abc", ScramErrc::Malformed},
    {"n,,r=abc", ScramErrc::Malformed},
    {"n,,n=,r=", ScramErrc::Malformed},
    {"n,,n=,r=a\x01", ScramErrc::Malformed},
    {"n,,n=,r=\xc3\xa9", ScramErrc::Malformed},
    {"n,xn=,r=abc", ScramErrc::Malformed},
    {"p,,n=,r=abc", ScramErrc::Malformed},
    {"p=tls-unique,,n=,r=abc", ScramErrc::UnknownBinding},
    {"n,a=admin,n=,r=abc", ScramErrc::AuthorizationIdentity},
    {"n,,m=ext,n=,r=abc", ScramErrc::Extension},
};

TEST(ScramMessage, BadClientFirstsAreNamed) {
  for (const BadFirst& c : kBadFirsts) {
    const auto first = parse_client_first(c.text);
    ASSERT_FALSE(first) << c.text;
    EXPECT_EQ(first.error().code, c.code) << c.text;
  }
}

TEST(ScramMessage, ClientFinalGivesBindingNonceAndProof) {
  const std::string text = "c=biws,r=abc,p=" + std::string(kProof);
  const auto final = parse_client_final(text);
  ASSERT_TRUE(final);
  EXPECT_EQ(crypto::as_text((*final).binding), "n,,");
  EXPECT_EQ((*final).nonce, "abc");
  EXPECT_EQ((*final).without_proof, "c=biws,r=abc");
  EXPECT_EQ((*final).proof.size(), 32U);
}

TEST(ScramMessage, BadClientFinalsAreRefused) {
  const std::string proof(kProof);
  const std::vector<std::string> texts{std::string(),
                                       "c=biws,r=abc",
                                       "c=biws,r=abc,p=",
                                       "c=biws,r=abc,p=AAAA",
                                       "c=biws,r=abc,p=" + proof + ",",
                                       "c=biws,r=abc,p=" + proof + ",x=y",
                                       "c=b*ws,r=abc,p=" + proof,
                                       "r=abc,c=biws,p=" + proof,
                                       "c=biws,p=" + proof};
  for (const std::string& text : texts) {
    EXPECT_FALSE(parse_client_final(text)) << text;
  }
}

TEST(ScramMessage, ServerFirstReadsBack) {
  const auto first = parse_server_first(
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
  ASSERT_TRUE(first);
  EXPECT_EQ((*first).iterations, 4096U);
  EXPECT_EQ((*first).salt.size(), 16U);
  EXPECT_EQ(print_server_first(*first),
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
}

TEST(ScramMessage, BadServerMessagesAreRefused) {
  for (const char* text : {"", "r=a", "r=a,s=,i=1", "r=a,s=AAAA,i=0", "r=a,s=AAAA,i=-1",
                           "r=a,s=AAAA,i=99999999999", "r=a,s=AAAA,i=4x", "s=AAAA,r=a,i=1"}) {
    EXPECT_FALSE(parse_server_first(text)) << text;
  }
  EXPECT_FALSE(parse_server_final("v=AAAA"));
  const auto refused = parse_server_final("e=invalid-proof");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ScramErrc::ServerRefused);
}

}  // namespace

}  // namespace pgveil::proxy
