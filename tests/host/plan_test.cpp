#include "plan/plan.hpp"

#include <limits>
#include <set>

#include "host/complaint.hpp"
#include "support/catch.hpp"

using namespace zeroth::host;
using zeroth::test::complaint_of;
using zeroth::test::has;

namespace {

Descriptor optimizer_named(const std::string& id) {
  Descriptor d;
  d.id = id;
  d.name = "Name of " + id;
  d.version = "1.0.0";
  Parameter delta;
  delta.name = "delta";
  delta.doc = "the step";
  delta.real = 1;
  delta.real_max = std::numeric_limits<double>::infinity();
  delta.excludes_min = true;
  Parameter q;
  q.name = "q";
  q.doc = "the directions";
  q.type = ParameterType::integer;
  q.integer = 20;
  q.integer_min = 1;
  q.integer_max = 100;
  Parameter mode;
  mode.name = "mode";
  mode.doc = "the mode";
  mode.type = ParameterType::choice;
  mode.text = "full";
  mode.choices = {"full", "half"};
  Parameter file;
  file.name = "file";
  file.doc = "a file";
  file.type = ParameterType::path;
  d.parameters = {delta, q, mode, file};
  return d;
}

const std::vector<Descriptor> optimizers{optimizer_named("adam"), optimizer_named("sgd")};
const std::vector<Descriptor> problems{optimizer_named("sphere")};

Experiment experiment_of(std::vector<OptimizerSpec> specs) {
  Experiment e;
  e.file = "/folder/e.toml";
  e.trials = 2;
  e.budget.iterations = 10;
  e.problems.push_back(
      {"sphere", "", Split::test, {}, "e.toml:3: problem.use", {}, "e.toml:3: problem.use"});
  e.optimizers = std::move(specs);
  return e;
}

OptimizerSpec spec(const std::string& id, std::vector<Setting> settings = {},
                   const std::string& label = "") {
  return {id, label, std::move(settings), "e.toml:9: optimizer.use"};
}

Setting setting(const std::string& name, std::vector<Value> values) {
  return {name, std::move(values), "e.toml:10: " + name};
}

ResolvedPath as_written(const std::string& path, bool) { return {path, ""}; }

Plan plan_of(const Experiment& e, std::uint64_t size = 3) {
  return make_plan(e, bind_matrix(e, optimizers, problems, as_written), {size});
}

std::string complaint(std::vector<OptimizerSpec> specs) {
  return complaint_of([&] { plan_of(experiment_of(std::move(specs))); });
}

}  // namespace

TEST_CASE("a plan holds every combination once, each with a key of its own", "[plan]") {
  const Plan plan =
      plan_of(experiment_of({spec("sgd", {setting("delta", {1.0, 2.0})}), spec("adam")}));
  REQUIRE(plan.matrix.optimizers.size() == 3);
  CHECK(plan.matrix.optimizers[1].label == "Name of sgd delta=2");
  CHECK(plan.runs.size() == 3 * 2 * 3);
  std::set<std::string> keys;
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    CHECK(plan.runs[i].position == i);
    keys.insert(plan.runs[i].key);
  }
  CHECK(keys.size() == plan.runs.size());
  CHECK(plan.name(plan.runs[0]) == "Name of sphere/test:0/Name of sgd delta=1/0");
}

TEST_CASE("optimizers that are compared share the seed, instances and trials do not", "[plan]") {
  const Plan plan = plan_of(experiment_of({spec("sgd"), spec("adam")}));
  std::set<std::uint64_t> seeds;
  for (const PlannedRun& run : plan.runs) {
    seeds.insert(run.seed);
    CHECK(run.seed < (std::uint64_t{1} << 53));
  }
  CHECK(seeds.size() == 6);
  CHECK(plan.runs[0].seed == plan.runs[1].seed);
}

TEST_CASE("the key changes with everything that the numbers depend on, and with nothing else",
          "[plan]") {
  const auto first_key = [](const Experiment& e) { return plan_of(e).runs[0].key; };
  const Experiment base = experiment_of({spec("sgd")});
  Experiment changed = base;
  changed.seed = 2;
  CHECK(first_key(changed) != first_key(base));
  changed = base;
  changed.budget.queries = 5;
  CHECK(first_key(changed) != first_key(base));
  changed = base;
  changed.optimizers[0].settings.push_back(setting("q", {std::int64_t{21}}));
  CHECK(first_key(changed) != first_key(base));
  const auto differs = [&](const auto& change) {
    Experiment other = base;
    change(other);
    CHECK(first_key(other) != first_key(base));
  };
  differs([](Experiment& e) { e.budget.iterations = 11; });
  differs([](Experiment& e) { e.budget.seconds = 5; });
  differs([](Experiment& e) { e.budget.target = 0.5; });
  differs([](Experiment& e) { e.optimizers[0].id = "adam"; });
  differs([](Experiment& e) { e.problems[0].split = Split::train; });
  differs([](Experiment& e) { e.problems[0].instances = {false, {{1, 1}}}; });
  differs(
      [](Experiment& e) { e.problems[0].settings.push_back(setting("q", {std::int64_t{21}})); });
  const auto of_version = [&](std::size_t optimizer, const std::string& version) {
    std::vector<Descriptor> others = optimizers, on = problems;
    (optimizer == 0 ? on[0] : others[1]).version = version;
    return make_plan(base, bind_matrix(base, others, on, as_written), {3}).runs[0].key;
  };
  CHECK(of_version(0, "9") != first_key(base));
  CHECK(of_version(1, "9") != first_key(base));
  changed = base;
  changed.title = "other";
  changed.trials = 9;
  changed.optimizers[0].label = "other";
  changed.optimizers[0].settings.push_back(setting("q", {std::int64_t{20}}));  // the default
  changed.optimizers.push_back(spec("adam"));
  CHECK(first_key(changed) == first_key(base));
}

