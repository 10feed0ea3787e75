#include "proxy/session/row_gate.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy {
namespace {

TEST(RowGate, HoldsBetweenTheRequestAndItsAnswer) {
  RowGate gate;
  EXPECT_FALSE(gate.holds());
  EXPECT_FALSE(gate.is_recorded());
  gate.wait();
  EXPECT_TRUE(gate.holds());
  gate.on_durable();
  EXPECT_FALSE(gate.holds());
  EXPECT_EQ(gate.state(), RowGate::State::Open);
}

TEST(RowGate, AFailureShutsItForGood) {
  RowGate gate;
  gate.wait();
  gate.on_failed();
  gate.on_durable();
  EXPECT_EQ(gate.state(), RowGate::State::Shut);
}

TEST(RowGate, TheErrorIsAnIoError) {
  EXPECT_EQ(audit_error().sqlstate(), "58030");
  EXPECT_FALSE(audit_error().ends_session());
  EXPECT_TRUE(audit_error("FATAL").ends_session());
}

}  // namespace
}  // namespace pgveil::proxy
