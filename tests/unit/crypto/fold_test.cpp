#include "crypto/fold.hpp"

#include <gtest/gtest.h>

namespace pgveil::crypto {
namespace {

struct FoldCase {
  const char* name;
  const char* text;
  const char* folded;
};

const FoldCase kFoldCases[] = {
    {"empty", "", ""},
    {"ascii", "O'Neil-SMITH 3", "o'neil-smith 3"},
    {"accents_composed", "Müller Çelik Ångström", "muller celik angstrom"},
    {"accents_decomposed", "Mu\u0308ller", "muller"},
    {"sharp_s", "Groß", "gross"},
    {"capital_sharp_s", "GROẞ", "gross"},
    {"ligature", "ﬁsh", "fish"},
    {"dotted_capital_i", "İpek", "ipek"},
    {"dotless_i", "Işık", "isik"},
    {"final_sigma", "Σίσυφος ΣΊΣΥΦΟΣ", "σισυφοσ σισυφοσ"},
    {"strokes", "Søren Łukasz Đorđe Æbel Œuvre", "soren lukasz dorde aebel oeuvre"},
    {"kelvin", "\u212A", "k"},
    {"roman_numeral", "Ⅷ", "viii"},
    {"full_width", "ＡＢＣ", "abc"},
    {"hangul", "한", "\u1112\u1161\u11AB"},
    {"hangul_without_trail", "하", "\u1112\u1161"},
    {"hebrew_points", "שָׁלוֹם", "שלום"},
    {"cjk_stays", "田中", "田中"},
    {"cherokee", "Ꭰꭰ", "ᎠᎠ"},
    {"georgian", "ᲐᲑ", "აბ"},
    {"emoji_stays", "😀", "😀"}};

TEST(Fold, GivesTheTable) {
  for (const auto& c : kFoldCases) {
    EXPECT_EQ(fold(c.text), c.folded) << c.name;
  }
}

TEST(Fold, KeepsBytesThatAreNotUtf8Apart) {
  EXPECT_NE(fold("\xff"), fold("\xfe"));
  EXPECT_EQ(fold("A\xff"), fold("a") + fold("\xff"));
  EXPECT_EQ(fold("\xc3"), fold("\xc3"));
  EXPECT_NE(fold("\xc0\x80"), "");
}

}  // namespace
}  // namespace pgveil::crypto