TEST_CASE("a bad parameter is named with its place, its range and the near miss", "[plan]") {
  CHECK(has(complaint({spec("sdg")}),
            "e.toml:9: optimizer.use: there is no optimizer 'sdg'\ndid you mean 'sgd'?"));
  CHECK(has(complaint({spec("sgd", {setting("dleta", {1.0})})}),
            "e.toml:10: dleta: sgd has no parameter 'dleta'\ndid you mean 'delta'?"));
  CHECK(has(complaint({spec("sgd", {setting("delta", {0.0})})}),
            "delta: 0 is out of range\n'delta' is the step, > 0"));
  CHECK(has(complaint({spec("sgd", {setting("delta", {true})})}), "must be a number"));
  CHECK(has(complaint({spec("sgd", {setting("q", {2.5})})}), "must be a whole number"));
  CHECK(has(complaint({spec("sgd", {setting("q", {std::int64_t{101}})})}), "101 is out of range"));
  CHECK(has(complaint({spec("sgd", {setting("mode", {std::string("none")})})}),
            "'none' is none of its choices"));
  CHECK(has(complaint({spec("sgd", {setting("lable", {std::string("x")})})}),
            "sgd has no parameter 'lable'\ndid you mean 'label'?"));
  CHECK(has(complaint({spec("sgd"), spec("sgd")}), "stands here twice"));
  CHECK(has(complaint({spec("sgd", {}, "x"), spec("adam", {}, "x")}), "would both be called 'x'"));
}

TEST_CASE("instances out of the split are refused with what there is", "[plan]") {
  Experiment e = experiment_of({spec("sgd")});
  e.problems[0].instances = {false, {{0, 3}}};
  const std::string text = complaint_of([&] { plan_of(e); });
  CHECK(has(text, "there is no instance 3"));
  CHECK(has(text, "has the instances 0-2"));
}

TEST_CASE("an instance named twice is run once", "[plan]") {
  Experiment e = experiment_of({spec("sgd")});
  e.problems[0].instances = {false, {{0, 1}, {1, 2}}};
  CHECK(plan_of(e).runs.size() == 6);
}

TEST_CASE("a path leads where it is resolved to, and the key knows what is there", "[plan]") {
  const Experiment e = experiment_of({spec("sgd", {setting("file", {std::string("w")})})});
  const auto with = [&](const std::string& fingerprint) {
    return make_plan(e,
                     bind_matrix(e, optimizers, problems,
                                 [&](const std::string& written, bool) {
                                   return ResolvedPath{"/resolved/" + written, fingerprint};
                                 }),
                     {3});
  };
  const Plan first = with("1"), second = with("2");
  CHECK(std::get<std::string>(first.matrix.optimizers[0].values[3]) == "/resolved/w");
  CHECK(first.matrix.optimizers[0].parameters.find("\"w\"") != std::string::npos);
  CHECK(first.runs[0].key != second.runs[0].key);
  CHECK(first.runs[0].seed == second.runs[0].seed);
  CHECK(first.runs[0].key == with("1").runs[0].key);
}

TEST_CASE("files count by their contents and names, wherever they lie", "[plan]") {
  const SourceFile a{"a", "/z/a", "1"}, b{"b", "/y/b", "2"};
  CHECK(identity_of({a, b}) == identity_of({b, a}));
  CHECK(identity_of({a, b}) == identity_of({{"a", "/moved/a", "1"}, b}));
  CHECK(identity_of({a, b}) != identity_of({{"a", "/z/a", "2"}, b}));
  CHECK(identity_of({a, b}) != identity_of({a}));
}

TEST_CASE("a value that is set twice is an error that names both places", "[plan]") {
  CHECK(has(
      complaint({spec("sgd", {setting("q", {std::int64_t{1}}), setting("q", {std::int64_t{2}})})}),
      "'q' is set already, by e.toml:10: q"));
}

TEST_CASE("a default path is told from one that was written", "[plan]") {
  std::vector<Descriptor> with_default = optimizers;
  with_default[1].parameters[3].text = "w";
  const auto path_of = [&](std::vector<Setting> settings) {
    const Matrix matrix =
        bind_matrix(experiment_of({spec("sgd", std::move(settings))}), with_default, problems,
                    [](const std::string& written, bool is_default) {
                      return ResolvedPath{(is_default ? "/shipped/" : "/mine/") + written, ""};
                    });
    return std::get<std::string>(matrix.optimizers[0].values[3]);
  };
  CHECK(path_of({}) == "/shipped/w");
  CHECK(path_of({setting("file", {std::string("w")})}) == "/mine/w");
}

TEST_CASE("a pattern without wildcards is a part of the name", "[plan]") {
  CHECK(matches("Sphere/test:0/ZO-SGD/0", "ZO-SGD"));
  CHECK(matches("Sphere/test:0/ZO-SGD/0", "*/test:0/*"));
  CHECK_FALSE(matches("Sphere/test:0/ZO-SGD/0", "*/test:1/*"));
  CHECK_FALSE(matches("Sphere/test:0/ZO-SGD/0", "zo-sgd"));
}
