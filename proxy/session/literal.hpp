#pragma once

/// A constant in the text of a statement, as the client spelled it: 'O''Brien', E'a\tb', $$x$$, 12.5.

#include <string>

namespace pgveil::proxy {

using LiteralText = std::string;

}  // namespace pgveil::proxy
