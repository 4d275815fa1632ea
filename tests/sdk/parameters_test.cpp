#include <zeroth/parameters.hpp>

#include <cmath>
#include <string>
#include <vector>

#include "support/catch.hpp"

using zeroth::detail::ParameterTable;

TEST_CASE("a table of parameters is what its author declared", "[parameters]") {
  const ParameterTable table(
      {zeroth::real("rate", 0.5, zeroth::half_open(0.0, 1.0), "a rate"),
       zeroth::real("size", 2.0, zeroth::positive, "a size"),
       zeroth::integer("count", 3, 1, 9, "a count"), zeroth::boolean("fast", true, "a switch"),
       zeroth::text("title", "none", "a text"), zeroth::path("data", "", "a folder"),
       zeroth::choice("norm", {"l1", "l2"}, "a norm")});
  REQUIRE(table.size() == 7);
  const auto& p = [&table](int i) -> const zeroth_parameter& { return *table.data()[i]; };
  for (int i = 0; i < 7; ++i) CHECK(p(i).struct_size == sizeof(zeroth_parameter));

  CHECK(p(0).type == ZEROTH_REAL);
  CHECK(std::string(p(0).name) == "rate");
  CHECK(std::string(p(0).doc) == "a rate");
  CHECK(p(0).real == 0.5);
  CHECK(p(0).real_min == 0.0);
  CHECK(p(0).real_max == 1.0);
  CHECK(p(0).flags == ZEROTH_EXCLUSIVE_MAXIMUM);
  CHECK(p(1).flags == ZEROTH_EXCLUSIVE_MINIMUM);
  CHECK(std::isinf(p(1).real_max));

  CHECK(p(2).type == ZEROTH_INTEGER);
  CHECK(p(2).integer == 3);
  CHECK(p(2).integer_min == 1);
  CHECK(p(2).integer_max == 9);
  CHECK(p(3).type == ZEROTH_BOOLEAN);
  CHECK(p(3).integer == 1);
  CHECK(p(3).integer_max == 1);

  CHECK(p(4).type == ZEROTH_TEXT);
  CHECK(std::string(p(4).text) == "none");
  CHECK(p(5).type == ZEROTH_PATH);
  CHECK(std::string(p(5).text).empty());
  CHECK(p(6).type == ZEROTH_CHOICE);
  CHECK(std::string(p(6).text) == "l1");
  REQUIRE(p(6).choices != nullptr);
  CHECK(std::string(p(6).choices[0]) == "l1");
  CHECK(std::string(p(6).choices[1]) == "l2");
  CHECK(p(6).choices[2] == nullptr);
  CHECK(p(0).choices == nullptr);
}

TEST_CASE("values are found by name and type", "[parameters]") {
  const std::vector<zeroth_value> given{
      {"size", 2.5, 0, ""}, {"count", 0.0, 7, ""}, {"fast", 0.0, 1, ""}, {"title", 0.0, 0, "x"}};
  const zeroth::Values values(given.data(), given.size());
  CHECK(values.real("size") == 2.5);
  CHECK(values.integer("count") == 7);
  CHECK(values.boolean("fast"));
  CHECK(values.text("title") == "x");
}

TEST_CASE("a value that is read as what it was not declared is a bug of the plugin, named",
          "[parameters]") {
  const ParameterTable table({zeroth::real("size", 2.0, zeroth::positive, "a size"),
                              zeroth::choice("norm", {"l1", "l2"}, "a norm")});
  const std::vector<zeroth_value> given{{"size", 2.5, 0, ""}, {"norm", 0.0, 0, "l1"}};
  const zeroth::Values values(given.data(), given.size(), table.data());
  CHECK(values.real("size") == 2.5);
  CHECK(values.text("norm") == "l1");
  CHECK_THROWS_WITH(values.integer("size"), ContainsSubstring("did not declare it: size"));
  CHECK_THROWS_WITH(values.real("norm"), ContainsSubstring("did not declare it: norm"));
}

TEST_CASE("a value that was not declared is a bug of the plugin, named", "[parameters]") {
  const zeroth::Values none(nullptr, 0);
  CHECK_THROWS_WITH(none.real("size"), "the plugin reads a parameter it did not declare: size");
}
