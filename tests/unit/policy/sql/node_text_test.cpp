#include "policy/sql/node_text.hpp"

#include <gtest/gtest.h>

namespace pgveil::policy::sql {
namespace {
TEST(NodeText, Placeholder) {}
}  // namespace
}  // namespace pgveil::policy::sql
