#include <doctest/doctest.h>

#include "model/names.h"
#include "support/number.h"

using namespace loopscope;

TEST_CASE("one variable has one canonical name, however it is written") {
  CHECK(canonical_name("Heat Loss to Room") == "heat_loss_to_room");
  CHECK(canonical_name("heat_loss_TO_room") == "heat_loss_to_room");
  CHECK(canonical_name("\"Heat Loss to Room\"") == "heat_loss_to_room");
  CHECK(canonical_name("Heat\\nLoss\\r\\nto\nRoom") == "heat_loss_to_room");
  CHECK(canonical_name(" Heat _ \tLoss\xC2\xA0to__Room_ ") == "heat_loss_to_room");
}

TEST_CASE("escapes in a name stand for the character") {
  CHECK(canonical_name("\"a \\\"quoted\\\" name\"") == "a_\"quoted\"_name");
  CHECK(canonical_name("a\\\\b") == "a\\b");
  CHECK(canonical_name("odd \\q escape") == "odd_\\q_escape");
  CHECK(canonical_name("ends in \\") == "ends_in_\\");
  CHECK(canonical_name("\"x\\\"") == "\"x\"");  // the last quote is escaped, so it closes nothing
}

TEST_CASE("a name as it is shown stands on one line, in its own letters") {
  CHECK(one_line(" Heat_Loss  to\nRoom ") == "Heat_Loss to Room");
  CHECK(one_line("Heat\\nLoss\\r\\nto\xC2\xA0 Room") == "Heat Loss to Room");
  CHECK(one_line("\"goal \\\"1\\\"\"") == "goal \"1\"");
  CHECK(one_line("continued \\\n\t\tname") == "continued name");
  CHECK(one_line("_x_") == "_x_");
  CHECK(one_line(" \\n ").empty());
}

TEST_CASE("letters beyond ASCII are folded, invalid bytes are kept") {
  CHECK(canonical_name("Größe") == "grösse");
  CHECK(canonical_name("ΣΑΣ") == canonical_name("σας"));
  CHECK(canonical_name("ÄRGER") == "ärger");
  CHECK(canonical_name("人口 総数") == "人口_総数");
  CHECK(canonical_name("A\xFF" "B") == "a\xFF" "b");
  CHECK(fold_case("ABC xyz") == "abc xyz");
}

TEST_CASE("nothing but separators is no name") {
  CHECK(canonical_name("").empty());
  CHECK(canonical_name("\"\"").empty());
  CHECK(canonical_name(" _\\n ").empty());
  CHECK(canonical_name("\"") == "\"");
}

TEST_CASE("names that a lexer would take apart need quotes") {
  for (const char* name : {"stock", "a_b", "Größe", "x1", "cost$"}) CHECK_FALSE(needs_quotes(name));
  for (const char* name : {"", "a b", "1st", "$x", "_x", "x_", "goal 1.5", "a.b", "a-b", "If", "AND", "mod", "a\xC2\xA0" "b"})
    CHECK(needs_quotes(name));
}

TEST_CASE("a number is the whole text or none") {
  CHECK(parse_number("1.5") == 1.5);
  CHECK(parse_number(" +.5e1\n") == 5.0);
  CHECK(parse_number("-3") == -3.0);
  CHECK(parse_number("0.1") == 0.1);
  CHECK(parse_number("1e-400") == 0.0);
  for (const char* text : {"", " ", "INF", "-inf", "nan", "+-1", "--1", "1,5", "1 2", "0x10", "1e999", "1e", "e5", "."})
    CHECK_FALSE(parse_number(text).has_value());
}
